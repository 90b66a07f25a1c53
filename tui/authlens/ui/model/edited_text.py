"""What an editor is given of the form, and how it is taken back. Pure.

The rule: a secret leaves the form only when its own field is edited. In the whole request it is masked, and a mask
that comes back means the value that it hides.
"""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from authlens.core.request.authorizer import Authorizer
from authlens.core.request.members import Member
from authlens.core.request.request import AuthorizerRequest
from authlens.core.saved.saved_request import SavedRequest, SuitePart
from authlens.core.secrets.redaction import MASK, redact_request
from authlens.core.text.yaml_reader import YamlError

_ABOUT = f"""\
# The request in the form. Save and leave the editor to take it back; an empty file changes nothing.
# {MASK} hides a secret: leave it, or write a new value in its place.
"""
_CASES = "# The cases of the file are not shown here and stay as they are.\n"


class NotTaken(ValueError):
    """What the editor left cannot be taken back; the text is a whole sentence."""


def value_from(text: str, before: str) -> str:
    """The value of a field. Editors end a file with a line feed, which is not part of the value."""
    if "\r" not in before:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text.removesuffix("\n") if not before.endswith("\n") else text


def request_text(saved: SavedRequest, authorizer: Authorizer | None = None) -> str:
    """The whole request as YAML, with its secrets masked."""
    from authlens.core.saved.saved_request_yaml import write

    cases = _CASES if saved.suite.cases else ""
    return f"{_ABOUT}{cases}{write(_masked(saved, authorizer))}"


def line_of(text: str, path: str) -> int:
    """The line of a member in the YAML of a request, or of the last of its keys that is there; 0 without any."""
    lines, at = text.splitlines(), 0
    for key in re.split(r"[.\[]", path.removesuffix("]")):
        named = re.compile(rf"""[\s{{,-]*["']?{re.escape(key)}["']?\s*:""")
        found = next((number for number, line in enumerate(lines[at:], at + 1) if named.match(line)), None)
        if found is None:
            return at
        at = found
    return at


def request_from(text: str, before: SavedRequest, authorizer: Authorizer | None = None) -> SavedRequest:
    """The request that was written; what stayed masked is as it was. Raises NotTaken."""
    from authlens.core.saved.saved_request_yaml import read

    try:
        written = read(text)
    except YamlError as error:
        raise NotTaken(f"{error}.") from None
    shown = _masked(before, authorizer)
    hidden = {name.lower() for name, _ in _headers(shown.request)}

    def restored(member: Member, value: Any) -> Any:
        return _restored(member.path, value, shown.request.value(member), before.request.value(member))

    request = written.request.changed(restored)
    if any(MASK in value for name, value in _headers(request) if name.lower() not in hidden):
        raise NotTaken(f"httpContext.headers: {MASK} hides a value of another name; write the value itself.")
    cases = written.suite.cases or before.suite.cases
    return replace(written, request=request, suite=replace(written.suite, cases=cases))


def _masked(saved: SavedRequest, authorizer: Authorizer | None) -> SavedRequest:
    suite = SuitePart(saved.suite.tags, saved.suite.skip)
    return replace(saved, request=redact_request(saved.request, authorizer), suite=suite)


def _headers(request: AuthorizerRequest) -> tuple[tuple[str, str], ...]:
    return (request.http_context.headers if request.http_context else None) or ()


def _restored(path: str, value: Any, shown: Any, before: Any) -> Any:
    """The value of a member with what its masks hide."""
    if value == shown:
        return before
    if isinstance(value, tuple):
        masks, values = dict(shown or ()), dict(before or ())
        return tuple((name, _restored(path, text, masks.get(name), values.get(name))) for name, text in value)
    if not isinstance(value, str) or MASK not in value:
        return value
    secrets = _secrets(shown, before)
    parts = value.split(MASK)
    if len(parts) - 1 != len(secrets):
        raise NotTaken(f"{path}: {MASK} represents a hidden value; leave it where it was, or write the value itself.")
    return "".join(part + secret for part, secret in zip(parts, (*secrets, ""), strict=True))


def _secrets(shown: Any, before: Any) -> tuple[str, ...]:
    """What each mask of the shown text hides."""
    if not isinstance(shown, str) or not isinstance(before, str):
        return ()
    pattern = "(.*)".join(map(re.escape, shown.split(MASK)))
    found = re.fullmatch(pattern, before, re.DOTALL)
    return found.groups() if found else ()

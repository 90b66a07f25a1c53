"""Writes a request as the command line, code or document that would send it.

The rule: secrets are masked unless requested, references become code that reads them (`"$NAME"`, `"$(cat FILE)"`), and
`read.parse_command_line` turns every command line written here back into the same request.
"""

from __future__ import annotations

import base64
import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Literal

from authlens.core.commands import shorthand
from authlens.core.request.members import CONTEXTS, SHAPE, option_name
from authlens.core.request.references import Reference, references, replaced, scan, unescaped
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Target
from authlens.core.secrets.redaction import MASK, redact_request

Version = Literal[1, 2]

_IN_DOUBLE_QUOTES = re.compile(r'["$`\\]')
"""Characters that are special to a shell inside double quotes."""
_NAME = re.compile(r"[A-Za-z_]\w*", re.ASCII)
_UNSPEAKABLE = re.compile("[\0\ud800-\udfff]")
"""Characters that a program's argument cannot contain, but escaped JSON can."""
_WIDTH = 100
_TOP_LEVEL = {name: option_name(name) for name in SHAPE if name not in CONTEXTS}
_CONTEXTS = {name: option_name(name) for name in CONTEXTS}
_PASSWORD_FILE = "password.bin"


def as_cli(request: AuthorizerRequest, target: Target | None = None, version: Version = 2, reveal: bool = False) -> str:
    """`aws iot test-invoke-authorizer …` for a POSIX shell and a version of the AWS CLI."""
    return _Writer(request, version, reveal).command("aws iot test-invoke-authorizer", target or Target())


def as_invoke(
    request: AuthorizerRequest, target: Target | None = None, reveal: bool = False, more: Iterable[tuple[str, str]] = ()
) -> str:
    """`authlens invoke …`, which accepts what the AWS CLI v2 accepts.

    more: options that are not part of the request, with their values; an empty value means a flag.
    """
    return _Writer(request, 2, reveal).command("authlens invoke", target or Target(), more)


class _Writer:
    def __init__(self, request: AuthorizerRequest, version: Version, reveal: bool) -> None:
        self._request = request if reveal else redact_request(request)
        self._version = version
        self._references: dict[str, str] = {}
        """The shell code that reads a reference, by the private-use character that represents it in a value."""
        taken = repr(request)
        self._private = (chr(code) for code in range(0xE000, 0xF8FF) if chr(code) not in taken)
        self._raw = False
        """Whether the password is written unencoded although v2 expects base64."""
        self._comments: list[str] = []

    def command(self, program: str, target: Target, more: Iterable[tuple[str, str]] = ()) -> str:
        others = [self._option(name, value) if value else name for name, value in more]
        words = [program, *self._request_options(), *self._target_options(target), *others]
        line = " ".join(words)
        if len(line) > _WIDTH:
            line = " \\\n  ".join(words)
        return "\n".join([*self._comments, line])

    def _request_options(self) -> Iterator[str]:
        members = self._members()
        in_document = {name: value for name, value in members.items() if name in _TOP_LEVEL and _needs_json(value)}
        if in_document:
            yield self._option("--cli-input-json", _json(in_document))
        for name, option in _TOP_LEVEL.items():
            if name in members and name not in in_document:
                yield self._option(option, members[name])
        for name, option in _CONTEXTS.items():
            if name in members:
                yield self._option(option, self._context(members[name]))
        if self._raw:
            yield "--cli-binary-format raw-in-base64-out"

    def _members(self) -> dict[str, Any]:
        shown: dict[str, Any] = self._with_private_characters(self._request.as_written())
        if "password" in shown.get("mqttContext", {}):
            shown["mqttContext"] = self._with_password(shown["mqttContext"])
        return shown

    def _with_private_characters(self, value: Any) -> Any:
        if isinstance(value, str):
            return replaced(value, self._private_character)
        if isinstance(value, dict):
            return {name: self._with_private_characters(inner) for name, inner in value.items()}
        return value

    def _private_character(self, found: Reference) -> str:
        if found.is_escape:
            return "${"
        if found.kind not in _READ or not found.is_closed:
            return found.written
        character = next(self._private)
        self._references[character] = _shell_reference(found)
        return character

    def _with_password(self, mqtt: Mapping[str, Any]) -> dict[str, Any]:
        password = mqtt["password"]
        if password == MASK:
            return dict(mqtt)
        if self._version == 2 and isinstance(password, str) and self._refers(password):
            self._raw = True
            return dict(mqtt)
        if self._version == 2:
            octets = password.encode("utf-8", "replace") if isinstance(password, str) else password
            return {**mqtt, "password": base64.b64encode(octets).decode("ascii")}
        return {**mqtt, "password": password} if isinstance(password, str) else self._first_version(mqtt, password)

    def _first_version(self, mqtt: Mapping[str, Any], password: bytes) -> dict[str, Any]:
        """AWS CLI v1 accepts text, and other bytes only from a file."""
        try:
            return {**mqtt, "password": password.decode("utf-8")}
        except UnicodeDecodeError:
            encoded = base64.b64encode(password).decode("ascii")
            self._comments.append(f"# first: printf %s {encoded} | base64 -d > {_PASSWORD_FILE}")
            rest = {name: value for name, value in mqtt.items() if name != "password"}
            return {**rest, "password@": f"fileb://{_PASSWORD_FILE}"}

    def _context(self, members: Mapping[str, Any]) -> str:
        written = None if _UNSPEAKABLE.search(_all_text(members)) else self._shorthand(members)
        return _json(members) if written is None else written

    def _shorthand(self, members: Mapping[str, Any]) -> str | None:
        if "password@" not in members:
            return shorthand.write(members, self._refers)
        rest = {name: value for name, value in members.items() if name != "password@"}
        before = shorthand.write(rest, self._refers) if rest else ""
        return None if before is None else f"{before}{',' if before else ''}password@={members['password@']}"

    def _refers(self, text: str) -> bool:
        return any(character in self._references for character in text)

    def _option(self, name: str, value: str) -> str:
        """An option and its value, with `=` if the value could be mistaken for an option."""
        joint = "=" if value.startswith("-") or value[:1] in self._references else " "
        return f"{name}{joint}{self._word(value)}"

    def _word(self, text: str) -> str:
        """Quote one shell word."""
        marks = "".join(self._references)
        parts = re.split(f"([{marks}])", text) if marks else [text]
        quoted = [self._references.get(part) or shlex.quote(part) for part in parts if part]
        return "".join(quoted) or "''"

    def _target_options(self, target: Target) -> Iterator[str]:
        for option, value in _target_values(target):
            yield self._option(option, value)
        if target.local is not None and target.endpoint_url is None:
            self._comments.append("# add --endpoint-url with the URL that 'authlens serve' prints")
        if not target.verify_ssl:
            yield "--no-verify-ssl"
        if not target.sign_request:
            yield "--no-sign-request"


def _target_values(target: Target) -> Iterator[tuple[str, str]]:
    for option, value in (
        ("--profile", target.profile),
        ("--region", target.region),
        ("--endpoint-url", target.endpoint_url),
        ("--ca-bundle", target.ca_bundle),
    ):
        if value is not None:
            yield option, value
    for option, seconds in (
        ("--cli-read-timeout", target.read_timeout),
        ("--cli-connect-timeout", target.connect_timeout),
    ):
        if seconds is not None:
            yield option, str(int(seconds))


_READ = ("env", "file", "keyring")
"""Kinds that a shell or Python can read; the others only have a value in a saved request."""


def _shell_reference(found: Reference) -> str:
    name = found.name
    if found.kind == "env":
        default = (
            ""
            if found.default is None
            else f":-{_IN_DOUBLE_QUOTES.sub(lambda special: chr(92) + special[0], found.default)}"
        )
        return f'"${{{name}{default}}}"' if _NAME.fullmatch(name) else f'"$(printenv {shlex.quote(name)})"'
    if found.kind == "file":
        return f'"$(cat {shlex.quote(name)})"'
    service, _, user = name.rpartition("/")
    return f'"$(keyring get {shlex.quote(service)} {shlex.quote(user)})"'


def _needs_json(text: str) -> bool:
    """Whether an option with this value would read a file, or cannot be an argument."""
    return text.startswith(("file://", "fileb://")) or _UNSPEAKABLE.search(text) is not None


def _json(value: Any) -> str:
    """JSON that only escapes what cannot be in an argument."""
    text = json.dumps(value, ensure_ascii=False)
    return _UNSPEAKABLE.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def _all_text(value: Any) -> str:
    if isinstance(value, Mapping):
        return "".join(f"{name}{_all_text(inner)}" for name, inner in value.items())
    return str(value)


def as_cli_input_yaml(request: AuthorizerRequest, reveal: bool = False) -> str:
    """The document for `--cli-input-yaml`. References stay in it; the AWS CLI does not resolve them."""
    from authlens.core.text.yaml_writer import dump

    shown = request if reveal else redact_request(request)
    password = shown.mqtt_context.password if shown.mqtt_context else None
    members = unescaped(shown.to_api())
    if isinstance(password, str):
        octets = unescaped(password).encode("utf-8", "replace")
        members["mqttContext"]["password"] = MASK if password == MASK else octets
    refers = any(references(f"{_all_text(shown.to_api())}{password!r}"))
    comment = "# Replace each ${…} by its value: the AWS CLI does not resolve references.\n" if refers else ""
    return comment + dump(members)


def as_boto3(request: AuthorizerRequest, target: Target | None = None, reveal: bool = False) -> str:
    """Python code that makes the same call."""
    shown = request if reveal else redact_request(request)
    arguments = "".join(f"    {name}={_python(value, 1)},\n" for name, value in shown.as_written().items())
    code = f"{_client(target or Target())}\nresponse = client.test_invoke_authorizer(\n{arguments})\n"
    return f"{_imports(code)}\n{code}"


_IMPORTS = (
    ("os.environ", "import os\n"),
    ("Path(", "from pathlib import Path\n"),
    ("keyring.get", "import keyring\n"),
    ("UNSIGNED", "from botocore import UNSIGNED\nfrom botocore.config import Config\n"),
)


def _imports(code: str) -> str:
    return "import boto3\n" + "".join(line for use, line in _IMPORTS if use in code)


def _client(target: Target) -> str:
    arguments = {
        "region_name": target.region,
        "endpoint_url": target.endpoint_url,
        "verify": target.ca_bundle if target.verify_ssl else False,
    }
    given = "".join(f", {name}={value!r}" for name, value in arguments.items() if value is not None)
    if not target.sign_request:
        given += ", config=Config(signature_version=UNSIGNED)"
    session = "boto3" if target.profile is None else f"boto3.Session(profile_name={target.profile!r})"
    return f'client = {session}.client("iot"{given})'


def _python(value: Any, depth: int) -> str:
    if isinstance(value, dict):
        inner = "    " * (depth + 1)
        entries = "".join(f"{inner}{name!r}: {_python(item, depth + 1)},\n" for name, item in value.items())
        return f"{{\n{entries}{'    ' * depth}}}" if entries else "{}"
    return _python_text(value) if isinstance(value, str) else repr(value)


def _python_text(text: str) -> str:
    """A literal, or literals concatenated with code that reads references."""
    parts: list[str] = []
    literal, at = "", 0
    for found in scan(text):
        literal += text[at : found.start]
        at = found.end
        if found.kind not in _READ or not found.is_closed:
            literal += "${" if found.is_escape else found.written
            continue
        if literal:
            parts.append(repr(literal))
        literal = ""
        parts.append(_python_reference(found))
    literal += text[at:]
    if literal or not parts:
        parts.append(repr(literal))
    return " + ".join(parts)


def _python_reference(found: Reference) -> str:
    name = found.name
    if found.kind == "env":
        return f"os.environ[{name!r}]" if found.default is None else f"(os.environ.get({name!r}) or {found.default!r})"
    if found.kind == "file":
        return f"Path({name!r}).read_text()"
    service, _, user = name.rpartition("/")
    return f"keyring.get_password({service!r}, {user!r})"

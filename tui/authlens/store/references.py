"""References in a saved request: `${env:NAME}`, `${env:NAME:-default}`, `${file:PATH}`, `${keyring:SERVICE/USER}`;
`$${` is a literal `${`.

The rule: they are resolved when a request is sent and never when it is saved, their values are not resolved
again, and a missing one is an error that names its field. No reference can run a program.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from authlens.core.preflight.finding import Missing
from authlens.core.request.members import BY_PATH, Member, MemberKind, sentence_label
from authlens.core.request.references import KINDS, Reference, replaced, scan, whole_reference
from authlens.core.request.request import AuthorizerRequest, texts
from authlens.core.text.visible import visible
from authlens.store.files import reason
from authlens.user_path import content_of, user_path

Keyring = Callable[[str, str], str | None]
"""The password that the system's keyring stores for a service and a user."""

MAX_BYTES = 1024 * 1024


class MissingReference(ValueError):
    """A reference that has no value. The message names the field, the reference and what to do."""


class References:
    """Resolves the references of one saved request.

    base: the folder that `${file:…}` starts from, which is that of the saved request; `None` is the working folder.
    """

    def __init__(self, environ: Mapping[str, str], base: Path | None = None, keyring: Keyring | None = None) -> None:
        self._environ = environ
        self._base = base or Path()
        self._keyring = keyring or _system_keyring

    def resolve(self, request: AuthorizerRequest) -> AuthorizerRequest:
        """The request as it is sent. Raises MissingReference."""
        return request.changed(self._value)

    def text(self, text: str, field: str = "") -> str:
        """The text with its references resolved. Raises MissingReference."""
        return replaced(text, lambda found: self._text_of(found, field))

    def missing(self, request: AuthorizerRequest) -> Iterator[Missing]:
        """Every reference of the request that is known to have no value. No keyring is opened."""
        for path, text in texts(request):
            for found in scan(text):
                problem = self._problem(found, is_whole_blob=_is_blob(path) and found.written == text)
                if problem is not None:
                    yield Missing(path, f"{sentence_label(path)}: {problem}.", found.start, found.end)

    def problem(self, text: str) -> str | None:
        """Why a reference of the text has no value; `None` if none is known to lack one."""
        return next((problem for found in scan(text) if (problem := self._problem(found)) is not None), None)

    def text_of_files(self, text: str) -> str | None:
        """Like `text`; `None` if that would open the keyring."""
        opens_keyring = any(found.kind == "keyring" for found in scan(text))
        return None if opens_keyring else self.text(text)

    def _problem(self, found: Reference, is_whole_blob: bool = False) -> str | None:
        if found.kind == "keyring" and found.is_closed:
            return None
        try:
            if is_whole_blob and found.kind == "file" and found.is_closed:
                self._file(found.name, "")
            else:
                self._text_of(found, "")
        except MissingReference as error:
            return str(error)
        return None

    def _value(self, member: Member, value: Any) -> Any:
        if member.kind is MemberKind.MAP:
            return tuple((name, self.text(text, f"{member.path}.{name}")) for name, text in value)
        if member.kind is MemberKind.BLOB:
            return self._blob(value, member.path)
        return self.text(value, member.path)

    def _blob(self, value: str | bytes, field: str) -> str | bytes:
        """A value that is a single file reference may hold any bytes."""
        if isinstance(value, bytes):
            return value
        found = whole_reference(value)
        if found and found.kind == "file":
            content = self._file(found.name, field)
            try:
                return _without_line_end(content.decode())
            except UnicodeDecodeError:
                return content
        return self.text(value, field)

    def _text_of(self, found: Reference, field: str) -> str:
        if found.is_escape:
            return "${"
        kind = found.kind
        if kind not in KINDS:
            return _literal(found, field)
        if not found.is_closed:
            raise _missing(field, f"the reference ${{{kind}:… is not closed by }}; write $${{ for a literal ${{")
        reading = {"env": self._variable, "file": self._file_text, "keyring": self._secret, "case": self._case_value}
        return reading[kind](found, field)

    def _variable(self, found: Reference, field: str) -> str:
        """With `:-`, as in a shell, the default also replaces an empty variable."""
        name, value = found.name, self._environ.get(found.name)
        if found.default is not None:
            return value or found.default
        if value is None:
            raise _missing(field, f"the environment variable '{name}' is not set")
        return value

    def _case_value(self, found: Reference, field: str) -> str:
        raise _missing(field, f"${{case:{found.name}}} has a value only in a case: name one as FILE::NAME")

    def _file_text(self, found: Reference, field: str) -> str:
        try:
            return _without_line_end(self._file(found.name, field).decode())
        except UnicodeDecodeError:
            raise _missing(field, f"the file '{found.name}' is not UTF-8 text") from None

    def _file(self, name: str, field: str) -> bytes:
        try:
            path = user_path(name, self._base)
            content = content_of(path, MAX_BYTES + 1)
        except OSError as error:
            raise _missing(field, f"the file '{path}' cannot be read: {reason(error)}") from None
        except ValueError as error:
            raise _missing(field, f"the file '{visible(name)}' cannot be read: {error}") from None
        if len(content) > MAX_BYTES:
            raise _missing(field, f"the file '{path}' is larger than {MAX_BYTES} bytes")
        return content

    def _secret(self, found: Reference, field: str) -> str:
        service, slash, user = found.name.rpartition("/")
        if not slash:
            raise _missing(field, "a keyring reference is ${keyring:SERVICE/USER}")
        try:
            secret = self._keyring(service, user)
        except LookupError as error:
            raise _missing(field, str(error.args[0])) from None
        if secret is None:
            raise _missing(field, f"the keyring has nothing for '{user}' in '{service}'")
        return secret


def _is_blob(path: str) -> bool:
    return path in BY_PATH and BY_PATH[path].kind is MemberKind.BLOB


def _literal(found: Reference, field: str) -> str:
    """Any other text with `${` is literal, but a misspelt reference must not be sent in place of a secret."""
    near = difflib.get_close_matches(found.kind.lower(), KINDS, n=1)
    if near:
        hint = f"did you mean {near[0]}? Write $${{ for a literal ${{"
        raise _missing(field, f"${{{found.kind}:…}} is not a reference; {hint}")
    return found.written


def _missing(field: str, sentence: str) -> MissingReference:
    return MissingReference(f"{field}: {sentence}" if field else sentence)


def _without_line_end(text: str) -> str:
    """Editors and `echo` end a file with a line end that is not part of the secret."""
    return text.removesuffix("\n").removesuffix("\r") if text.endswith("\n") else text


def _system_keyring(service: str, user: str) -> str | None:
    """Ask the keyring package, which is optional. Raises LookupError with a sentence if it is not installed."""
    try:
        import keyring
    except ImportError:
        raise LookupError("keyring references need the keyring package: pip install 'authlens[keyring]'") from None
    try:
        return keyring.get_password(service, user)
    except Exception as error:  # noqa: BLE001  # backends of many authors raise what they like
        raise LookupError(f"the system's keyring does not answer ({type(error).__name__})") from None

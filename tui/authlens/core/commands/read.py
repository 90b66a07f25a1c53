"""Parses a pasted `aws iot test-invoke-authorizer …` or `authlens invoke …` into the request that it would send.

The rule: literal text in the command line is literal in the request; files and variables become references, which are
resolved on sending.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from authlens.core.commands import options
from authlens.core.commands import values as member_rules
from authlens.core.commands.options import GivenOptions
from authlens.core.commands.start import CommandStart, find
from authlens.core.commands.words import ShellWord, Words, WordsError, split
from authlens.core.request import references
from authlens.core.request.members import FIELDS, Member
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest
from authlens.core.secrets.redaction import MASK
from authlens.core.text.encodings import strict_base64
from authlens.core.text.yaml_reader import YamlError

_ASSIGNMENT = re.compile(r"([A-Za-z_]\w*)=(.*)", re.DOTALL)
_REGIONS = ("AWS_REGION", "AWS_DEFAULT_REGION")
_PROFILES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE")
_ENDPOINTS = ("AWS_ENDPOINT_URL_IOT", "AWS_ENDPOINT_URL")


class CommandLineError(ValueError):
    """The text is not such a command. `index` is the position of the error; `line` and `column` count from 1."""

    def __init__(self, message: str, text: str, index: int) -> None:
        self.message = message
        self.index = index
        self.line = text.count("\n", 0, index) + 1
        self.column = index - text.rfind("\n", 0, index)
        super().__init__(f"line {self.line}, column {self.column}: {message}")


def is_command_line(text: str) -> bool:
    """Whether the text looks like one of these commands, so that a paste is a request and not a value."""
    return find(text) is not None


def parse_command_line(text: str, version: int = 2) -> SavedRequest:
    """The request and target of a command line. Raises CommandLineError.

    version: of the AWS CLI. Version 1 takes the password as is, version 2 in base64; a password that is not base64 is
    taken as is, because only version 1 could have sent it.
    """
    start = find(text) or CommandStart(0)
    try:
        words = split(text, start.at, start.in_parentheses)
    except WordsError as error:
        raise CommandLineError(str(error), text, error.index) from None
    environment, command = _environment(words.words)
    environment = {**start.exported, **environment}
    rest, is_aws = _after_program(command, text)
    try:
        given = options.read([word.text for word in rest])
    except options.OptionError as error:
        place = rest[error.position].start if error.position < len(rest) else len(text)
        raise CommandLineError(str(error), text, place) from None
    _refuse_other_words(given, is_aws, text, rest)
    request = _request(given, words, text, rest, raw_password=version == 1)
    return SavedRequest(request, target=_target(given, environment, words))


def _environment(words: tuple[ShellWord, ...]) -> tuple[dict[str, str], list[ShellWord]]:
    """Assignments before the command, and the command."""
    found: dict[str, str] = {}
    for number, word in enumerate(words):
        assignment = _ASSIGNMENT.fullmatch(word.text)
        if assignment:
            found[assignment[1]] = assignment[2]
        elif word.text not in ("env", "time", "command", "sudo"):
            return found, list(words[number:])
    return found, []


def _after_program(command: list[ShellWord], text: str) -> tuple[list[ShellWord], bool]:
    """The words after the program's name, and whether it is the AWS CLI."""
    names = [word.text.replace("\\", "/").rpartition("/")[2].removesuffix(".exe") for word in command[:4]]
    if names[:1] in (["aws"], ["aws-cli"]):
        return command[1:], True
    if names[:1] == ["authlens"] and names[1:2] == ["invoke"]:
        return command[2:], False
    if names[1:4] == ["-m", "authlens", "invoke"]:
        return command[4:], False
    raise CommandLineError(
        "expected 'aws iot test-invoke-authorizer' or 'authlens invoke'", text, command[0].start if command else 0
    )


def _refuse_other_words(given: GivenOptions, is_aws: bool, text: str, rest: list[ShellWord]) -> None:
    wanted = ("iot", "test-invoke-authorizer") if is_aws else ()
    if given.words == wanted:
        return
    strange = next((word for word in given.words if word not in wanted), None)
    place = next((word.start for word in rest if word.text == strange), len(text))
    if is_aws and given.words[:2] != wanted:
        raise CommandLineError("expected 'aws iot test-invoke-authorizer'", text, place)
    raise CommandLineError("unexpected argument; quote a value that contains spaces", text, place)


def _request(
    given: GivenOptions, words: Words, text: str, rest: list[ShellWord], raw_password: bool
) -> AuthorizerRequest:
    raw = raw_password or given.text("cli_binary_format") == "raw-in-base64-out"

    def load(value: str) -> str:
        return _file_reference(value, words)

    try:
        members = member_rules.of_options(given, load)
        _password(members, words, raw)
        member_rules.check_types(members)
    except member_rules.MemberError as error:
        raise CommandLineError(str(error), text, _place(error.option, rest, text)) from None
    request = AuthorizerRequest.from_api(words.written(members))
    return _over_document(request, members, given, text, rest)


def _file_reference(value: str, words: Words) -> str:
    """The placeholder character of a reference to the file named by the value; any other value unchanged."""
    for prefix in ("file://", "fileb://"):
        if value.startswith(prefix):
            character = next(chr(code) for code in range(0xF8FE, 0xE000, -1) if chr(code) not in words.references)
            words.references[character] = f"${{file:{words.written(value.removeprefix(prefix))}}}"
            return character
    return value


def _password(members: dict[str, Any], words: Words, raw: bool) -> None:
    mqtt = members.get("mqttContext")
    password = mqtt.get("password") if isinstance(mqtt, dict) else None
    if not isinstance(mqtt, dict) or not isinstance(password, str) or raw or password == MASK:
        return
    if words.refers(password):
        if len(password) == 1 and words.references[password].startswith("${file:"):
            return
        raise member_rules.MemberError(
            "the password is base64 in a variable; write it out, or use --cli-binary-format raw-in-base64-out",
            "--mqtt-context",
        )
    mqtt["password"] = _decoded(password)


def _decoded(password: str) -> str | bytes:
    octets = strict_base64(password)
    if octets is None:
        return password
    try:
        return octets.decode("utf-8")
    except UnicodeDecodeError:
        return octets


def _place(option: str | None, rest: list[ShellWord], text: str) -> int:
    """The position of an option, possibly abbreviated or with its value after `=`."""
    for word in rest:
        name = word.text.partition("=")[0]
        if option and name.startswith("--") and option.startswith(name):
            return word.start
    return len(text)


def _over_document(
    request: AuthorizerRequest, members: Mapping[str, Any], given: GivenOptions, text: str, rest: list[ShellWord]
) -> AuthorizerRequest:
    """The request completed from an inline `--cli-input-json` or `--cli-input-yaml`."""
    for key in ("cli_input_json", "cli_input_yaml", "request"):
        document = given.text(key)
        option = f"--{key.replace('_', '-')}"
        if document is None:
            continue
        if key == "request" or document.startswith(("file://", "fileb://")):
            raise CommandLineError(f"{option} names a file: open that file instead", text, _place(option, rest, text))
        request = _under(request, members, _document(document, option, text, rest))
    return request


def _document(document: str, option: str, text: str, rest: list[ShellWord]) -> AuthorizerRequest:
    from authlens.core.saved.saved_request_yaml import read

    try:
        return read(document).request
    except YamlError as error:
        raise CommandLineError(f"{option}: {error}", text, _place(option, rest, text)) from None


def _under(request: AuthorizerRequest, members: Mapping[str, Any], document: AuthorizerRequest) -> AuthorizerRequest:
    below = document.changed(_readable).with_texts(references.literal)
    given = {FIELDS[name]: getattr(request, FIELDS[name]) for name in members}
    return replace(below, **given)


def _readable(member: Member, value: Any) -> Any:
    """Bytes as text if they are text."""
    try:
        return value.decode("utf-8") if isinstance(value, bytes) else value
    except UnicodeDecodeError:
        return value


def _target(given: GivenOptions, environment: Mapping[str, str], words: Words) -> Target:
    def of(key: str, variables: tuple[str, ...] = ()) -> str | None:
        values = (given.text(key), *(environment.get(name) for name in variables))
        value = next((value for value in values if value), None)
        return None if value is None or words.refers(value) else value

    return Target(
        profile=of("profile", _PROFILES),
        region=of("region", _REGIONS),
        endpoint_url=of("endpoint_url", _ENDPOINTS),
        verify_ssl=not given.flag("no_verify_ssl"),
        ca_bundle=of("ca_bundle", ("AWS_CA_BUNDLE",)),
        sign_request=not given.flag("no_sign_request"),
        connect_timeout=_seconds(of("cli_connect_timeout")),
        read_timeout=_seconds(of("cli_read_timeout")),
    )


def _seconds(text: str | None) -> float | None:
    return float(text) if text is not None and text.isdecimal() else None

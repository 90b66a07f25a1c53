"""The options of `aws iot test-invoke-authorizer` (v2) and `authlens invoke` in one table, and the parser for them.

The rule: an option of the AWS CLI may be abbreviated as long as it is unambiguous among the AWS CLI's own options; ours
must be given in full.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from enum import Enum

from authlens.core.request.members import BY_PATH, SHAPE, Member, MemberKind, members_of, option_name
from authlens.frozen import dataclass


class Takes(Enum):
    NOTHING = "nothing"
    VALUE = "value"
    CHOICE = "one of the choices, or nothing"


@dataclass(frozen=True, slots=True)
class Option:
    name: str
    group: str
    help: str
    takes: Takes = Takes.VALUE
    choices: tuple[str, ...] = ()
    metavar: str = "VALUE"
    ours: bool = False
    """Not an option of the AWS CLI."""

    @property
    def key(self) -> str:
        """Its name in `Given.values`."""
        return self.name[2:].replace("-", "_")


@dataclass(frozen=True, slots=True)
class GivenOptions:
    """The parsed options and words of a command line."""

    values: dict[str, str | bool]
    """By `Option.key`; `True` for an option that takes nothing. The last of several wins."""
    words: tuple[str, ...]
    """Words that are not options."""

    def text(self, key: str) -> str | None:
        value = self.values.get(key)
        return value if isinstance(value, str) else None

    def flag(self, key: str) -> bool:
        return self.values.get(key) is True


class OptionError(ValueError):
    """The words are not valid options. `position` is the index of the wrong word. Values are not quoted."""

    def __init__(self, message: str, position: int) -> None:
        super().__init__(message)
        self.position = position


REQUEST, INPUT, OUTPUT, CONNECTION, OURS = "request", "input", "output", "connection", "beyond the AWS CLI"


def _flag(name: str, group: str, help_text: str, ours: bool = False) -> Option:
    return Option(name, group, help_text, Takes.NOTHING, ours=ours)


def _of_member(member: Member) -> Option:
    return Option(option_name(member.name), REQUEST, member.help, metavar=member.metavar)


def _of_context(name: str) -> Option:
    members = list(members_of(name))
    shorthand = ",".join(f"{member.name}={member.example}" for member in members)
    blobs = "".join(f" ({member.name} in base64)" for member in members if member.kind is MemberKind.BLOB)
    return Option(option_name(name), REQUEST, f"{shorthand}{blobs} - or JSON", metavar="CONTEXT")


FORMATS = ("json", "text", "table", "yaml", "yaml-stream", "off")
BINARY_FORMATS = ("base64", "raw-in-base64-out")
ERROR_FORMATS = ("legacy", "json", "yaml", "text", "table", "enhanced")

VIA = ("test", "function", "local")
EVENTS = ("test", "https", "mqtt", "wss")
"""Of which connection an event is, as `authlens event --as` names them."""

OPTIONS = (
    *(_of_member(BY_PATH[name]) if name in BY_PATH else _of_context(name) for name in SHAPE),
    Option(
        "--cli-input-json",
        INPUT,
        "the whole request as JSON; other options take precedence",
        metavar="JSON|file://FILE",
    ),
    Option("--cli-input-yaml", INPUT, "the whole request as YAML, likewise", metavar="YAML|file://FILE"),
    Option(
        "--generate-cli-skeleton",
        INPUT,
        "print a request to fill in, or a made-up answer, and send nothing",
        Takes.CHOICE,
        ("input", "output", "yaml-input"),
    ),
    Option(
        "--cli-binary-format",
        INPUT,
        "how the password is written: base64 (default) or raw",
        choices=BINARY_FORMATS,
    ),
    _flag("--cli-auto-prompt", INPUT, "fill in the request in the app"),
    _flag("--no-cli-auto-prompt", INPUT, "turn this off, whatever the configuration says"),
    Option("--output", OUTPUT, "how the answer is printed", choices=FORMATS),
    Option("--query", OUTPUT, "JMESPath expression that selects from the answer", metavar="EXPRESSION"),
    Option("--color", OUTPUT, "colour in tables", choices=("on", "off", "auto")),
    _flag("--no-cli-pager", OUTPUT, "accepted; output is never paged"),
    _flag("--no-paginate", OUTPUT, "accepted; the answer has one page"),
    Option("--cli-error-format", OUTPUT, "how errors are printed", choices=ERROR_FORMATS),
    _flag("--debug", OUTPUT, "log to standard error what is done and sent, without secrets"),
    Option("--profile", CONNECTION, "the profile of the AWS configuration", metavar="NAME"),
    Option("--region", CONNECTION, "the region", metavar="REGION"),
    Option("--endpoint-url", CONNECTION, "the URL of another endpoint to send to", metavar="URL"),
    _flag("--no-verify-ssl", CONNECTION, "accept any server certificate"),
    Option("--ca-bundle", CONNECTION, "certificates of the authorities to trust", metavar="FILE"),
    _flag("--no-sign-request", CONNECTION, "send without AWS credentials"),
    Option(
        "--cli-read-timeout", CONNECTION, "seconds to wait for data, 0 for no limit (default 60)", metavar="SECONDS"
    ),
    Option(
        "--cli-connect-timeout",
        CONNECTION,
        "seconds to wait for the connection, 0 for no limit (default 60)",
        metavar="SECONDS",
    ),
    _flag("--version", OUTPUT, "print the version"),
    Option(
        "--request",
        OURS,
        "a saved request to send, or one case of it as FILE::NAME; - is standard input; other options take precedence",
        metavar="FILE",
        ours=True,
    ),
    Option(
        "--environment", OURS, "send --request in the environment environments/NAME.yaml", metavar="NAME", ours=True
    ),
    _flag("--token-stdin", OURS, "read the token from standard input", ours=True),
    _flag("--token-signature-stdin", OURS, "read the token signature from standard input", ours=True),
    _flag("--password-stdin", OURS, "read the MQTT password, unencoded, from standard input", ours=True),
    _flag("--exit-code", OURS, "exit 1 when the login is refused (isAuthenticated false)", ours=True),
    _flag("--decode", OURS, "print policy documents as JSON objects; applied before --query", ours=True),
    Option("--save", OURS, "write the request as a saved request first; never overwrites", metavar="FILE", ours=True),
    Option(
        "--via",
        OURS,
        "the test call, Lambda's Invoke of the authorizer's function, or the test call on a local target",
        choices=VIA,
        ours=True,
    ),
    Option("--qualifier", OURS, "with --via function: a version or an alias of it", metavar="NAME", ours=True),
    Option("--event", OURS, "with --via function: that of a test, or of a real connection", choices=EVENTS, ours=True),
    _flag("--no-history", OURS, "do not record the invocation", ours=True),
    _flag("--trust", OURS, "trust the folder of --request, and of its local target, for this run", ours=True),
    _flag("--help", OURS, "print this help", ours=True),
)

BY_NAME = {option.name: option for option in OPTIONS} | {
    "-h": Option("--help", OURS, "print this help", Takes.NOTHING, ours=True)
}
_SHORTENED = tuple(option.name for option in OPTIONS if not option.ours)
_NEGATIVE_NUMBER = re.compile(r"-\d+|-\d*\.\d+")


def read(words: Sequence[str]) -> GivenOptions:
    """The options and other words of a command line. Raises OptionError."""
    return _OptionReader(words).read()


class _OptionReader:
    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self._at = 0
        self._values: dict[str, str | bool] = {}
        self._others: list[str] = []

    def read(self) -> GivenOptions:
        while self._at < len(self._words):
            word = self._words[self._at]
            if word == "--":
                self._others += self._words[self._at + 1 :]
                break
            if _looks_like_option(word):
                self._option(word)
            else:
                self._others.append(word)
            self._at += 1
        return GivenOptions(self._values, tuple(self._others))

    def _option(self, word: str) -> None:
        name, equals, value = word.partition("=")
        option = self._named(name)
        if option.takes is Takes.NOTHING:
            if equals:
                raise OptionError(f"{option.name} takes no value", self._at)
            self._values[option.key] = True
        else:
            self._values[option.key] = self._chosen(option, value if equals else self._next(option))

    def _named(self, name: str) -> Option:
        if name in BY_NAME:
            return BY_NAME[name]
        matches = [known for known in _SHORTENED if known.startswith(name)] if name.startswith("--") else []
        if len(matches) > 1:
            raise OptionError(f"ambiguous option: {name} could be {', '.join(matches)}", self._at)
        if not matches:
            raise OptionError(f"Unknown options: {name}{_resembling(name)}", self._at)
        return BY_NAME[matches[0]]

    def _next(self, option: Option) -> str:
        following = self._words[self._at + 1 : self._at + 2]
        if following and following[0] != "--" and not _looks_like_option(following[0]):
            self._at += 1
            return following[0]
        if option.takes is Takes.CHOICE:
            return option.choices[0]
        hint = f"; write {option.name}=VALUE for a value that begins with '-'" if following else ""
        raise OptionError(f"argument {option.name}: expected one argument{hint}", self._at)

    def _chosen(self, option: Option, value: str) -> str:
        if option.choices and value not in option.choices:
            choices = ", ".join(option.choices)
            raise OptionError(f"argument {option.name}: Found invalid choice '{value}'; choose {choices}", self._at)
        return value


def _looks_like_option(word: str) -> bool:
    """Like the AWS CLI's parser: a negative number or a word with a space is a value."""
    if not word.startswith("-") or word == "-":
        return False
    name = word.partition("=")[0]
    if name in BY_NAME or any(known.startswith(name) for known in _SHORTENED if name.startswith("--")):
        return True
    return not (_NEGATIVE_NUMBER.fullmatch(word) or " " in word)


def _resembling(name: str) -> str:
    from difflib import get_close_matches

    close = get_close_matches(name, [option.name for option in OPTIONS], cutoff=0.8)
    return f" (did you mean {close[0]}?)" if close else ""

"""The members of TestInvokeAuthorizer in one table, from which everything that lists them is derived.

A row defines where a member belongs, its type, limits, encoding and secrecy, and its name for people. The request
(`request.py`) and the form's draft (`ui/model/draft.py`) each have a field of the same name; nothing else has to change
for a new member: the form, YAML, JSON, history, references, redaction, comparison, preflight, commands, events and the
local endpoint read this table.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from enum import Enum
from functools import cache

from authlens.frozen import dataclass


class MemberKind(Enum):
    TEXT = "text"
    BLOB = "blob"
    """Text, sent as UTF-8, or bytes; base64 where AWS's tools write it as text."""
    MAP = "map"
    """Text values by name."""


class Secrecy(Enum):
    OPEN = "open"
    """Shown everywhere, and searchable in the history."""
    NAMED = "named"
    """Contains named parameters or headers, some of which are secret."""
    SECRET = "secret"


@dataclass(frozen=True, slots=True)
class Limits:
    """The constraints that AWS's service model puts on one value."""

    path: str
    """Dotted API name; `[key]` and `[value]` are those of a map."""
    minimum: int
    maximum: int
    """The length in characters (bytes for a blob)."""
    pattern: str | None = None
    required: bool = False

    def fits(self, value: str) -> bool:
        """Whether the text matches the pattern. AWS's patterns are ASCII (contract §2)."""
        return self.pattern is None or re.fullmatch(self.pattern, value, re.ASCII) is not None


_ANY = r"[\s\S]*"


@dataclass(frozen=True, slots=True)
class Member:
    """One row of the table."""

    path: str
    """Dotted API name, e.g. `mqttContext.clientId`."""
    label: str
    """For use in a sentence, with its article: `the MQTT client id`."""
    title: str
    """The label of its field in the form."""
    maximum: int
    secrecy: Secrecy
    pattern: str | None = _ANY
    characters: str = ""
    """What the pattern allows, in words."""
    minimum: int = 1
    required: bool = False
    kind: MemberKind = MemberKind.TEXT
    placeholder: str = "not sent"
    """Shown in the empty field of the form."""
    position: int = 0
    """The position on its page of the form; rows with the same position keep the order of the table."""
    about: str = ""
    """The comment in the AWS CLI's YAML skeleton."""
    help: str = ""
    metavar: str = "VALUE"
    """For its own option; unused inside a context."""
    example: str = "..."
    """An example value, for the help of its context's option."""
    variable: str | None = None
    """The policy variable that has this value."""

    @property
    def context(self) -> str | None:
        """The API name of the context it belongs to; `None` at the top level."""
        return self.path.partition(".")[0] if "." in self.path else None

    @property
    def name(self) -> str:
        """Its API name within its context."""
        return self.path.rpartition(".")[2]

    @property
    def field(self) -> str:
        """The attribute of the request, or of its context, and of the form's draft."""
        return field_name(self.name)

    @property
    def limits(self) -> tuple[Limits, ...]:
        if self.kind is MemberKind.MAP:
            return tuple(Limits(f"{self.path}{part}", 1, self.maximum, self.pattern) for part in ("[key]", "[value]"))
        pattern = None if self.kind is MemberKind.BLOB else self.pattern
        return (Limits(self.path, self.minimum, self.maximum, pattern, self.required),)


MEMBERS = (
    Member(
        "authorizerName",
        "the authorizer name",
        "Authorizer",
        128,
        Secrecy.OPEN,
        pattern=r"[\w=,@-]+",
        characters="letters, digits and _ = , @ -",
        required=True,
        placeholder="name",
        about="[REQUIRED] The authorizer to call.",
        help="the authorizer to call",
        metavar="NAME",
    ),
    Member(
        "token",
        "the token",
        "Token",
        6144,
        Secrecy.SECRET,
        placeholder="the token that was signed",
        about="The token that an authorizer with signing enabled checks.",
        help="the token; a value in the process list is visible to others",
        metavar="TOKEN",
    ),
    Member(
        "tokenSignature",
        "the token signature",
        "Signature",
        2560,
        Secrecy.SECRET,
        pattern=r"[A-Za-z0-9+/]+={0,2}",
        characters="base64: letters, digits, + and /, then at most two =",
        placeholder="base64, not base64url",
        about="Base64 of the RSA signature over the token.",
        help="base64 of the token's signature",
        metavar="SIGNATURE",
    ),
    Member(
        "httpContext.headers",
        "the headers",
        "Headers",
        8192,
        Secrecy.NAMED,
        kind=MemberKind.MAP,
        position=1,
        about="Header names and values.",
        example="{Name=value,...}",
    ),
    Member(
        "httpContext.queryString",
        "the query string",
        "Query string",
        4096,
        Secrecy.NAMED,
        placeholder="?name=value",
        about="The query string, with its leading question mark.",
        example="?a=b",
    ),
    Member(
        "mqttContext.username",
        "the MQTT username",
        "Username",
        65535,
        Secrecy.NAMED,
        position=1,
        about="The MQTT user name.",
    ),
    Member(
        "mqttContext.password",
        "the MQTT password",
        "Password",
        65535,
        Secrecy.SECRET,
        kind=MemberKind.BLOB,
        position=1,
        about="The MQTT password, its bytes in base64.",
    ),
    Member(
        "mqttContext.clientId",
        "the MQTT client id",
        "Client ID",
        65535,
        Secrecy.OPEN,
        about="The MQTT client id.",
        variable="iot:ClientId",
    ),
    Member(
        "tlsContext.serverName",
        "the TLS server name",
        "Server name",
        253,
        Secrecy.OPEN,
        about="The host name of the server name indication.",
        variable="iot:DomainName",
    ),
)
"""In the order of the service model."""

CONTEXTS = {
    "httpContext": "The data of an HTTP request or WebSocket upgrade.",
    "mqttContext": "The data of an MQTT CONNECT packet.",
    "tlsContext": "The data of the TLS handshake.",
}
"""The contexts, each with its description."""

BY_PATH = {member.path: member for member in MEMBERS}
LIMITS = {limits.path: limits for member in MEMBERS for limits in member.limits}
"""Every limit by its path. A test compares them with botocore's model."""


@cache
def field_name(name: str) -> str:
    """`clientId` as an attribute: `client_id`."""
    return "".join(f"_{letter.lower()}" if letter.isupper() else letter for letter in name)


def option_name(name: str) -> str:
    """`mqttContext` as the AWS CLI's option: `--mqtt-context`."""
    return f"--{field_name(name).replace('_', '-')}"


def members_of(context: str | None) -> Iterator[Member]:
    """The members of a context, or for `None` those at the top level."""
    return (member for member in MEMBERS if member.context == context)


Shape = Mapping[str, "Member | Shape"]
SHAPE: Shape = {
    **{member.name: member for member in members_of(None)},
    **{name: {member.name: member for member in members_of(name)} for name in CONTEXTS},
}
"""The table nested as in the API: each name maps to a member, or to the members of a context."""
FIELDS: Mapping[str, str] = {name: field_name(name) for name in SHAPE}
"""The fields of `AuthorizerRequest` by their API names."""


def protocol_of(context: str) -> str:
    """The name of a context in the event: `mqttContext` is `protocolData.mqtt`."""
    return context.removesuffix("Context")


_HEADER = "httpContext.headers["


def header_path(name: str) -> str:
    """The path of one header: `httpContext.headers[NAME]`."""
    return f"{_HEADER}{name}]"


def is_header(path: str) -> bool:
    return path.startswith(_HEADER)


def label(path: str) -> str:
    """The name of the member for people, with its article."""
    return BY_PATH[path].label if path in BY_PATH else f"the header {path.removeprefix(_HEADER).removesuffix(']')}"


def sentence_label(path: str) -> str:
    """Like `label`, capitalized to begin a sentence."""
    words = label(path)
    return words[:1].upper() + words[1:]

"""Why a function raised, as far as Lambda's error shows: timeout, exit, import, or a member missing from the event.

The rule: a member counts as missing only if the request's event does not contain it.
"""

from __future__ import annotations

import re

from authlens.core.request.members import FIELDS, MEMBERS, SHAPE, protocol_of
from authlens.core.request.request import AuthorizerRequest, Mode

READ_LOG = "Read the function's log for the stack trace; a local endpoint shows it with the invocation."
_UNNAMED = "The function raised an error, timed out or crashed; this message does not say which."

_TYPES: dict[str, tuple[str, str]] = {
    "Sandbox.Timedout": (
        "The function did not answer in time; AWS gives an authorizer's function 5 seconds, whatever its own timeout.",
        "Make the function answer within 5 seconds: cache keys and connections outside the handler.",
    ),
    "Runtime.ExitError": (
        "The function's process ended before it answered.",
        "Look in the function's log for an exit, a crash or too little memory.",
    ),
    "Runtime.ImportModuleError": (
        "The function's module cannot be loaded.",
        "Check that the handler's file and all dependencies are in the package.",
    ),
    "Runtime.HandlerNotFound": (
        "The function's file has no such handler.",
        "Set the handler, FILE.FUNCTION, to a function that exists.",
    ),
    "Runtime.MalformedHandlerName": (
        "The handler setting does not name a function.",
        "Write the handler setting as FILE.FUNCTION.",
    ),
    "Runtime.UserCodeSyntaxError": (
        "The function's code has a syntax error.",
        "Fix the line named in the message and deploy again.",
    ),
    "Runtime.OutOfMemory": (
        "The function ran out of memory.",
        "Give the function more memory, or make it load less.",
    ),
    "Runtime.InvalidEntrypoint": (
        "Lambda cannot start the function's program.",
        "Check that the package has an executable file named bootstrap, built for the function's architecture.",
    ),
    "Function.ResponseSizeTooLarge": (
        "The function's answer is larger than Lambda accepts.",
        "Return at most 10 policy documents of at most 2,048 characters each.",
    ),
    "Runtime.CallbackHandlerDeprecated": (
        "The handler takes a callback, and Lambda's runtimes reject such handlers from nodejs24.x on.",
        "Make it an async function with two parameters that returns its answer, or deploy it on nodejs22.x.",
    ),
    "Runtime.UnhandledPromiseRejection": (
        "A rejected promise was not handled.",
        "Await every promise that the handler starts, and catch what it may throw.",
    ),
    "Runtime.MarshalError": (
        "The function returned something that cannot be written as JSON (bytes, a date, a set).",
        "Return plain dictionaries, lists, strings, numbers and booleans.",
    ),
}
_TYPES["Runtime.Unknown"] = _TYPES["Runtime.ExitError"]
_OF_LAMBDA = re.compile(r"(?:Runtime|Sandbox|Extension|Function|Lambda)\.\w+")
"""Types of errors that Lambda reports and no function raises."""
_OF_RUBY = re.compile(r"Function<([\w:]+)>")
_NO_TYPE = ("string", "errorString", "*errors.errorString")
"""How Lambda calls a bare text as an error, of Node.js and of Go."""

AUTHORIZER_TIMEOUT = 5.0
_OWN_TIMEOUT = re.compile(r"timed out after (?P<seconds>\d+(?:\.\d+)?) seconds")
_READ_MEMBER = re.compile(
    r"""^'(?P<key>[\w.-]+)'$                                          # Python: KeyError: 'protocolData'
    |^key\ not\ found:\ "(?P<fetched>[\w.-]+)"                       # Ruby
    |^The\ given\ key\ '(?P<given>[\w.-]+)'\ was\ not\ present     # .NET
    |\(reading\ '(?P<reading>[\w.-]+)'\)                              # Node.js since 16
    |Cannot\ read\ property\ '(?P<property>[\w.-]+)'""",
    re.VERBOSE,
)

_MEMBERS = {
    "protocolData": "protocolData",
    "protocols": "protocols",
    "tls": "protocolData.tls",
    "http": "protocolData.http",
    "mqtt": "protocolData.mqtt",
    "token": "token",
    **{each.name: f"protocolData.{protocol_of(each.context)}.{each.name}" for each in MEMBERS if each.context},
}
"""Members of the event that a request may not provide."""

_REQUEST_MEMBERS = tuple(name for name in SHAPE if name != "token")
"""Names of the request's own members, which the event never has."""


def function_error(error_type: str, message: str, request: AuthorizerRequest) -> tuple[str, str]:
    """Why the function raised and what to do next. Without a type the message does not say which error it was."""
    missing, is_read_of = _missing_member(message)
    if missing in _REQUEST_MEMBERS and not is_read_of:
        return (
            f"The function seems to read {missing} from its event: that is a member of the request; the event uses "
            f"different names.",
            "Read protocolData.http, protocolData.mqtt and protocolData.tls instead; the event preview shows them.",
        )
    path = _MEMBERS.get(missing, "")
    absent = path.rpartition(".")[0] if is_read_of else path
    if absent and not _is_in_event(absent, request):
        return _lacking(path, request)
    own = _OWN_TIMEOUT.search(message) if error_type == "Sandbox.Timedout" else None
    if own and float(own["seconds"]) < AUTHORIZER_TIMEOUT:
        return (
            f"The function did not answer within its own timeout of {float(own['seconds']):g} seconds.",
            "Raise the function's timeout, up to the 5 seconds that AWS gives an authorizer's function, or make it "
            "faster: cache keys and connections outside the handler.",
        )
    if error_type in _TYPES:
        return _TYPES[error_type]
    if not error_type or " " in error_type:  # a message may hold a colon, too
        return _UNNAMED, READ_LOG
    if _OF_LAMBDA.fullmatch(error_type):
        return f"Lambda reports {error_type}: the function did not answer.", READ_LOG
    if error_type in _NO_TYPE:
        return "The function ended with a text as its error.", READ_LOG
    what = f": {message}" if missing and message == f"'{missing}'" else f", reading {missing}" if missing else ""
    named = _OF_RUBY.fullmatch(error_type)
    return f"The function raised {named[1] if named else error_type}{what}.", READ_LOG


def _is_in_event(path: str, request: AuthorizerRequest) -> bool:
    """Whether the event of the request certainly contains the member."""
    _, *names = path.split(".")
    if request.mode is Mode.TOKEN or request == AuthorizerRequest():
        return path == "token" and request.mode is Mode.TOKEN
    if len(names) == 2:
        return any(each.name == names[1] and request.value(each) is not None for each in MEMBERS)
    return path != "token" and all(getattr(request, FIELDS[f"{name}Context"]) is not None for name in names)


def _lacking(member: str, request: AuthorizerRequest) -> tuple[str, str]:
    if request == AuthorizerRequest():
        return (
            f"The function seems to read {member}, which its event did not contain.",
            "Compare it with the event of that call ('authlens event'): token mode has no protocolData, token is there "
            "only if AWS verified it, and a context that was not sent is absent.",
        )
    if request.mode is Mode.TOKEN and member != "token":
        return (
            f"The function seems to read {member}, which is not in the event: token mode sends no protocolData.",
            "Test it in context mode, and make the function accept events without protocolData.",
        )
    if member == "token":
        return (
            "The function seems to read token, which is in the event only if AWS verified a signed token.",
            "Make the function read the token from the contexts, or enable signing for the authorizer.",
        )
    return (
        f"The function seems to read {member}, which this request does not include.",
        f"Fill in that part of the request, or make the function accept events without {member}.",
    )


def _missing_member(message: str) -> tuple[str, bool]:
    """The name that was not found, and whether it was read of something that is itself missing (JavaScript)."""
    found = _READ_MEMBER.search(message)
    name = next((name for name in found.groups() if name), "") if found else ""
    return name, found is not None and bool(found["reading"] or found["property"])

"""CloudWatch Logs' FilterLogEvents over what the functions printed, so that `aws logs tail` and `authlens logs` work.

It speaks AWS's JSON 1.1 protocol, where the call is named by `X-Amz-Target`. A group exists for each function.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

from authlens.endpoint.api.aws_error import AwsError
from authlens.endpoint.api.call import ApiResponse, Incoming, Operation
from authlens.endpoint.api.function_log import Printed, group_of
from authlens.endpoint.api.state import Endpoint

TARGET = "Logs_20140328.FilterLogEvents"
_JSON_1_1 = "application/x-amz-json-1.1"
_MOST = 10_000
"""How many events a page may have, as in CloudWatch."""
_TERM = re.compile(r'(?P<sign>[?-]?)(?:"(?P<quoted>(?:[^"\\]|\\.)*)"|(?P<word>[^\s"]+))')
_GROUP_ARN = re.compile(r"arn:[^:]+:logs:[^:]*:[^:]*:log-group:(?P<name>[^:]+)(?::\*)?")


async def filter_log_events(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    asked = _members(incoming.body)
    group = _group(endpoint, asked)
    since, until = _number(asked, "startTime", 0), _number(asked, "endTime", 2**63)
    limit = min(_number(asked, "limit", _MOST), _MOST)
    if limit < 1:
        raise _invalid("limit must be at least 1.")
    fits, in_stream = _pattern(asked), _streams(asked)
    found: list[Printed] = []
    for line in endpoint.log.of(group, _token(asked)):
        if since <= line.at <= until and in_stream(line.stream) and fits(line.text):
            found.append(line)
            if len(found) > limit:
                break
    page = found[:limit]
    more = {"nextToken": str(page[-1].number)} if len(found) > limit else {}
    body = {"events": [_event(line) for line in page], "searchedLogStreams": [], **more}
    return ApiResponse(200, json.dumps(body).encode(), _JSON_1_1)


def _event(line: Printed) -> dict[str, Any]:
    return {
        "logStreamName": line.stream,
        "timestamp": line.at,
        "message": line.text,
        "ingestionTime": line.at,
        "eventId": f"{line.number:056d}",
    }


def _members(body: bytes) -> dict[str, Any]:
    try:
        value = json.loads(body.decode("utf-8") or "{}")
    except (ValueError, RecursionError):
        raise _error("SerializationException", "The body is not JSON.") from None
    if not isinstance(value, dict):
        raise _error("SerializationException", "The body is not a JSON object.")
    return value


def _group(endpoint: Endpoint, asked: dict[str, Any]) -> str:
    name = asked.get("logGroupName") or asked.get("logGroupIdentifier")
    if not isinstance(name, str):
        raise _invalid("logGroupName or logGroupIdentifier is required.")
    arn = _GROUP_ARN.fullmatch(name)
    group = arn["name"] if arn else name
    if group not in map(group_of, endpoint.functions):
        raise _error("ResourceNotFoundException", "The specified log group does not exist.")
    return group


def _number(asked: dict[str, Any], key: str, absent: int) -> int:
    value = asked.get(key)
    if value is None:
        return absent
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise _invalid(f"{key} must be a whole number of at least 0.")
    return value


def _token(asked: dict[str, Any]) -> int:
    token = asked.get("nextToken")
    if token is None:
        return 0
    if not isinstance(token, str) or not token.isascii() or not token.isdigit():
        raise _invalid("The specified nextToken is invalid.")
    return int(token[:18])


def _streams(asked: dict[str, Any]) -> Callable[[str], bool]:
    names, prefix = asked.get("logStreamNames"), asked.get("logStreamNamePrefix")
    if isinstance(names, list) and names:
        return lambda stream: stream in names
    return lambda stream: stream.startswith(prefix) if isinstance(prefix, str) else True


def _pattern(asked: dict[str, Any]) -> Callable[[str], bool]:
    """A pattern of words: all of them, any of those with `?`, none of those with `-`."""
    text = asked.get("filterPattern") or ""
    if not isinstance(text, str):
        raise _invalid("filterPattern must be text.")
    if text.strip()[:1] in ("{", "[", "%"):
        raise _invalid("The local endpoint supports filter patterns of words and quoted texts only.")
    terms = [(found["sign"], _word(found)) for found in _TERM.finditer(text)]
    wanted = [word for sign, word in terms if not sign]
    any_of = [word for sign, word in terms if sign == "?"]
    none_of = [word for sign, word in terms if sign == "-"]

    def fits(line: str) -> bool:
        if any(word in line for word in none_of) or not all(word in line for word in wanted):
            return False
        return bool(wanted) or not any_of or any(word in line for word in any_of)

    return fits


def _word(found: re.Match[str]) -> str:
    quoted = found["quoted"]
    return str(found["word"]) if quoted is None else re.sub(r"\\(.)", r"\1", quoted)


def _invalid(message: str) -> AwsError:
    return _error("InvalidParameterException", message)


def _error(name: str, message: str) -> AwsError:
    return AwsError(400, name, message, {"__type": name})


CALLS = (Operation("logs", "FilterLogEvents", "POST", re.compile("/?"), filter_log_events, TARGET),)

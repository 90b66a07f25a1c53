"""AWS IoT's calls for authorizers: the test call and the management calls. The rules are in `core.contract`."""

from __future__ import annotations

import asyncio
import json
import re
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from authlens.core.contract import management, test_call
from authlens.core.contract.answer import FunctionAnswer, judge
from authlens.core.contract.refusal import Refusal
from authlens.core.event import event
from authlens.core.invocation.local_run import HEADER as LOCAL_RUN
from authlens.core.invocation.local_run import LocalRun, to_header
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.members import CONTEXTS, SHAPE, MemberKind, members_of
from authlens.core.request.request import AuthorizerRequest
from authlens.endpoint.api.aws_error import AwsError, malformed, refused
from authlens.endpoint.api.body import blob, boolean, read_body, structure, tag_list, text, text_map
from authlens.endpoint.api.call import ApiResponse, Incoming, Operation, json_answer
from authlens.endpoint.api.registry import BadMarker
from authlens.endpoint.api.state import Endpoint
from authlens.endpoint.runtime.doctor import local_run
from authlens.endpoint.runtime.function_host import FunctionResult

LOG_TAIL = 4 * 1024
"""Bytes of the function's output that travel with an answer: Lambda's limit, for Node refuses 16 KiB of headers."""
LONG_LOG_TAIL = 32 * 1024
"""The same for clients in Python, which accept header lines of 64 KiB."""

_PYTHON_CLIENT = re.compile("boto|aws-cli", re.IGNORECASE)

_READ = {MemberKind.TEXT: text, MemberKind.BLOB: blob, MemberKind.MAP: text_map}
_CONTEXTS = {name: structure({each.name: _READ[each.kind] for each in members_of(name)}) for name in CONTEXTS}
_TEST_MEMBERS = {name: _CONTEXTS.get(name, text) for name in SHAPE if name != "authorizerName"}
_UPDATE_MEMBERS = {
    "authorizerFunctionArn": text,
    "tokenKeyName": text,
    "tokenSigningPublicKeys": text_map,
    "status": text,
    "enableCachingForHttp": boolean,
}
_CREATE_MEMBERS = {**_UPDATE_MEMBERS, "signingDisabled": boolean, "tags": tag_list}


async def test_invoke_authorizer(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    name = incoming.path[0]
    request = AuthorizerRequest.from_api({"authorizerName": name, **read_body(incoming.body, _TEST_MEMBERS)})
    authorizer = endpoint.registry.get(name)
    refusal = test_call.refuse(request, authorizer, endpoint.verify)
    if refusal is not None or authorizer is None:
        refusal = refusal or test_call.UNKNOWN_AUTHORIZER.refusal(name=name)
        raise refused(refusal, {} if authorizer else _left_out(endpoint, name))
    sent = event.test_event(request, authorizer, endpoint.new_id())
    result = await endpoint.run(authorizer, json.dumps(sent).encode(), incoming.request_id)
    log = {
        "x-amz-log-result": log_tail(result.log, _log_limit(incoming)),
        **await _run_header(endpoint, authorizer, result),
    }
    judged = judge(FunctionAnswer(result.payload, result.error_type, result.error_message))
    if isinstance(judged, Refusal):
        raise refused(judged, log)
    return json_answer(judged.to_api(), log, "authenticated" if judged.is_authenticated else "not authenticated")


async def describe_authorizer(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    found = _existing(endpoint, incoming.path[0])
    return json_answer({"authorizerDescription": _description(found)}, await _run_header(endpoint, found))


async def list_authorizers(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    query = incoming.query
    size = _whole_number(query, "pageSize")
    ascending = _true_or_false(query, "isAscendingOrder")
    _refuse(management.list_refusal({**query, "pageSize": size}))
    try:
        page = endpoint.registry.page(query.get("status"), ascending, size, query.get("marker"))
    except BadMarker:
        raise refused(management.BAD_MARKER.refusal()) from None
    listed = [{"authorizerName": found.name, "authorizerArn": found.arn} for found in page.authorizers]
    more = {} if page.next_marker is None else {"nextMarker": page.next_marker}
    return json_answer({"authorizers": listed, **more})


async def create_authorizer(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    name, members = incoming.path[0], read_body(incoming.body, _CREATE_MEMBERS)
    _refuse(management.create_refusal(name, members))
    taken = endpoint.registry.get(name)
    if taken is not None:
        raise _conflict(management.EXISTS.refusal(name=name), taken)
    return _named(endpoint.registry.create(name, members))


async def update_authorizer(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    name, members = incoming.path[0], read_body(incoming.body, _UPDATE_MEMBERS)
    _refuse(management.update_constraints(name, members))
    authorizer = _existing(endpoint, name)
    _refuse(management.update_refusal(authorizer, members))
    return _named(endpoint.registry.update(authorizer, members))


async def delete_authorizer(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    authorizer = _existing(endpoint, incoming.path[0])
    _refuse(management.delete_refusal(authorizer, endpoint.registry.is_default(authorizer.name)))
    endpoint.registry.delete(authorizer.name)
    return json_answer({})


async def describe_default_authorizer(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    return json_answer({"authorizerDescription": _description(_default(endpoint))})


async def set_default_authorizer(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    name = read_body(incoming.body, {"authorizerName": text}).get("authorizerName")
    authorizer = _existing(endpoint, name)
    if endpoint.registry.is_default(authorizer.name):
        raise _conflict(management.SAME_DEFAULT.refusal(name=authorizer.name), authorizer)
    endpoint.registry.set_default(authorizer.name)
    return _named(authorizer)


async def clear_default_authorizer(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    _default(endpoint)
    endpoint.registry.set_default(None)
    return json_answer({})


def _log_limit(incoming: Incoming) -> int:
    return LONG_LOG_TAIL if _PYTHON_CLIENT.search(incoming.headers.get("user-agent", "")) else LOG_TAIL


def log_tail(log: str, limit: int) -> str:
    """The end of a function's output, in base64, cut between characters."""
    kept = log.encode("utf-8", "replace")[-limit:].decode("utf-8", "ignore")
    return b64encode(kept.encode()).decode()


async def _run_header(
    endpoint: Endpoint, authorizer: Authorizer, result: FunctionResult | None = None
) -> dict[str, str]:
    """The report about the run; in a thread, because an interpreter may be asked for its version."""
    function = endpoint.function_of(authorizer.function_arn)
    if function is None:
        return {}
    run = await asyncio.to_thread(local_run, function, result)
    problem = (endpoint.problem,) if endpoint.problem else ()
    return {LOCAL_RUN: to_header(replace(run, differs=(*problem, *run.differs)))}


def _description(authorizer: Authorizer) -> dict[str, Any]:
    keys = None if authorizer.signing_disabled else dict(authorizer.token_signing_public_keys)
    return {
        "authorizerName": authorizer.name,
        "authorizerArn": authorizer.arn,
        "authorizerFunctionArn": authorizer.function_arn,
        "tokenKeyName": authorizer.token_key_name,
        "tokenSigningPublicKeys": keys,
        "status": authorizer.status,
        "creationDate": _epoch(authorizer.creation_date),
        "lastModifiedDate": _epoch(authorizer.last_modified_date),
        "signingDisabled": authorizer.signing_disabled,
        "enableCachingForHttp": authorizer.enable_caching_for_http,
    }


def _epoch(moment: str | None) -> float | None:
    """A date in REST-JSON: seconds with milliseconds."""
    return None if moment is None else round(datetime.fromisoformat(moment).timestamp(), 3)


def _named(authorizer: Authorizer) -> ApiResponse:
    return json_answer({"authorizerName": authorizer.name, "authorizerArn": authorizer.arn})


def _existing(endpoint: Endpoint, name: str | None) -> Authorizer:
    _refuse(management.name_refusal(name))
    found = endpoint.registry.get(name or "")
    if found is None:
        raise refused(test_call.UNKNOWN_AUTHORIZER.refusal(name=name), _left_out(endpoint, name or ""))
    return found


def _left_out(endpoint: Endpoint, name: str) -> dict[str, str]:
    """Why an authorizer in the files is not served."""
    reason = endpoint.left_out.get(name)
    return {LOCAL_RUN: to_header(LocalRun(unresolved=(reason,)))} if reason else {}


def _default(endpoint: Endpoint) -> Authorizer:
    found = endpoint.registry.default
    if found is None:
        raise refused(management.NO_DEFAULT.refusal())
    return found


def _conflict(refusal: Refusal, authorizer: Authorizer) -> AwsError:
    members = {"resourceId": authorizer.name, "resourceArn": authorizer.arn}
    return AwsError(refusal.http_status, refusal.error, refusal.message, members)


def _refuse(refusal: Refusal | None) -> None:
    if refusal is not None:
        raise refused(refusal)


def _whole_number(query: Mapping[str, str], name: str) -> int | None:
    value = query.get(name)
    if value is None:
        return None
    if not re.fullmatch(r"-?[0-9]{1,10}", value):
        raise malformed(f"The parameter {name} is not a whole number.")
    return int(value)


def _true_or_false(query: Mapping[str, str], name: str) -> bool:
    value = query.get(name, "false").lower()
    if value not in ("true", "false"):
        raise malformed(f"The parameter {name} is not true or false.")
    return value == "true"


_AUTHORIZER = re.compile(r"/authorizer/([^/]*)")
_DEFAULT = re.compile(r"/default-authorizer/?")

CALLS = (
    Operation("iot", "TestInvokeAuthorizer", "POST", re.compile(r"/authorizer/([^/]*)/test"), test_invoke_authorizer),
    Operation("iot", "DescribeAuthorizer", "GET", _AUTHORIZER, describe_authorizer),
    Operation("iot", "ListAuthorizers", "GET", re.compile(r"/authorizers/?"), list_authorizers),
    Operation("iot", "CreateAuthorizer", "POST", _AUTHORIZER, create_authorizer),
    Operation("iot", "UpdateAuthorizer", "PUT", _AUTHORIZER, update_authorizer),
    Operation("iot", "DeleteAuthorizer", "DELETE", _AUTHORIZER, delete_authorizer),
    Operation("iot", "DescribeDefaultAuthorizer", "GET", _DEFAULT, describe_default_authorizer),
    Operation("iot", "SetDefaultAuthorizer", "POST", _DEFAULT, set_default_authorizer),
    Operation("iot", "ClearDefaultAuthorizer", "DELETE", _DEFAULT, clear_default_authorizer),
)

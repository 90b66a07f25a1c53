"""Lambda's calls for the functions of an endpoint: invoke, describe and list them, and their resource policies."""

from __future__ import annotations

import json
import math
import re
from base64 import b64decode
from typing import Any

from authlens.core.invocation.local_run import HEADER as LOCAL_RUN
from authlens.core.invocation.local_run import LocalRun, to_header
from authlens.endpoint.api.aws_error import AwsError
from authlens.endpoint.api.body import json_object
from authlens.endpoint.api.call import ApiResponse, Incoming, Operation, json_answer
from authlens.endpoint.api.iot.authorizers import log_tail
from authlens.endpoint.api.services import permissions
from authlens.endpoint.api.state import Endpoint
from authlens.endpoint.runtime.function_host import FunctionResult
from authlens.endpoint.templates.definitions import FunctionDefinition

PAYLOAD_LIMIT = 6 * 1024 * 1024
_PAGE = 50
"""How many functions a page has, as on Lambda."""
LOG_TAIL = 4 * 1024
"""Bytes of output that Invoke returns as LogResult, as on Lambda."""

_NAME = re.compile(
    r"(arn:[^:]+:lambda:(?P<region>[^:]*):)?((?P<account>[0-9]{12}):)?(function:)?"
    r"(?P<name>[A-Za-z0-9_.-]+)(:(?P<qualifier>[$A-Za-z0-9_-]+))?"
)
_VERSION = "$LATEST"


async def invoke(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    function = _function(endpoint, incoming)
    payload = _payload(incoming.body)
    kind = incoming.headers.get("x-amz-invocation-type", "RequestResponse")
    if kind == "DryRun":
        return ApiResponse(204, headers={"x-amz-executed-version": _VERSION})
    if kind != "RequestResponse":
        raise _invalid(f"The local endpoint invokes with RequestResponse or DryRun, not {kind!r}.")
    context = _client_context(incoming)
    result = await endpoint.invoke(function, payload, incoming.request_id, context)
    return ApiResponse(200, _answer(result), headers=_answer_headers(result, incoming))


async def get_function_configuration(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    return json_answer(_configuration(endpoint, _function(endpoint, incoming)))


async def get_function(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    """Its configuration; the code is a folder on this machine and has no URL."""
    return json_answer({"Configuration": _configuration(endpoint, _function(endpoint, incoming)), "Tags": {}})


async def list_functions(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    """All functions by name; a marker is the last name of the previous page."""
    marker = incoming.query.get("Marker", "")
    most = incoming.query.get("MaxItems", str(_PAGE))
    if not most.isascii() or not most.isdigit() or not 1 <= int(most[:9]) <= 10_000:
        raise _invalid("MaxItems must be a whole number from 1 to 10000.")
    names = sorted(name for name in endpoint.functions if name > marker)
    size = min(int(most), _PAGE)
    page = [_configuration(endpoint, endpoint.functions[name]) for name in names[:size]]
    return json_answer({"NextMarker": names[size - 1] if len(names) > size else None, "Functions": page})


async def get_function_concurrency(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    """No reserved concurrency: nothing limits how many invocations run at once but the workers."""
    _function(endpoint, incoming)
    return json_answer({})


async def get_policy(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    function = _function(endpoint, incoming)
    found = permissions.statements(endpoint, function)
    if not found:
        declared = function.permissions is not None
        words = f"No AWS::Lambda::Permission is declared for the function {function.name}."
        raise _not_found(words if declared else "The resource you requested does not exist.")
    policy = {"Version": "2012-10-17", "Id": "default", "Statement": found}
    return json_answer({"Policy": json.dumps(policy, separators=(",", ":")), "RevisionId": _revision(endpoint)})


async def add_permission(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    function = _function(endpoint, incoming)
    statement = permissions.add(endpoint, function, _members(incoming.body))
    body = {"Statement": json.dumps(statement, separators=(",", ":"))}
    return ApiResponse(201, json.dumps(body).encode())


async def remove_permission(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    permissions.remove(endpoint, _function(endpoint, incoming), incoming.path[1])
    return ApiResponse(204)


async def refuse_change(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    raise _invalid(
        "Functions are not created, changed or deleted on the local endpoint: they are those of the file that "
        "'authlens serve' was started with. Edit that file, or the code that it names; both are read again."
    )


def _function(endpoint: Endpoint, incoming: Incoming) -> FunctionDefinition:
    match = _NAME.fullmatch(incoming.path[0])
    function = endpoint.functions.get(match["name"]) if match and _is_here(endpoint, match) else None
    qualifier = incoming.query.get("Qualifier") or (match and match["qualifier"]) or _VERSION
    if function is None or qualifier != _VERSION:
        name = match["name"] if match else incoming.path[0]
        tail = "" if qualifier == _VERSION else f":{qualifier}"
        raise _not_found(f"Function not found: {endpoint.function_arn(name)}{tail}")
    return function


def _is_here(endpoint: Endpoint, match: re.Match[str]) -> bool:
    return match["region"] in (None, endpoint.region) and match["account"] in (None, endpoint.account)


def _members(body: bytes) -> dict[str, Any]:
    value = json_object(body)
    if value is None:
        raise AwsError(400, "InvalidRequestContentException", "Could not parse request body into json")
    return value


def _payload(body: bytes) -> bytes:
    if len(body) > PAYLOAD_LIMIT:
        words = f"Request must be smaller than {PAYLOAD_LIMIT} bytes for the InvokeFunction operation"
        raise AwsError(413, "RequestTooLargeException", words)
    payload = body if body.strip() else b"{}"
    try:
        json.loads(payload.decode("utf-8"))
    except (ValueError, RecursionError):
        words = "Could not parse request body into json: the payload is not JSON"
        raise AwsError(400, "InvalidRequestContentException", words) from None
    return payload


def _client_context(incoming: Incoming) -> str:
    try:
        return b64decode(incoming.headers.get("x-amz-client-context", ""), validate=True).decode("utf-8")
    except ValueError:
        raise _invalid("The client context is not base64 of JSON.") from None


def _answer(result: FunctionResult) -> bytes:
    if result.error_type is None:
        return result.payload if result.payload is not None else b"null"
    if result.error is not None:
        return result.error
    error = {"errorMessage": result.error_message, "errorType": result.error_type}
    return json.dumps(error | ({"stackTrace": list(result.stack_trace)} if result.stack_trace else {})).encode()


def _answer_headers(result: FunctionResult, incoming: Incoming) -> dict[str, str]:
    headers = {"x-amz-executed-version": _VERSION}
    if result.error_type is not None:
        headers["x-amz-function-error"] = "Unhandled"
    if incoming.headers.get("x-amz-log-type") == "Tail":
        headers["x-amz-log-result"] = log_tail(result.log, LOG_TAIL)
    if result.code is not None:
        headers[LOCAL_RUN] = to_header(LocalRun(code=result.code.digest, code_files=result.code.files))
    return headers


def _configuration(endpoint: Endpoint, function: FunctionDefinition) -> dict[str, Any]:
    return {
        "FunctionName": function.name,
        "FunctionArn": endpoint.function_arn(function.name),
        "Runtime": function.runtime,
        "Role": f"arn:aws:iam::{endpoint.account}:role/{function.name}",
        "Handler": function.handler,
        "CodeSize": 0,
        "Description": "",
        "Timeout": math.ceil(function.timeout),
        "MemorySize": function.memory_size,
        "LastModified": endpoint.started_at.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
        "Version": _VERSION,
        "Environment": {"Variables": dict(function.environment)},
        "RevisionId": _revision(endpoint),
        "State": "Active",
        "LastUpdateStatus": "Successful",
        "PackageType": "Zip",
    }


def _revision(endpoint: Endpoint) -> str:
    """The same for as long as the endpoint runs."""
    return f"00000000-0000-4000-8000-{int(endpoint.started_at.timestamp()):012d}"


def _not_found(message: str) -> AwsError:
    return AwsError(404, "ResourceNotFoundException", message)


def _invalid(message: str) -> AwsError:
    return AwsError(400, "InvalidParameterValueException", message)


_FUNCTION = "/2015-03-31/functions/([^/]*)"

_FUNCTIONS = "/2015-03-31/functions/?"
_CONCURRENCY = "/2019-09-30/functions/([^/]*)/concurrency"
_POLICY = _FUNCTION + "/policy"

CALLS = (
    Operation("lambda", "ListFunctions", "GET", re.compile(_FUNCTIONS), list_functions),
    Operation("lambda", "AddPermission", "POST", re.compile(_POLICY), add_permission),
    Operation("lambda", "RemovePermission", "DELETE", re.compile(_POLICY + "/([^/]*)"), remove_permission),
    Operation("lambda", "CreateFunction", "POST", re.compile(_FUNCTIONS), refuse_change),
    Operation("lambda", "DeleteFunction", "DELETE", re.compile(_FUNCTION), refuse_change),
    Operation("lambda", "UpdateFunctionCode", "PUT", re.compile(_FUNCTION + "/code"), refuse_change),
    Operation("lambda", "UpdateFunctionConfiguration", "PUT", re.compile(_FUNCTION + "/configuration"), refuse_change),
    Operation("lambda", "Invoke", "POST", re.compile(_FUNCTION + "/invocations"), invoke),
    Operation("lambda", "GetFunction", "GET", re.compile(_FUNCTION), get_function),
    Operation(
        "lambda",
        "GetFunctionConfiguration",
        "GET",
        re.compile(_FUNCTION + "/configuration"),
        get_function_configuration,
    ),
    Operation("lambda", "GetFunctionConcurrency", "GET", re.compile(_CONCURRENCY), get_function_concurrency),
    Operation("lambda", "GetPolicy", "GET", re.compile(_POLICY), get_policy),
)

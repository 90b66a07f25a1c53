"""A function's resource policy: what its file declares, changed by AddPermission and RemovePermission.

Changes last as long as the endpoint. A missing permission stops no call here, but `GetPolicy` and
`explain --deployment` show it.
"""

from __future__ import annotations

import json
import re
from typing import Any

from authlens.core.request.authorizer import Authorizer
from authlens.endpoint.api.aws_error import AwsError
from authlens.endpoint.api.state import Endpoint
from authlens.endpoint.templates.definitions import FunctionDefinition

Statement = dict[str, Any]

_SID = re.compile(r"[A-Za-z0-9_-]{1,100}")
_ACCOUNT = re.compile("[0-9]{12}")


def statements(endpoint: Endpoint, function: FunctionDefinition) -> list[Statement]:
    """The file's statements without the removed ones, then the added ones."""
    changed = endpoint.permissions.get(function.name, {})
    own = [one for one in _of_file(endpoint, function) if str(one.get("Sid")) not in changed]
    return [*own, *(one for one in changed.values() if one is not None)]


def add(endpoint: Endpoint, function: FunctionDefinition, members: Statement) -> Statement:
    """The statement of an AddPermission call. Raises AwsError."""
    sid = _text(members, "StatementId")
    if not _SID.fullmatch(sid):
        raise _invalid("StatementId must be letters, digits, - and _.")
    if any(one.get("Sid") == sid for one in statements(endpoint, function)):
        raise AwsError(
            409,
            "ResourceConflictException",
            f"The statement id ({sid}) provided already exists. Please provide a new statement id, or remove the "
            "existing statement.",
        )
    statement = {
        "Sid": sid,
        "Effect": "Allow",
        "Principal": _principal(_text(members, "Principal")),
        "Action": _text(members, "Action"),
        "Resource": endpoint.function_arn(function.name),
        **_conditions(members),
    }
    endpoint.permissions.setdefault(function.name, {})[sid] = statement
    return statement


def remove(endpoint: Endpoint, function: FunctionDefinition, sid: str) -> None:
    """Raises AwsError if there is no such statement."""
    if all(one.get("Sid") != sid for one in statements(endpoint, function)):
        raise AwsError(404, "ResourceNotFoundException", f"Statement {sid} is not found in resource policy.")
    endpoint.permissions.setdefault(function.name, {})[sid] = None


def _of_file(endpoint: Endpoint, function: FunctionDefinition) -> list[Statement]:
    """What a template declares; for an authorizers.yaml, one statement per authorizer."""
    if function.permissions is not None:
        return [json.loads(statement) for statement in function.permissions]
    callers = [found for found in endpoint.registry.all() if endpoint.function_of(found.function_arn) == function]
    return [_statement(authorizer, endpoint.function_arn(function.name)) for authorizer in callers]


def _statement(authorizer: Authorizer, function_arn: str) -> Statement:
    return {
        "Sid": f"authlens-{re.sub('[^A-Za-z0-9_-]', '-', authorizer.name)}",
        "Effect": "Allow",
        "Principal": {"Service": "iot.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Resource": function_arn,
        "Condition": {"ArnLike": {"AWS:SourceArn": authorizer.arn}},
    }


def _principal(text: str) -> Any:
    if text == "*":
        return "*"
    if _ACCOUNT.fullmatch(text):
        return {"AWS": f"arn:aws:iam::{text}:root"}
    return {"AWS": text} if text.startswith("arn:") else {"Service": text}


def _conditions(members: Statement) -> Statement:
    conditions: Statement = {}
    if members.get("SourceAccount") is not None:
        conditions["StringEquals"] = {"AWS:SourceAccount": _text(members, "SourceAccount")}
    if members.get("SourceArn") is not None:
        conditions["ArnLike"] = {"AWS:SourceArn": _text(members, "SourceArn")}
    return {"Condition": conditions} if conditions else {}


def _text(members: Statement, key: str) -> str:
    value = members.get(key)
    if not isinstance(value, str) or not value:
        raise _invalid(f"{key} is required, as text.")
    return value


def _invalid(message: str) -> AwsError:
    return AwsError(400, "InvalidParameterValueException", message)

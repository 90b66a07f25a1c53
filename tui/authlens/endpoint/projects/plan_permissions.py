"""The statements that a plan's aws_lambda_permission resources give for a function."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

from authlens.endpoint.projects.plan_values import Plan, Resource


class Permissions:
    """Of one plan."""

    def __init__(self, plan: Plan, authorizer_arn: Callable[[Resource], str]) -> None:
        self._plan = plan
        self._authorizer_arn = authorizer_arn
        self._behind: dict[str, list[Resource]] | None = None
        """The permissions by the address or name of the function that they are for."""

    def of(self, function: Resource, name: str, arn: str) -> Iterator[str]:
        """As JSON."""
        if self._behind is None:
            self._behind = {}
            for each in self._plan.of_type("aws_lambda_permission"):
                behind = self._plan.referred(each, "function_name", "aws_lambda_function")
                written = str(each.values.get("function_name") or "")  # a name or an ARN, whole or in part
                named = written.rpartition(":function:")[2].partition(":")[0]
                for key in {behind.address if behind else named, named} - {""}:
                    self._behind.setdefault(key, []).append(each)
        own = [*self._behind.get(function.address, ()), *self._behind.get(name, ())]
        for each in {id(each): each for each in own}.values():
            values = each.values
            statement = {
                "Sid": str(values.get("statement_id") or each.name),
                "Effect": "Allow",
                "Principal": {"Service": values.get("principal")},
                "Action": values.get("action"),
                "Resource": arn,
            }
            yield json.dumps({**statement, **self._source_condition(each)})

    def _source_condition(self, permission: Resource) -> dict[str, Any]:
        """The source of the permission; in a plan, an authorizer's ARN is known after apply."""
        source = permission.values.get("source_arn")
        authorizer = self._plan.referred(permission, "source_arn", "aws_iot_authorizer")
        if not source and authorizer is not None:
            source = self._authorizer_arn(authorizer)
        if source:
            return {"Condition": {"ArnLike": {"AWS:SourceArn": source}}}
        unknown = bool(self._plan.unknown(permission).get("source_arn"))
        return {"Condition": {"ArnLike": {"source_arn (known after apply)": "?"}}} if unknown else {}

"""CloudWatch's GetMetricStatistics for one metric, AWS/Lambda Throttles: the calls that found every process busy.

It speaks AWS's JSON 1.0 protocol, where the call is named by `X-Amz-Target`.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from typing import Any

from authlens.endpoint.api.aws_error import AwsError
from authlens.endpoint.api.body import json_object
from authlens.endpoint.api.call import ApiResponse, Incoming, Operation
from authlens.endpoint.api.state import Endpoint

TARGET = "GraniteServiceVersion20100801.GetMetricStatistics"
_JSON_1_0 = "application/x-amz-json-1.0"
_SERVED = ("AWS/Lambda", "Throttles", ["Sum"])


async def get_metric_statistics(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    asked = _members(incoming.body)
    if (asked.get("Namespace"), asked.get("MetricName"), asked.get("Statistics")) != _SERVED:
        raise _invalid("The local endpoint has one metric: Throttles of AWS/Lambda, with the statistic Sum.")
    since, until, period = (_number(asked, key) for key in ("StartTime", "EndTime", "Period"))
    if not 1 <= period <= 86_400:
        raise _invalid("Period must be from 1 to 86400 seconds.")
    sums: Counter[int] = Counter()
    for name, moment in endpoint.throttles:
        if since <= moment.timestamp() < until and _is_asked_for(asked, name):
            sums[int(moment.timestamp() // period * period)] += 1
    points = [{"Timestamp": start, "Sum": float(count), "Unit": "Count"} for start, count in sorted(sums.items())]
    body = {"Label": "Throttles", "Datapoints": points}
    return ApiResponse(200, json.dumps(body).encode(), _JSON_1_0)


def _is_asked_for(asked: dict[str, Any], name: str) -> bool:
    """Without a dimension, the metric is that of all functions."""
    return asked.get("Dimensions") in (None, [], [{"Name": "FunctionName", "Value": name}])


def _members(body: bytes) -> dict[str, Any]:
    value = json_object(body)
    if value is None:
        raise _error("SerializationException", "The body is not a JSON object.")
    return value


def _number(asked: dict[str, Any], key: str) -> float:
    value = asked.get(key)
    if not isinstance(value, int | float) or isinstance(value, bool):
        raise _invalid(f"{key} must be a number.")
    return value


def _invalid(message: str) -> AwsError:
    return _error("InvalidParameterValueException", message)


def _error(name: str, message: str) -> AwsError:
    return AwsError(400, name, message, {"__type": name})


CALLS = (Operation("cloudwatch", "GetMetricStatistics", "POST", re.compile("/?"), get_metric_statistics, TARGET),)

"""AWS IoT's data plane: Publish, signed like any other call, reaches the connected devices.

IAM policies are not evaluated: on a local endpoint every caller may do everything.
"""

from __future__ import annotations

import re

from authlens.endpoint.api.aws_error import AwsError
from authlens.endpoint.api.call import ApiResponse, Incoming, Operation, json_answer
from authlens.endpoint.api.state import Endpoint


async def publish(endpoint: Endpoint, incoming: Incoming) -> ApiResponse:
    give = endpoint.devices.publish
    if give is None:
        words = "No devices can connect here: start authlens serve with --device-port."
        raise AwsError(400, "InvalidRequestException", words)
    problem = give(incoming.path[0], incoming.query, incoming.headers, incoming.body)
    if problem is not None:
        raise AwsError(400, "InvalidRequestException", problem)
    return json_answer({"message": "OK", "traceId": incoming.request_id})


CALLS = (Operation("iotdata", "Publish", "POST", re.compile("/topics/(.+)"), publish),)

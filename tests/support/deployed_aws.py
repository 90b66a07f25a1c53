"""A loopback AWS that answers the calls about deployments, by method and path or by target."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from support.fault_server import FaultServer, fault_server, http

ARN = "arn:aws:iot:eu-west-1:111122223333:authorizer/A"
FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:f"
SOURCE = {"ArnLike": {"AWS:SourceArn": ARN}}
HOST = "abc-ats.iot.eu-west-1.amazonaws.com"

Reply = tuple[int, Any]
"""Status and body; an error's class is its member `code`."""


def refused(status: int, code: str) -> Reply:
    return status, {"__type": code, "code": code, "message": f"{code}, says AWS"}


DENIED = refused(403, "AccessDeniedException")
ABSENT = refused(404, "ResourceNotFoundException")


def policy(**members: Any) -> Reply:
    statement = {
        "Sid": "s1",
        "Effect": "Allow",
        "Principal": {"Service": "iot.amazonaws.com"},
        "Action": "lambda:InvokeFunction",
        "Condition": SOURCE,
    }
    return 200, {"Policy": json.dumps({"Statement": [statement | members]}), "RevisionId": "1"}


HEALTHY: dict[str, Reply] = {
    "/authorizer/A": (
        200,
        {
            "authorizerDescription": {
                "authorizerName": "A",
                "authorizerArn": ARN,
                "authorizerFunctionArn": FUNCTION,
                "status": "ACTIVE",
                "signingDisabled": True,
            }
        },
    ),
    "/default-authorizer": ABSENT,
    "/domainConfigurations": (200, {"domainConfigurations": [{"domainConfigurationName": "shop"}]}),
    "/domainConfigurations/shop": (
        200,
        {
            "domainConfigurationName": "shop",
            "domainName": "iot.example.com",
            "domainConfigurationStatus": "ENABLED",
            "authorizerConfig": {"defaultAuthorizerName": "B", "allowAuthorizerOverride": False},
            "authenticationType": "CUSTOM_AUTH",
            "applicationProtocol": "SECURE_MQTT",
            "serverCertificates": [{"serverCertificateStatus": "VALID"}],
            "tlsConfig": {"securityPolicy": "IoTSecurityPolicy_TLS13_1_2_2022_10"},
        },
    ),
    "/endpoint": (200, {"endpointAddress": HOST}),
    "/v2LoggingOptions": (200, {"roleArn": "arn:aws:iam::111122223333:role/log", "defaultLogLevel": "ERROR"}),
    "GraniteServiceVersion20100801.GetMetricStatistics": (200, {"Label": "Throttles", "Datapoints": []}),
    f"/2019-09-30/functions/{FUNCTION}/concurrency": (200, {}),
    f"/2015-03-31/functions/{FUNCTION}/configuration": (
        200,
        {
            "FunctionArn": FUNCTION,
            "Timeout": 9,
            "State": "Active",
            "LoggingConfig": {"LogGroup": "/own"},
            "CodeSha256": "ab=",
        },
    ),
    f"/2015-03-31/functions/{FUNCTION}/policy": policy(),
    "Logs_20140328.FilterLogEvents": (
        200,
        {
            "events": [
                {"timestamp": 1, "message": "second\n", "logStreamName": "s"},
                {"timestamp": 0, "message": "first\n", "logStreamName": "s"},
            ]
        },
    ),
}


@contextmanager
def deployed(changes: Mapping[str, Reply] | None = None, seconds: float = 0.0) -> Iterator[FaultServer]:
    """A correct deployment with the given changes; an unknown call is an UnknownOperationException.

    seconds: what each answer takes.
    """
    replies = HEALTHY | dict(changes or {})

    def answer(connection: socket.socket) -> None:
        request = server.own.request
        server.release.wait(seconds)
        name = request.header("x-amz-target") or unquote(request.path.partition("?")[0])
        status, body = replies.get(name, refused(404, "UnknownOperationException"))
        code = {"x_amzn_errortype": body["code"]} if isinstance(body, dict) and "code" in body else {}
        text = body if isinstance(body, str) else json.dumps(body)
        connection.sendall(http(text, f"{status} X", **code))

    with fault_server(answer) as server:
        yield server

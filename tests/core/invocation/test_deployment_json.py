from __future__ import annotations

import json

import pytest

from authlens.core.deployment.deployment import Concurrency, Deployment, Domain, Function, Logging, Throttles, Unread
from authlens.core.invocation.deployment_json import deployment_from_json, deployment_to_json
from authlens.core.request.authorizer import Authorizer

AUTHORIZER = Authorizer("A", "arn:aws:iot:eu-west-1:1:authorizer/A")
UNREAD = Unread("lambda:GetPolicy", "AccessDeniedException")
WHOLE = Deployment(
    AUTHORIZER,
    Function("arn:f", 3, "Pending", "Creating", "/aws/lambda/f", "ab="),
    "{}",
    "{}",
    "A",
    (
        Domain("d", "d.example", "ENABLED", "CUSTOM_AUTH", "SECURE_MQTT", "A", False, "INVALID", "expired", "P"),
        Domain("e"),
    ),
    "abc-ats.iot.eu-west-1.amazonaws.com",
    "No permission is declared.",
    Concurrency(0),
    Throttles(5, "2026-11-29T13:00Z"),
    Logging("INFO", "role", is_off=True),
    is_logging_read=True,
    undescribed=("x",),
)


@pytest.mark.parametrize(
    "deployment",
    [
        WHOLE,
        Deployment(AUTHORIZER, None, None),
        Deployment(
            AUTHORIZER, UNREAD, UNREAD, UNREAD, UNREAD, UNREAD, UNREAD, "", UNREAD, UNREAD, UNREAD, is_logging_read=True
        ),
    ],
    ids=["all", "nothing", "unread"],
)
def test_what_is_written_reads_back(deployment: Deployment) -> None:
    written = json.loads(json.dumps(deployment_to_json(deployment)))
    assert deployment_from_json(written, AUTHORIZER) == deployment


@pytest.mark.parametrize("value", [None, [], {"function": 7}, {"domains": [7]}, {"permission": []}])
def test_what_is_not_a_deployment_is_refused_with_a_sentence(value: object) -> None:
    with pytest.raises(ValueError, match=r"\w+ \w+"):
        deployment_from_json(value, AUTHORIZER)


def test_the_keys_of_a_deployment() -> None:
    assert deployment_to_json(WHOLE) == {
        "function": {
            "timeout": 3,
            "arn": "arn:f",
            "state": "Pending",
            "reason": "Creating",
            "logGroup": "/aws/lambda/f",
            "codeSha256": "ab=",
        },
        "permission": "{}",
        "unqualifiedPermission": "{}",
        "defaultAuthorizer": "A",
        "domains": [
            {
                "name": "d",
                "domainName": "d.example",
                "status": "ENABLED",
                "authenticationType": "CUSTOM_AUTH",
                "applicationProtocol": "SECURE_MQTT",
                "defaultAuthorizer": "A",
                "certificateStatus": "INVALID",
                "certificateDetail": "expired",
                "tlsPolicy": "P",
                "allowsOverride": False,
            },
            {
                "name": "e",
                "domainName": "",
                "status": "ENABLED",
                "authenticationType": "DEFAULT",
                "applicationProtocol": "DEFAULT",
                "defaultAuthorizer": "",
                "certificateStatus": "",
                "certificateDetail": "",
                "tlsPolicy": "",
            },
        ],
        "dataEndpoint": "abc-ats.iot.eu-west-1.amazonaws.com",
        "concurrency": {"reserved": 0},
        "throttles": {"count": 5, "last": "2026-11-29T13:00Z"},
        "logging": {"level": "INFO", "role": "role", "isOff": True},
        "undescribed": ["x"],
        "undeclared": "No permission is declared.",
    }
    unknown = {"unread": {"permission": "lambda:GetPolicy", "why": "AccessDeniedException"}}
    assert deployment_to_json(Deployment(AUTHORIZER, UNREAD, None)) == {
        "function": unknown,
        "permission": None,
        "unqualifiedPermission": None,
        "defaultAuthorizer": None,
        "domains": [],
        "dataEndpoint": "",
        "concurrency": None,
    }


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ({}, Deployment(AUTHORIZER, None, None)),
        ({"function": {}}, Deployment(AUTHORIZER, Function("", 0), None)),
        ({"function": {"arn": "f", "unread": "no"}}, Deployment(AUTHORIZER, Function("f", 0), None)),
        ({"permission": {"unread": {"permission": "p"}}}, Deployment(AUTHORIZER, None, Unread("p", ""))),
        ({"domains": [{}]}, Deployment(AUTHORIZER, None, None, domains=(Domain(""),))),
        ({"concurrency": {}}, Deployment(AUTHORIZER, None, None, concurrency=Concurrency())),
        ({"logging": None}, Deployment(AUTHORIZER, None, None, is_logging_read=True)),
        ({"logging": {}}, Deployment(AUTHORIZER, None, None, logging=Logging(""), is_logging_read=True)),
        ({"undeclared": None, "undescribed": [7]}, Deployment(AUTHORIZER, None, None, undescribed=("7",))),
    ],
)
def test_what_is_left_out_is_empty(written: dict[str, object], expected: Deployment) -> None:
    assert deployment_from_json(written, AUTHORIZER) == expected

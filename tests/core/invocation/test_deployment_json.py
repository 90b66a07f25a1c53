from __future__ import annotations

import json

import pytest

from authlens.core.deployment.deployment import Concurrency, Deployment, Domain, Function, Logging, Unread
from authlens.core.invocation.deployment_json import deployment_from_json, deployment_to_json
from authlens.core.request.authorizer import Authorizer

AUTHORIZER = Authorizer("A", "arn:aws:iot:eu-west-1:1:authorizer/A")
UNREAD = Unread("lambda:GetPolicy", "AccessDeniedException")
WHOLE = Deployment(
    AUTHORIZER,
    Function("arn:f", 3, "Pending", "Creating", "/aws/lambda/f"),
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
            AUTHORIZER, UNREAD, UNREAD, UNREAD, UNREAD, UNREAD, UNREAD, "", UNREAD, UNREAD, is_logging_read=True
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

"""Each thing that was read of a deployment is one sentence, and so is each that was not."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from authlens.core.deployment.deployment import Concurrency, Deployment, Domain, Function, Logging, Throttles, Unread
from authlens.core.deployment.facts import Fact, facts
from authlens.core.request.authorizer import Authorizer

AUTHORIZER = Authorizer("A", function_arn="arn:aws:lambda:eu-west-1:111122223333:function:f")
FUNCTION = Function("arn:aws:lambda:eu-west-1:111122223333:function:f", 3)


def test_what_could_not_be_read_names_the_permission_that_is_missing() -> None:
    unread = Unread("lambda:GetFunctionConfiguration", "AccessDeniedException")
    by_id = {fact.id: fact for fact in facts(Deployment(AUTHORIZER, unread, None))}

    assert not by_id["function"].is_read
    assert "lambda:GetFunctionConfiguration" in by_id["function"].text


def test_each_domain_is_a_fact_of_its_own() -> None:
    domains = (Domain("shop", "iot.example.com"), Domain("works", "iot.example.org"))
    found = [
        fact.text for fact in facts(Deployment(AUTHORIZER, FUNCTION, None, domains=domains)) if fact.id == "domain"
    ]

    assert len(found) == 2
    assert "iot.example.org" in found[1]


ARN = "arn:aws:iot:eu-west-1:111122223333:authorizer/A"
KNOWN = Authorizer("A", arn=ARN, function_arn=FUNCTION.arn)
BARE = Deployment(KNOWN, FUNCTION, None, data_endpoint="abc-ats.iot.eu-west-1.amazonaws.com")


def policy(**condition: object) -> str:
    statement = {"Sid": "s1", "Effect": "Allow", "Principal": {"Service": "iot.amazonaws.com"}, "Action": "lambda:*"}
    return json.dumps({"Statement": [{**statement, "Condition": condition}]})


UNASKED = [
    ("function", f"The function {FUNCTION.arn} is Active; its timeout is 3 s."),
    ("permission", "AWS IoT's permission to invoke the function for this authorizer: missing."),
    ("default-authorizer", "No default authorizer is set."),
    ("data-endpoint", "Devices connect to abc-ats.iot.eu-west-1.amazonaws.com."),
]
ALLOWED = "AWS IoT is allowed to invoke the function for this authorizer (statement 's1')."


@pytest.mark.parametrize(
    ("members", "sentences"),
    [
        ({}, {}),
        ({"function": None}, {"function": "The function does not exist."}),
        ({"permission": policy(ArnLike={"AWS:SourceArn": ARN})}, {"permission": ALLOWED}),
        ({"permission": policy()}, {"permission": ALLOWED}),
        ({"permission": policy(), "undeclared": "None is declared."}, {"permission": ALLOWED}),
        ({"undeclared": "None is declared."}, {"permission": "None is declared."}),
        ({"default_authorizer": "B"}, {"default-authorizer": "The default authorizer is B."}),
        ({"data_endpoint": ""}, {"data-endpoint": "The target has no data endpoint."}),
        ({"concurrency": Concurrency()}, {"concurrency": "The function has no reserved concurrency."}),
        ({"concurrency": Concurrency(0)}, {"concurrency": "The function's reserved concurrency is 0."}),
        ({"throttles": Throttles()}, {"throttles": "Lambda throttled none of its invocations in the last 24 hours."}),
        (
            {"throttles": Throttles(2, "2026-11-29T13:00Z")},
            {
                "throttles": "Lambda throttled 2 invocations in the last 24 hours, most recently in the hour from "
                "2026-11-29T13:00Z."
            },
        ),
        ({"is_logging_read": True}, {"logging": "AWS IoT's log (version 2) is not set up."}),
        (
            {"is_logging_read": True, "logging": Logging("INFO", is_off=True)},
            {"logging": "AWS IoT's log is switched off."},
        ),
        ({"is_logging_read": True, "logging": Logging("INFO")}, {"logging": "AWS IoT logs at level INFO."}),
        ({"logging": Logging("INFO")}, {}),
        ({"domains": Unread("iot:X", "denied")}, {"domains": "Not read: iot:X (denied)."}),
        (
            {"domains": (Domain("d"),)},
            {
                "domain": "Domain configuration d (no host, ENABLED): no authorizer of its own; authentication "
                "DEFAULT, protocol DEFAULT. MQTT over TLS needs ALPN mqtt there."
            },
        ),
        (
            {"domains": (Domain("d", "h", allows_override=True, application_protocol="HTTPS", tls_policy="P"),)},
            {
                "domain": "Domain configuration d (h, ENABLED): default authorizer none, devices may name another; "
                "authentication DEFAULT, protocol HTTPS, TLS policy P. MQTT over TLS is not accepted there."
            },
        ),
    ],
)
def test_every_fact_has_its_sentence(members: dict[str, Any], sentences: dict[str, str]) -> None:
    expected = {**dict(UNASKED), **sentences}
    assert [(each.id, each.text) for each in facts(replace(BARE, **members))] == list(expected.items())
    assert Fact("x", "y").is_read

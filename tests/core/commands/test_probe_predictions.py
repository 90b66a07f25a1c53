"""What an earlier answer says of all that a probe tries, for the client id that it uses."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from authlens.core.commands.probe_plan import with_client_id
from authlens.core.commands.probe_predictions import predictions
from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.probe.plan import PROBE_CLIENT_ID, Trial
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.request.target import Target
from authlens.core.saved.certificate import Certificate

ARN = "arn:aws:iot:us-east-1:000000000000:"
POLICY = (
    f'{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":["iot:Connect","iot:Subscribe"],"Resource":'
    f'["{ARN}client/${{iot:ClientId}}","{ARN}topicfilter/a/*"]}},'
    f'{{"Effect":"Deny","Action":"iot:Publish","Resource":"*"}}]}}'
)
REQUEST = AuthorizerRequest("A", mqtt_context=MqttContext(username="u", client_id="c"))
EARLIER = Invocation(REQUEST, Target(), Outcome(True, "p", (POLICY,)), datetime(2026, 1, 1, tzinfo=UTC), 0.1)
TRIALS = (Trial("subscribe", "a/#"), Trial("publish", "a/b"), Trial("subscribe", "b"))


def test_each_try_is_decided_by_the_documents_for_the_client_id_that_is_used() -> None:
    request = with_client_id(REQUEST, "other")

    assert request.mqtt_context == MqttContext(username="u", client_id="other")
    assert predictions(EARLIER, request, TRIALS) == {
        ("iot:Connect", "other"): "ALLOWED",
        ("iot:Subscribe", "a/#"): "ALLOWED",
        ("iot:Publish", "a/b"): "EXPLICIT_DENY",
        ("iot:Subscribe", "b"): "IMPLICIT_DENY",
    }


def test_a_request_without_a_client_id_is_decided_for_that_of_the_probe() -> None:
    assert predictions(EARLIER, AuthorizerRequest("A"), ()) == {("iot:Connect", PROBE_CLIENT_ID): "ALLOWED"}
    named = EARLIER.outcome and replace(EARLIER.outcome, policy_documents=(POLICY.replace("${iot:ClientId}", "c"),))
    assert named is not None
    assert predictions(replace(EARLIER, result=named), AuthorizerRequest("A"), ()) == {
        ("iot:Connect", PROBE_CLIENT_ID): "IMPLICIT_DENY"
    }


def test_what_the_documents_alone_do_not_decide_is_not_predicted() -> None:
    condition = '"Condition":{"IpAddress":{"aws:SourceIp":"10.0.0.0/8"}},"Resource":'
    documents = (POLICY.replace('"Resource":', condition, 1),)
    outcome = Outcome(True, "p", documents)
    assert predictions(replace(EARLIER, result=outcome), REQUEST, TRIALS) == {
        ("iot:Publish", "a/b"): "EXPLICIT_DENY",
        ("iot:Subscribe", "b"): "IMPLICIT_DENY",
    }
    of_certificate = replace(EARLIER, certificate=Certificate(thing_name="t"))
    assert ("iot:Subscribe", "b") not in predictions(of_certificate, REQUEST, TRIALS)


def test_without_documents_nothing_is_predicted() -> None:
    failed = replace(EARLIER, result=Failure(FailureKind.AWS, "E", None))

    assert predictions(None, REQUEST, TRIALS) == predictions(failed, REQUEST, TRIALS) == {}


def test_the_request_keeps_its_client_id_unless_another_is_given() -> None:
    assert with_client_id(REQUEST, None) is REQUEST
    assert with_client_id(AuthorizerRequest("A"), "x").mqtt_context == MqttContext(client_id="x")

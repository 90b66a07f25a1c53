"""What is deployed and what was logged, read through real boto3 over loopback."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from authlens.aws.gateway import BotoGateway
from authlens.core.deployment.deployment import Deployment, Domain, Function, Unread
from authlens.core.invocation.cloud_log import LogQuery
from authlens.core.invocation.gateway import CallFailed
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.target import StaticCredentials, Target
from support.deployed_aws import ABSENT, ARN, DENIED, FUNCTION, HOST, Reply, deployed, policy

GATEWAY = BotoGateway()
AUTHORIZER = Authorizer("A", arn=ARN, function_arn=FUNCTION)
START = datetime(1970, 1, 1, tzinfo=UTC)
CONFIGURATION, POLICY = (f"/2015-03-31/functions/{FUNCTION}/{name}" for name in ("configuration", "policy"))


def target(url: str) -> Target:
    return Target(region="eu-west-1", endpoint_url=url, credentials=StaticCredentials("AKID", "SECRET"))


def read(changes: dict[str, Reply] | None = None, authorizer: Authorizer = AUTHORIZER) -> Deployment:
    with deployed(changes) as server:
        found = GATEWAY.deployment(authorizer, target(server.url))
    # One attempt each, whatever the answer was.
    assert len({request.path for request in server.received}) == len(server.received)
    return found


def test_everything_is_read_once() -> None:
    found = read()
    assert found.function == Function(FUNCTION, 9, "Active", "", "/own")
    assert found.permission == policy()[1]["Policy"]
    assert found.default_authorizer is None
    assert found.domains == (Domain("shop", "iot.example.com", "ENABLED", "CUSTOM_AUTH", "SECURE_MQTT", "B", False),)
    assert found.data_endpoint == HOST
    assert found.unread == ()


def test_what_does_not_exist_is_a_fact() -> None:
    found = read({CONFIGURATION: ABSENT, POLICY: ABSENT, "/domainConfigurations/shop": ABSENT})
    assert (found.function, found.permission, found.domains) == (None, None, ())


def test_each_denial_names_the_permission_it_takes() -> None:
    calls = (CONFIGURATION, POLICY, "/default-authorizer", "/domainConfigurations", "/endpoint")
    found = read(dict.fromkeys(calls, DENIED))
    assert [each.permission for each in found.unread] == [
        "lambda:GetFunctionConfiguration",
        "lambda:GetPolicy",
        "iot:DescribeDefaultAuthorizer",
        "iot:ListDomainConfigurations",
        "iot:DescribeEndpoint",
    ]
    assert {each.why for each in found.unread} == {"AccessDeniedException"}
    assert read({"/domainConfigurations/shop": DENIED}).domains == Unread(
        "iot:DescribeDomainConfiguration", "AccessDeniedException"
    )


@pytest.mark.parametrize("body", [{}, "<html>log in first</html>", '{"Policy"'])
def test_a_broken_answer_is_no_fact(body: object) -> None:
    found = read({CONFIGURATION: (200, body), POLICY: (200, body), "/domainConfigurations": (200, body)})
    unread = (found.function, found.permission, found.domains)
    assert all(isinstance(each, Unread) and each.why == "broken answer" for each in unread)


def test_a_service_that_is_silent_is_not_asked_again() -> None:
    with deployed() as server:
        url = server.url
    found = GATEWAY.deployment(AUTHORIZER, target(url))
    assert len(found.unread) == 5
    assert {each.why for each in found.unread} == {"unreachable"}


def test_an_alias_has_a_policy_of_its_own() -> None:
    alias = Authorizer("A", arn=ARN, function_arn=f"{FUNCTION}:prod")
    found = read({f"/2015-03-31/functions/{FUNCTION}:prod/policy": ABSENT}, alias)
    assert (found.permission, found.unqualified_permission) == (None, policy()[1]["Policy"])


def test_an_endpoint_without_devices_has_no_host() -> None:
    names = [{"domainConfigurationName": str(number)} for number in range(26)]
    found = read(
        {
            "/endpoint": (404, {"code": "UnknownOperationException", "message": None}),
            "/domainConfigurations": (200, {"domainConfigurations": names}),
        }
    )
    assert found.data_endpoint == ""
    assert isinstance(found.domains, Unread)
    assert "26" in found.domains.why


def test_another_endpoint_of_aws_iot_says_nothing_of_lambda() -> None:
    elsewhere = Target(
        region="eu-west-1", endpoint_url="http://authlens.invalid:1", credentials=StaticCredentials("AKID", "SECRET")
    )
    found = GATEWAY.deployment(AUTHORIZER, elsewhere)
    assert isinstance(found.permission, Unread)
    assert "not asked" in found.permission.why


def test_log_lines_are_read_in_order() -> None:
    query = LogQuery("/own", START, START, '{ $.clientId = "c" }')
    with deployed() as server:
        lines = GATEWAY.log(query, target(server.url))
    assert [line.text for line in lines] == ["first\n", "second\n"]
    assert b'"filterPattern": "{ $.clientId = \\"c\\" }"' in server.received[0].body


def test_a_log_that_may_not_be_read_names_the_permission() -> None:
    with deployed({"Logs_20140328.FilterLogEvents": DENIED}) as server, pytest.raises(CallFailed) as refused:
        GATEWAY.log(LogQuery("/own", START, START), target(server.url))
    assert 'allow "logs:FilterLogEvents"' in (refused.value.failure.advice or "")


def test_pages_of_a_log_end() -> None:
    page = (200, {"events": [], "nextToken": "more"})
    with deployed({"Logs_20140328.FilterLogEvents": page}) as server:
        assert GATEWAY.log(LogQuery("/own", START, START), target(server.url)) == ()
    assert len(server.received) == 5

"""What is deployed and what was logged, read through real boto3 over loopback."""

from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from authlens.aws.gateway import BotoGateway
from authlens.core.deployment.deployment import Concurrency, Deployment, Domain, Function, Logging, Throttles, Unread
from authlens.core.invocation.cloud_log import LogQuery
from authlens.core.invocation.gateway import CallFailed
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.target import StaticCredentials, Target
from support.deployed_aws import ABSENT, ARN, DENIED, FUNCTION, HOST, Reply, deployed, policy, refused
from support.processes import wait_until

GATEWAY = BotoGateway()
AUTHORIZER = Authorizer("A", arn=ARN, function_arn=FUNCTION)
START = datetime(1970, 1, 1, tzinfo=UTC)
CONCURRENCY = f"/2019-09-30/functions/{FUNCTION}/concurrency"
METRIC = "GraniteServiceVersion20100801.GetMetricStatistics"
CONFIGURATION, POLICY = (f"/2015-03-31/functions/{FUNCTION}/{name}" for name in ("configuration", "policy"))


def target(url: str) -> Target:
    return Target(region="eu-west-1", endpoint_url=url, credentials=StaticCredentials("AKID", "SECRET"))


def read(changes: dict[str, Reply] | None = None, authorizer: Authorizer = AUTHORIZER) -> Deployment:
    with deployed(changes) as server:
        found = GATEWAY.deployment(authorizer, target(server.url))
    # One attempt each, whatever the answer was.
    assert len({(request.path, request.header("x-amz-target")) for request in server.received}) == len(server.received)
    return found


def test_everything_is_read_once() -> None:
    found = read()
    assert found.function == Function(FUNCTION, 9, "Active", "", "/own", "ab=")
    assert found.permission == policy()[1]["Policy"]
    assert found.default_authorizer is None
    shop = Domain("shop", "iot.example.com", "ENABLED", "CUSTOM_AUTH", "SECURE_MQTT", "B", False)
    policy_name = "IoTSecurityPolicy_TLS13_1_2_2022_10"
    assert found.domains == (replace(shop, certificate_status="VALID", tls_policy=policy_name),)
    assert found.concurrency == Concurrency(None)
    assert found.throttles == Throttles(0)
    assert found.logging == Logging("ERROR", "arn:aws:iam::111122223333:role/log")
    assert found.data_endpoint == HOST
    assert found.unread == ()


def test_what_does_not_exist_is_a_fact() -> None:
    found = read({CONFIGURATION: ABSENT, POLICY: ABSENT, "/domainConfigurations/shop": ABSENT})
    assert (found.function, found.permission, found.domains) == (None, None, ())


def test_a_function_in_another_region_is_not_one_that_does_not_exist() -> None:
    words = "Functions from 'us-east-1' are not reachable in this region ('eu-west-1')"
    elsewhere = (404, {"Type": "User", "code": "ResourceNotFoundException", "message": words})
    found = read(dict.fromkeys((CONFIGURATION, POLICY, CONCURRENCY), elsewhere))
    for fact in (found.function, found.permission, found.concurrency):
        assert isinstance(fact, Unread)
        assert fact.why == "it is in another region"


def test_each_denial_names_the_permission_it_takes() -> None:
    calls = [CONFIGURATION, POLICY, "/default-authorizer", "/domainConfigurations", "/endpoint"]
    calls += ["/v2LoggingOptions", CONCURRENCY, METRIC]
    found = read(dict.fromkeys(calls, DENIED))
    assert [each.permission for each in found.unread] == [
        "lambda:GetFunctionConfiguration",
        "lambda:GetPolicy",
        "iot:DescribeDefaultAuthorizer",
        "iot:ListDomainConfigurations",
        "iot:DescribeEndpoint",
        "lambda:GetFunctionConcurrency",
        "cloudwatch:GetMetricStatistics",
        "iot:GetV2LoggingOptions",
    ]
    assert {each.why for each in found.unread} == {"AccessDeniedException"}
    assert read({"/domainConfigurations/shop": DENIED}).domains == Unread(
        "iot:DescribeDomainConfiguration", "AccessDeniedException"
    )


@pytest.mark.parametrize("body", [{}, "<html>log in first</html>", '{"Policy"'])
def test_a_broken_answer_is_not_a_fact(body: object) -> None:
    found = read({CONFIGURATION: (200, body), POLICY: (200, body), "/domainConfigurations": (200, body)})
    unread = (found.function, found.permission, found.domains)
    assert all(isinstance(each, Unread) and each.why == "broken answer" for each in unread)


def test_without_an_answer_every_fact_says_so_after_one_attempt() -> None:
    with deployed() as server:
        url = server.url
    found = GATEWAY.deployment(AUTHORIZER, target(url))
    assert len(found.unread) == 8
    assert {each.why for each in found.unread} == {"unreachable"}


def test_an_alias_has_a_policy_of_its_own() -> None:
    alias = Authorizer("A", arn=ARN, function_arn=f"{FUNCTION}:prod")
    found = read({f"/2015-03-31/functions/{FUNCTION}:prod/policy": ABSENT}, alias)
    assert (found.permission, found.unqualified_permission) == (None, policy()[1]["Policy"])
    granted = read({f"/2015-03-31/functions/{FUNCTION}:prod/policy": policy()}, alias)
    assert (granted.permission, granted.unqualified_permission) == (policy()[1]["Policy"], None)


def test_a_missing_alias_is_distinguished_from_a_missing_function() -> None:
    alias = Authorizer("A", arn=ARN, function_arn=f"{FUNCTION}:prod")
    missing = {f"/2015-03-31/functions/{FUNCTION}:prod/configuration": ABSENT}
    assert read(missing, alias).is_qualifier_dead
    gone = read({**missing, CONCURRENCY: ABSENT}, alias)
    assert (gone.function, gone.concurrency, gone.is_qualifier_dead) == (None, None, False)


def test_at_most_ten_calls_are_made_and_what_is_left_out_is_named() -> None:
    names = [{"domainConfigurationName": f"d{number}"} for number in range(26)]
    listed = (200, {"domainConfigurations": names})
    domains = {f"/domainConfigurations/d{n}": (200, {"domainConfigurationName": f"d{n}"}) for n in range(26)}
    with deployed({"/domainConfigurations": listed, **domains}) as server:
        found = GATEWAY.deployment(AUTHORIZER, target(server.url))
        assert len(server.received) == 10
    assert isinstance(found.domains, tuple)
    assert [each.name for each in found.domains] == ["d0", "d1"]
    assert found.undescribed[0] == "d2"
    assert len(found.undescribed) == 24


def test_what_a_local_endpoint_does_not_serve_is_not_a_fact() -> None:
    unknown = refused(404, "UnknownOperationException")
    found = read(dict.fromkeys(("/v2LoggingOptions", CONCURRENCY, METRIC), unknown))
    assert (found.concurrency, found.throttles, found.is_logging_read, found.unread) == (None, None, False, ())
    assert read({"/endpoint": refused(400, "InvalidRequestException")}).data_endpoint == ""


def test_the_throttles_of_a_day_are_added_up_and_their_latest_hour_is_named() -> None:
    hours = [(1, 0.0), (3_600, 2.0), (7_200, 3.0), (10_800, 0.0)]
    points = [{"Timestamp": 1_790_000_000 + start, "Sum": count, "Unit": "Count"} for start, count in reversed(hours)]
    with deployed({METRIC: (200, {"Label": "Throttles", "Datapoints": points})}) as server:
        found = GATEWAY.deployment(AUTHORIZER, target(server.url))
        (asked,) = [json.loads(each.body) for each in server.received if each.header("x-amz-target") == METRIC]
    assert found.throttles == Throttles(5, f"{datetime.fromtimestamp(1_790_007_200, UTC):%Y-%m-%dT%H:%MZ}")
    assert asked["Dimensions"] == [{"Name": "FunctionName", "Value": "f"}]
    assert round(asked["EndTime"] - asked["StartTime"]) == 24 * asked["Period"]


def test_the_metrics_of_this_account_say_nothing_of_another_accounts_function() -> None:
    function = FUNCTION.replace("111122223333", "444455556666")
    with deployed() as server:
        found = GATEWAY.deployment(Authorizer("A", arn=ARN, function_arn=function), target(server.url))
        assert METRIC not in [request.header("x-amz-target") for request in server.received]
    assert found.throttles is None


def test_logging_that_was_never_set_up_and_the_worst_certificate_are_read() -> None:
    certificates = [
        {"serverCertificateStatus": "VALID"},
        {"serverCertificateStatus": "INVALID", "serverCertificateStatusDetail": "expired"},
    ]
    never: Reply = (404, {"code": "NotConfiguredException", "message": "no"})
    shop = {"domainConfigurationName": "shop", "serverCertificates": certificates}
    found = read({"/v2LoggingOptions": never, "/domainConfigurations/shop": (200, shop)})
    assert (found.logging, found.is_logging_read) == (None, True)
    assert isinstance(found.domains, tuple)
    assert (found.domains[0].certificate_status, found.domains[0].certificate_detail) == ("INVALID", "expired")


def test_all_of_it_is_read_at_once() -> None:
    with deployed(seconds=60) as server, ThreadPoolExecutor() as pool:
        found = pool.submit(GATEWAY.deployment, AUTHORIZER, target(server.url))
        try:
            # Of its nine calls only the description of a domain waits for another one, the list of domains.
            wait_until(lambda: len(server.received) == 8)
        finally:
            server.release.set()
        assert found.result().unread == ()


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

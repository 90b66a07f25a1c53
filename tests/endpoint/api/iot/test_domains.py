"""Domain configurations, DescribeEndpoint and Publish, as boto3 asks for them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from authlens.core.request.authorizer import Authorizer
from support.local_endpoint import ACCOUNT, REGION, Running, StandIn, definitions, refused, running

NAME = "devices"


@pytest.fixture
def endpoint() -> Iterator[Running]:
    with running(definitions(Authorizer("first", signing_disabled=True)), StandIn()) as started:
        yield started


def created(endpoint: Running, **members: Any) -> Any:
    iot = endpoint.client("iot")
    return iot.create_domain_configuration(domainConfigurationName=NAME, domainName="iot.example.com", **members)


def described(endpoint: Running) -> dict[str, Any]:
    found: dict[str, Any] = endpoint.client("iot").describe_domain_configuration(domainConfigurationName=NAME)
    return found


def test_one_is_created_and_described(endpoint: Running) -> None:
    config = {"defaultAuthorizerName": "first", "allowAuthorizerOverride": True}
    answer = created(endpoint, authorizerConfig=config, authenticationType="CUSTOM_AUTH", applicationProtocol="HTTPS")
    arn = f"arn:aws:iot:{REGION}:{ACCOUNT}:domainconfiguration/{NAME}/local"
    assert (answer["domainConfigurationName"], answer["domainConfigurationArn"]) == (NAME, arn)
    found = described(endpoint)
    assert found["authorizerConfig"] == config
    assert (found["domainName"], found["domainConfigurationStatus"]) == ("iot.example.com", "ENABLED")
    assert (found["authenticationType"], found["applicationProtocol"]) == ("CUSTOM_AUTH", "HTTPS")
    listed = endpoint.client("iot").list_domain_configurations(serviceType="DATA")["domainConfigurations"]
    assert [each["domainConfigurationName"] for each in listed] == [NAME]
    assert endpoint.client("iot").list_domain_configurations(serviceType="JOBS")["domainConfigurations"] == []


def test_one_is_updated_and_deleted_once_it_is_disabled(endpoint: Running) -> None:
    iot = endpoint.client("iot")
    created(endpoint, authorizerConfig={"defaultAuthorizerName": "first"})
    assert refused(iot.delete_domain_configuration, domainConfigurationName=NAME)[1] == "InvalidRequestException"
    iot.update_domain_configuration(domainConfigurationName=NAME, removeAuthorizerConfig=True)
    assert described(endpoint).get("authorizerConfig") is None
    iot.update_domain_configuration(domainConfigurationName=NAME, domainConfigurationStatus="DISABLED")
    assert described(endpoint)["domainConfigurationStatus"] == "DISABLED"
    iot.delete_domain_configuration(domainConfigurationName=NAME)
    assert refused(iot.describe_domain_configuration, domainConfigurationName=NAME)[0] == 404


@pytest.mark.parametrize(
    ("members", "status", "error"),
    [
        ({"authorizerConfig": {"defaultAuthorizerName": "nobody"}}, 404, "ResourceNotFoundException"),
        ({"authenticationType": "PASSWORD"}, 400, "InvalidRequestException"),
        ({"applicationProtocol": "COAP"}, 400, "InvalidRequestException"),
        ({"domainConfigurationName": "a b"}, 400, "InvalidRequestException"),
    ],
)
def test_what_is_refused(endpoint: Running, members: dict[str, Any], status: int, error: str) -> None:
    iot = endpoint.client("iot")
    given = {"domainConfigurationName": NAME, "domainName": "a.example", **members}
    assert refused(iot.create_domain_configuration, **given)[:2] == (status, error)


def test_a_name_is_taken_once(endpoint: Running) -> None:
    created(endpoint)
    iot = endpoint.client("iot")
    answer = refused(iot.create_domain_configuration, domainConfigurationName=NAME)
    assert answer[:2] == (409, "ResourceAlreadyExistsException")


def test_without_a_listener_there_is_no_endpoint_for_devices(endpoint: Running) -> None:
    iot = endpoint.client("iot")
    status, error, message = refused(iot.describe_endpoint, endpointType="iot:Data-ATS")[:3]
    assert (status, error) == (400, "InvalidRequestException")
    assert "--device-port" in str(message)
    assert refused(endpoint.client("iot-data").publish, topic="a", payload=b"x")[0] == 400


def test_other_kinds_of_endpoint_are_not_there(endpoint: Running) -> None:
    answer = refused(endpoint.client("iot").describe_endpoint, endpointType="iot:CredentialProvider")
    assert answer[:2] == (400, "InvalidRequestException")

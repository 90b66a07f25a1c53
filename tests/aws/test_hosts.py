"""Which hosts are AWS IoT's own, in every partition."""

from __future__ import annotations

import pytest
from botocore.loaders import Loader

from authlens.aws.hosts import is_iot_url, is_of_aws
from authlens.core.policy.arn import DOMAINS


@pytest.mark.parametrize(
    ("url", "region"),
    [
        ("https://iot.eu-west-1.amazonaws.com", "eu-west-1"),
        ("https://iot.eu-west-1.amazonaws.com/", "eu-west-1"),
        ("https://IOT.eu-west-1.amazonaws.com:443", "eu-west-1"),
        ("https://iot-fips.us-east-1.amazonaws.com", "us-east-1"),
        ("https://iot.us-east-1.api.aws", "us-east-1"),
        ("https://iot-fips.us-east-1.api.aws", "us-east-1"),
        ("https://iot.cn-north-1.amazonaws.com.cn", "cn-north-1"),
        ("https://iot.us-gov-west-1.amazonaws.com", "us-gov-west-1"),
        ("https://vpce-0123-abcd.iot.eu-west-1.vpce.amazonaws.com", "eu-west-1"),
        ("https://vpce-0123-abcd-eu-west-1a.iot.eu-west-1.vpce.amazonaws.com", "eu-west-1"),
    ],
)
def test_own_hosts(url: str, region: str) -> None:
    assert is_iot_url(url, region)


@pytest.mark.parametrize(
    ("url", "region"),
    [
        ("http://iot.eu-west-1.amazonaws.com", "eu-west-1"),
        ("https://iot.eu-west-1.amazonaws.com:8443", "eu-west-1"),
        ("https://iot.eu-west-1.amazonaws.com", "us-east-1"),
        ("https://iot.eu-west-1.amazonaws.com.evil.example", "eu-west-1"),
        ("https://evil.execute-api.eu-west-1.amazonaws.com", "eu-west-1"),
        ("https://iot.s3.amazonaws.com", "s3"),
        ("https://iot.s3-eu-west-1.amazonaws.com", "s3-eu-west-1"),
        ("https://iot.evil.example/x.amazonaws.com", "evil.example/x"),
        ("https://iot.eu-west-1\n.amazonaws.com", "eu-west-1\n"),
        ("https://lambda.eu-west-1.amazonaws.com", "eu-west-1"),
        ("https://a.b.iot.eu-west-1.vpce.amazonaws.com", "eu-west-1"),
        ("https://vpce-1.execute-api.eu-west-1.vpce.amazonaws.com", "eu-west-1"),
        ("https://iot.eu-west-1.vpce.amazonaws.com", "eu-west-1"),
        ("https://user@iot.eu-west-1.amazonaws.com", "eu-west-1"),
        ("https://iot.eu-west-1.amazonaws.com\\@evil.example", "eu-west-1"),
        ("https://evil.example#iot.eu-west-1.amazonaws.com", "eu-west-1"),
        ("https://[::1", "eu-west-1"),
        ("https://iot..amazonaws.com", ""),
    ],
)
def test_hosts_of_anyone(url: str, region: str) -> None:
    assert not is_iot_url(url, region)


@pytest.mark.parametrize(
    ("url", "answer"),
    [
        ("https://iot.eu-west-1.amazonaws.com", True),
        ("https://iot.us-east-1.api.aws", True),
        ("https://iot.eusc-de-east-1.amazonaws.eu", True),
        ("https://iot.cn-north-1.amazonaws.com.cn", True),
        ("https://amazonaws.com", False),
        ("https://iot.example.com", False),
        ("https://iot.eu-west-1.amazonaws.com.example", False),
        ("https://[::1", False),
    ],
)
def test_hosts_below_a_domain_of_aws(url: str, answer: bool) -> None:
    assert is_of_aws(url) is answer


def test_the_core_knows_the_domain_of_each_partition_as_botocore_does() -> None:
    partitions = Loader().load_data("partitions")["partitions"]
    known = {each["id"]: each["outputs"]["dnsSuffix"] for each in partitions}
    assert {name: domain for name, domain in known.items() if domain != "amazonaws.com"} == DOMAINS

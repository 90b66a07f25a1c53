"""Which hosts are AWS IoT's own, in every partition."""

from __future__ import annotations

import pytest

from authlens.aws.hosts import is_iot_url


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

"""What sending a saved request would run, reach and read, from its text alone."""

from __future__ import annotations

import pytest

from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext
from authlens.core.request.target import Target
from authlens.core.saved.reach import Reach, has_odd_region, leaves_aws, reach_of, runs_code
from authlens.core.saved.saved_request import SavedRequest, Sign


def test_everything_outside_is_named() -> None:
    request = AuthorizerRequest(
        "A",
        token="${env:TOKEN:-none} ${file:/etc/hostname} $${file:/not}",
        http_context=HttpContext((("h", "${keyring:iot/me}"),), "q=${env:TOKEN}"),
        mqtt_context=MqttContext("u", b"\x00", "${env:CLIENT}"),
    )
    target = Target("dev", "eu-west-1", "http://iot.other.example")
    saved = SavedRequest(request, target=target, sign=Sign("keys/a.pem", "${file:pass.txt}"))

    assert reach_of(saved) == Reach(
        host="http://iot.other.example",
        profile="dev",
        key="keys/a.pem",
        files=("/etc/hostname", "pass.txt"),
        variables=("TOKEN", "CLIENT"),
        keyring=("iot/me",),
    )
    assert reach_of(SavedRequest(AuthorizerRequest("A"), target=Target(local="a.yaml"))) == Reach(local="a.yaml")


@pytest.mark.parametrize("local", ["authorizers.yaml", "../demo", "/demo"])
def test_a_local_target_runs_code(local: str) -> None:
    assert runs_code(Target(local=local))


def test_the_samples_of_the_package_are_trusted() -> None:
    assert not runs_code(Target(local="demo"))
    assert not leaves_aws(Target(local="demo"), lambda target: False)


@pytest.mark.parametrize(
    ("target", "leaves"),
    [
        (Target(), False),
        (Target("dev", "eu-west-1"), False),
        (Target(region="us-gov-west-1"), False),
        (Target(endpoint_url="http://127.0.0.1:8080"), False),
        (Target(endpoint_url="http://localhost:1", region="s3"), False),
        (Target(endpoint_url="https://aws"), False),
        (Target(endpoint_url="https://elsewhere"), True),
        (Target(endpoint_url="http://[::1"), True),
        (Target(endpoint_url="http://evil.example\\@127.0.0.1"), True),
        (Target(endpoint_url="https://aws", region="evil.example/x"), True),
        (Target(region="s3"), True),
        (Target(region="evil.example/x"), True),
        (Target(region="eu-west-1\n"), True),
    ],
)
def test_where_a_target_leads(target: Target, leaves: bool) -> None:
    assert leaves_aws(target, lambda asked: asked.endpoint_url == "https://aws") is leaves


def test_odd_regions() -> None:
    assert not has_odd_region(Target())
    assert not has_odd_region(Target(region="ap-southeast-5"))
    assert has_odd_region(Target(region="aws"))


def test_an_odd_region_is_a_host_and_each_reference_is_named_once() -> None:
    request = AuthorizerRequest("${env:A} ${env:A}", "${env:B}")
    saved = SavedRequest(request, target=Target(region="s3"))
    assert reach_of(saved) == Reach(host="s3", variables=("A", "B"))
    assert reach_of(SavedRequest(request, target=Target(region="eu-west-1"), sign=Sign("k"))) == Reach(
        key="k", variables=("A", "B")
    )
    assert reach_of(SavedRequest(AuthorizerRequest())) == Reach()


def test_a_local_file_does_not_leave_aws() -> None:
    assert not leaves_aws(Target(local="a.yaml", region="s3"), lambda target: False)
    assert not runs_code(Target())

"""Each credential and configuration failure names its fix, through real botocore and real files."""

from __future__ import annotations

import json
import os
import sys
import threading
from pathlib import Path

import pytest
from botocore.session import Session

from authlens.aws.botocore_internals import detach_processes, set_prompter, without_terminal
from authlens.aws.gateway import BotoGateway
from authlens.aws.sessions import Clients, looks_for_credentials
from authlens.core.invocation.gateway import CallFailed
from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Configured, NoProfile, StaticCredentials, Target
from authlens.core.text.url import is_loopback
from support.fault_server import fault_server, http

REQUEST = AuthorizerRequest("SensorAuth")
SSO = "sso_start_url = https://example.invalid/start\nsso_region = eu-west-1\n"
ROLE = "sso_account_id = 000000000000\nsso_role_name = dev\n"


def fail(profile: str | None = "p", region: str | None = "eu-west-1") -> Failure:
    """Send with the files at hand to a server that must never be reached."""
    with fault_server(http("{}")) as server:
        result = BotoGateway().invoke(REQUEST, Target(profile, region, server.url)).result
        assert server.received == []
    assert isinstance(result, Failure)
    return result


@pytest.mark.parametrize(
    ("config", "error", "kind", "advice"),
    [
        pytest.param("[profile p]\n", "NoCredentialsError", "credentials", "aws configure", id="none"),
        pytest.param(
            "[profile p]\naws_access_key_id = A\n", "PartialCredentialsError", "credentials", "--profile p", id="half"
        ),
        pytest.param("[profile q]\n", "ProfileNotFound", "configuration", "list-profiles", id="unknown profile"),
        pytest.param("[profile p\n", "ConfigParseError", "configuration", "Fix", id="broken file"),
        pytest.param(
            f"[profile p]\n{SSO}{ROLE}",
            "SSOTokenLoadError",
            "credentials",
            "aws sso login --profile p",
            id="sso",
        ),
        pytest.param(
            f"[sso-session s]\n{SSO}[profile p]\nsso_session = s\n{ROLE}",
            "SSOTokenLoadError",
            "credentials",
            "aws sso login --profile p",
            id="sso session",
        ),
        pytest.param(
            f"[profile p]\nsso_session = s\n{ROLE}", "InvalidConfigError", "configuration", "Fix", id="no sso session"
        ),
        pytest.param(
            "[profile p]\nrole_arn = arn:aws:iam::0:role/r\nsource_profile = q\n"
            "[profile q]\nrole_arn = arn:aws:iam::0:role/r\nsource_profile = p\n",
            "InfiniteLoopConfigError",
            "configuration",
            "source_profile",
            id="loop",
        ),
        pytest.param(
            f"[profile p]\ncredential_process = {sys.executable} -c 'import sys; sys.exit(3)'\n",
            "CredentialRetrievalError",
            "credentials",
            "credential_process",
            id="process fails",
        ),
        pytest.param(
            "[profile p]\ncredential_process = /nowhere/at-all\n",
            "FileNotFoundError",
            "credentials",
            "credential_process",
            id="process missing",
        ),
        pytest.param(
            f"[profile p]\ncredential_process = {sys.executable} -c 'print(7, 8)'\n",
            "JSONDecodeError",
            "credentials",
            "credential_process",
            id="process prints nonsense",
        ),
        pytest.param(
            "[profile p]\nrole_arn = arn:aws:iam::0:role/r\nweb_identity_token_file = /nowhere\n",
            "FileNotFoundError",
            "credentials",
            "web_identity_token_file",
            id="web identity file missing",
        ),
        pytest.param(
            "[profile p]\nrole_arn = arn:aws:iam::0:role/r\nsource_profile = q\nmfa_serial = arn:aws:iam::0:mfa/m\n"
            "[profile q]\naws_access_key_id = A\naws_secret_access_key = B\n",
            "MfaCodeNeeded",
            "credentials",
            "session",
            id="mfa",
        ),
        pytest.param(
            "[profile p]\ndefaults_mode = fastest\n",
            "InvalidDefaultsMode",
            "configuration",
            "a key of the profile",
            id="anything else in the profile",
        ),
        pytest.param(
            "[profile p]\nlogin_session = arn:aws:iam::0:user/u\n",
            "LoginTokenLoadError",
            "credentials",
            "aws login --profile p",
            id="never logged in",
        ),
    ],
)
def test_a_credential_failure_names_its_fix(
    config: str, error: str, kind: str, advice: str, scrubbed_environment: Path
) -> None:
    (scrubbed_environment / ".aws").mkdir()
    (scrubbed_environment / ".aws" / "config").write_text(config)
    failure = fail()
    assert (failure.error, failure.kind) == (error, FailureKind(kind))
    assert advice in (failure.advice or "")


def test_no_region_says_where_to_name_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "A")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "B")
    result = BotoGateway().invoke(REQUEST, Target()).result
    assert isinstance(result, Failure)
    assert (result.error, result.kind) == ("NoRegionError", FailureKind.CONFIGURATION)
    assert "AWS_REGION" in (result.advice or "")


def test_the_profile_in_a_command_can_be_pasted(scrubbed_environment: Path) -> None:
    (scrubbed_environment / ".aws").mkdir()
    (scrubbed_environment / ".aws" / "config").write_text(f'[profile "my dev"]\n{SSO}{ROLE}')
    result = BotoGateway().invoke(REQUEST, Target("my dev", "eu-west-1")).result
    assert isinstance(result, Failure)
    assert "`aws sso login --profile 'my dev'`" in (result.advice or "")


def test_an_expired_session_says_to_sign_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "A")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "B")
    answer = http(json.dumps({"message": "expired"}), "403 Forbidden", x_amzn_errortype="ExpiredTokenException")
    with fault_server(answer) as server:
        result = BotoGateway().invoke(REQUEST, Target(None, "eu-west-1", server.url)).result
    assert isinstance(result, Failure)
    assert "sign in again" in (result.advice or "")


def test_the_region_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "A")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "B")
    monkeypatch.setenv("AWS_REGION", "eu-north-1")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-2")
    with fault_server(http("{}")) as server:
        BotoGateway().invoke(REQUEST, Target(endpoint_url=server.url))
    assert "/eu-north-1/iot/aws4_request" in (server.received[0].header("authorization") or "")


def test_only_the_command_line_asks_the_instance_for_its_region(monkeypatch: pytest.MonkeyPatch) -> None:
    with fault_server(http("eu-north-1a")) as instance:
        monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "false")
        monkeypatch.setenv("AWS_EC2_METADATA_SERVICE_ENDPOINT", instance.url)
        assert Clients("configured").region(Target()) == "eu-north-1"
        asked = len(instance.received)
        assert Clients("configured").region(Target(region="r-1")) == "r-1"
        assert Clients("once").region(Target()) is None
        assert len(instance.received) == asked


KEYS = {"AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "B"}


@pytest.mark.parametrize(
    ("environment", "target", "expected"),
    [
        pytest.param({}, Target(), Configured("default", None), id="nothing"),
        pytest.param({"AWS_PROFILE": "p"}, Target(), Configured("p", "eu-west-3"), id="profile of the environment"),
        pytest.param({"AWS_PROFILE": "p"}, Target("q"), Configured("q", "sa-east-1"), id="profile in hand"),
        pytest.param({"AWS_PROFILE": "p"}, Target(region="r"), Configured("p", "r"), id="region in hand"),
        pytest.param(KEYS, Target(), Configured(NoProfile.ENVIRONMENT, None), id="keys of the environment"),
        pytest.param(KEYS, Target("q"), Configured("q", "sa-east-1"), id="a profile in hand beats keys"),
        pytest.param({}, Target(sign_request=False), Configured(NoProfile.UNSIGNED, None), id="unsigned"),
    ],
)
def test_the_profile_and_region_that_count_are_known_before_anybody_is_asked(
    monkeypatch: pytest.MonkeyPatch,
    scrubbed_environment: Path,
    environment: dict[str, str],
    target: Target,
    expected: Configured,
) -> None:
    (scrubbed_environment / ".aws").mkdir()
    config = "[profile p]\nregion = eu-west-3\n[profile q]\nregion = sa-east-1\n"
    (scrubbed_environment / ".aws" / "config").write_text(config)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    assert BotoGateway().configured(target) == expected


def test_an_unknown_profile_has_no_configuration(scrubbed_environment: Path) -> None:
    with pytest.raises(CallFailed) as failed:
        BotoGateway().configured(Target("nowhere"))
    assert failed.value.failure.error == "ProfileNotFound"


def test_botocore_still_has_the_prompter_that_is_replaced() -> None:
    session = Session()
    set_prompter(session, lambda _prompt: "123456")
    provider = session.get_component("credential_provider").get_provider("assume-role")
    assert provider._prompter("code?") == "123456"


_ALONE = """
import json, os, sys
if os.getsid(0) != os.getpid() or sys.stdin.read():
    sys.exit("it could ask on the terminal")
print(json.dumps({"Version": 1, "AccessKeyId": "AKID", "SecretAccessKey": "S"}))
"""


def test_a_credential_process_is_kept_off_the_terminal(scrubbed_environment: Path) -> None:
    script = scrubbed_environment / "process.py"
    script.write_text(_ALONE)
    (scrubbed_environment / ".aws").mkdir()
    (scrubbed_environment / ".aws" / "config").write_text(
        f"[profile p]\ncredential_process = {sys.executable} {script}\n"
    )
    with fault_server(http("{}")) as server:
        BotoGateway().invoke(REQUEST, Target("p", "eu-west-1", server.url))
    assert "Credential=AKID" in (server.received[0].header("authorization") or "")


def test_botocore_still_has_the_processes_that_are_kept_off_the_terminal() -> None:
    session = Session()
    detach_processes(session)
    resolver = session.get_component("credential_provider")
    builder = resolver.get_provider("assume-role")._profile_provider_builder
    for provider in (resolver.get_provider("custom-process"), builder._create_process_provider("source")):
        assert provider._popen is without_terminal


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("http://127.0.0.1:1", True),
        ("http://127.9.9.9", True),
        ("http://[::1]:8", True),
        ("http://localhost:80", True),
        ("http://iot.localhost", True),
        ("https://iot.eu-west-1.amazonaws.com", False),
        ("http://127.0.0.1.example.com", False),
        ("http://10.0.0.1", False),
        ("http://[bad", False),
        ("", False),
        (None, False),
    ],
)
def test_loopback_urls(url: str | None, expected: bool) -> None:
    assert is_loopback(url) is expected


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        (Target(), True),
        (Target("p", "eu-west-1", "http://127.0.0.1:9"), True),
        (Target(credentials=StaticCredentials("", "")), False),
        (Target(sign_request=False), False),
    ],
)
def test_no_credentials_are_looked_for_where_none_are_needed(target: Target, expected: bool) -> None:
    assert looks_for_credentials(target) is expected


def test_a_call_that_waits_for_credentials_says_so(scrubbed_environment: Path) -> None:
    pipe = scrubbed_environment / "pipe"
    os.mkfifo(pipe)
    config = scrubbed_environment / ".aws/config"
    config.parent.mkdir()
    config.write_text(f"[profile p]\ncredential_process = cat {pipe}\n")
    gateway = BotoGateway()
    with fault_server(http("{}")) as server:
        call = threading.Thread(target=gateway.invoke, args=(REQUEST, Target("p", "eu-west-1", server.url)))
        call.start()
        with pipe.open("w") as process:  # opens when the process has opened its end
            assert gateway.seeks_credentials()
            process.write('{"Version": 1, "AccessKeyId": "A", "SecretAccessKey": "B"}')
        call.join(30)
        assert server.received
    assert not gateway.seeks_credentials()

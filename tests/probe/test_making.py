"""What a probe is made of: its certificate, and a token that is signed wherever it is."""

from __future__ import annotations

from pathlib import Path

import pytest

from authlens.core.deployment.transport import DeviceEndpoint
from authlens.core.probe.plan import WAYS, ProbeOptions, ProbePlan, Trial, Way
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext
from authlens.core.request.target import Target
from authlens.core.request.token_place import Place, find
from authlens.core.saved.certificate import Certificate
from authlens.core.saved.saved_request import SavedRequest, Sign
from authlens.core.signing.signing import verify
from authlens.probe.making import CannotProbe, probe_of, probed_request
from support.app_services import ScriptedGateway, sender
from support.public_keys import pair


def nowhere(target: Target, base: Path | None, domain_configuration: str, /) -> DeviceEndpoint:
    raise AssertionError("nothing is looked up while a probe is made")


@pytest.mark.parametrize(
    ("certificate", "said"),
    [
        (Certificate("~nobody-here/a.pem", "a.key"), "~nobody-here/a.pem: there is no user 'nobody-here'"),
        (Certificate("a\0.pem", "a.key"), "a path cannot contain a NUL character"),
        (Certificate("a.pem", "~nobody-here/a.key"), "~nobody-here/a.key: there is no user 'nobody-here'"),
        (Certificate("missing.pem", "a.key"), "missing.pem is not a file that can be read."),
    ],
)
def test_a_certificate_that_cannot_be_found_is_a_sentence(tmp_path: Path, certificate: Certificate, said: str) -> None:
    saved = SavedRequest(AuthorizerRequest("A"), certificate=certificate)
    with pytest.raises(CannotProbe) as raised:
        probe_of(ProbeOptions(host="localhost"), saved, tmp_path, nowhere)
    assert said in str(raised.value)


def test_a_file_without_certificates_is_found_before_anything_is_sent(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("no certificate")
    options = ProbeOptions(host="localhost", ca_file=str(tmp_path / "ca.pem"))
    with pytest.raises(CannotProbe, match=r"The CA file .*ca\.pem: it contains no valid PEM\."):
        probe_of(options, SavedRequest(AuthorizerRequest("A")), tmp_path, nowhere)


PLACED: dict[Place, AuthorizerRequest] = {
    "token": AuthorizerRequest("A", "allow"),
    "username": AuthorizerRequest("A", mqtt_context=MqttContext("pump1?key=allow", client_id="c1")),
    "queryString": AuthorizerRequest("A", http_context=HttpContext(query_string="?key=allow")),
    "headers": AuthorizerRequest("A", http_context=HttpContext((("key", "allow"),))),
}


@pytest.mark.parametrize("place", PLACED)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("named", [None, "key"], ids=["looked up", "given"])
def test_a_token_is_signed_wherever_it_is_in_each_way(
    tmp_path: Path, place: Place, way: Way, named: str | None
) -> None:
    """The host is given, as the app does. The trial is over once the plan is announced: nothing is connected to."""
    keys = pair("a")
    (tmp_path / "key.pem").write_bytes(keys.private_pem)
    saved = SavedRequest(PLACED[place], target=Target(local="a.yaml"), sign=Sign("key.pem", place=place))
    plans: list[ProbePlan] = []
    # A client id connects once a second: one of its own for each.
    own = f"{place}-{way}-{named}"
    options = ProbeOptions(
        way, host="127.0.0.1", port=1, client_id=own, token_key_name=named, trials=(Trial("publish", "t"),)
    )
    saved = probed_request(options, saved)
    gateway = ScriptedGateway(authorizer=Authorizer("A", token_key_name="wrong" if named else "key"))
    probe = probe_of(options, saved, tmp_path, nowhere, announce=plans.append)
    assert probe.needs_target is (place != "token" and named is None), "a given name requires no call"

    invocation = sender(gateway).send(saved, tmp_path, way=probe)
    assert probe.report is not None, invocation.failure
    assert (invocation.authorizer is None) is not probe.needs_target
    (plan,) = plans
    carried = AuthorizerRequest("A", None, None, HttpContext(plan.headers, plan.query), MqttContext(plan.username))
    name = "key" if place != "token" or named else "token"
    token, signature = find(carried, name), find(carried, "x-amz-customauthorizer-signature")
    assert token is not None
    assert signature is not None
    assert token.value == "allow"
    assert verify("allow", signature.value, keys.public_pem)

"""What a probe is made of: a certificate whose path cannot be one is a sentence, not a crash."""

from __future__ import annotations

from pathlib import Path

import pytest

from authlens.core.deployment.transport import DeviceEndpoint
from authlens.core.probe.plan import ProbeOptions
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Target
from authlens.core.saved.certificate import Certificate
from authlens.core.saved.saved_request import SavedRequest
from authlens.probe.making import CannotProbe, probe_of


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

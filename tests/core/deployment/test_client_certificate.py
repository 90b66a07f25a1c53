"""A client certificate that the listener accepts."""

from __future__ import annotations

import pytest

from authlens.core.deployment.client_certificate import client_certificate
from authlens.core.saved.certificate_variables import CertificateProblem, certificate_id
from support.certificates import certificate_and_key, certificate_pem


def test_the_first_certificate_of_a_file_counts_and_nothing_else_of_it() -> None:
    pem, key = certificate_and_key()
    found = client_certificate(f"Bag attributes\n{pem}{pem}{key}", "thing-7", True)
    assert found.pem == pem
    assert found.id == certificate_id(pem)
    assert "CN=sensor-7" in found.subject
    variables = dict(found.variables)
    assert variables["iot:Connection.Thing.ThingName"] == ("thing-7",)
    assert variables["iot:Connection.Thing.IsAttached"] == ("true",)
    assert variables["iot:Certificate.Subject.CommonName"] == ("sensor-7",)


def test_what_is_not_specified_has_no_variable() -> None:
    found = client_certificate(certificate_pem())
    assert not [name for name, _ in found.variables if ".Thing." in name]
    assert found.policies is None


def test_a_key_is_not_a_certificate() -> None:
    with pytest.raises(CertificateProblem, match="private key"):
        client_certificate(certificate_and_key()[1])

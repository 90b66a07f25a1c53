"""A client certificate that the device listener accepts for a CUSTOM_AUTH_X509 domain, with what follows from it."""

from __future__ import annotations

from authlens.core.saved.certificate import Certificate
from authlens.core.saved.certificate_variables import alone, certificate_id, certificate_variables, subject_of
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    certificate: Certificate
    """As in a saved request: its `file` is the text of the certificate, without what else the file holds."""
    id: str
    """Its id in AWS IoT, the event's `principalId`."""
    subject: str
    variables: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The policy variables of the certificate and of its thing."""
    policies: tuple[str, ...] | None = None
    """The policy documents attached to it; `None` if they are not specified."""

    @property
    def pem(self) -> str:
        return self.certificate.pem or ""


def client_certificate(
    pem: str, thing_name: str | None = None, attached: bool | None = None, policies: tuple[str, ...] | None = None
) -> ClientCertificate:
    """From the first certificate in the text. Raises CertificateProblem."""
    own = alone(pem)
    certificate = Certificate(file=own, thing_name=thing_name, attached=attached)
    variables = tuple(certificate_variables(certificate, own).items())
    return ClientCertificate(certificate, certificate_id(own), subject_of(own), variables, policies)

"""A client certificate that the device listener accepts for a CUSTOM_AUTH_X509 domain, with what follows from it."""

from __future__ import annotations

from authlens.core.saved.certificate import Certificate
from authlens.core.saved.certificate_variables import alone, certificate_id, certificate_variables, subject_of
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class ClientCertificate:
    pem: str
    """The certificate alone, without the chain and notes that its file may also hold."""
    id: str
    """Its id in AWS IoT, the event's `principalId`."""
    subject: str
    variables: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """The policy variables of the certificate and of its thing."""
    policies: tuple[str, ...] | None = None
    """The policy documents attached to it; `None` if they are not specified."""


def client_certificate(
    pem: str, thing_name: str | None = None, attached: bool | None = None, policies: tuple[str, ...] | None = None
) -> ClientCertificate:
    """From the first certificate in the text. Raises CertificateProblem."""
    own = alone(pem)
    variables = certificate_variables(Certificate(file=own, thing_name=thing_name, attached=attached), own)
    return ClientCertificate(own, certificate_id(own), subject_of(own), tuple(variables.items()), policies)

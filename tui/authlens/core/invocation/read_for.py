"""What was read for an invocation: its authorizer, the deployment around it, its certificate's variables.

The rule: a verdict depends only on these and on the questions asked, never on the current content of a form.
"""

from __future__ import annotations

from collections.abc import Mapping

from authlens.core.deployment.deployment import Deployment
from authlens.core.deployment.transport import DeviceTransport, transport_of
from authlens.core.invocation.invocation import Invocation
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.references import refers
from authlens.core.request.request import AuthorizerRequest
from authlens.frozen import dataclass


@dataclass(frozen=True, slots=True)
class ReadFor:
    authorizer: Authorizer | None
    deployment: Deployment | None
    variables: Mapping[str, tuple[str, ...]]
    """The policy variables of the certificate and its thing, in addition to those of the request."""
    transport: DeviceTransport
    """How a device reaches the authorizer, if the server name determines the domain configuration."""

    @property
    def has_certificate(self) -> bool:
        """Whether a client certificate is also used, whose own policies add to those of the function."""
        return self.transport.certificate is not None


def read_for(
    invocation: Invocation, authorizer: Authorizer | None = None, deployment: Deployment | None = None
) -> ReadFor:
    """authorizer, deployment: for an invocation without them; those of a different authorizer are ignored."""
    request = invocation.request
    known = invocation.authorizer or _of_request(authorizer, request)
    around = invocation.deployment
    if around is None and deployment is not None and _of_request(deployment.authorizer, request) is not None:
        around = deployment
    host = request.tls_context.server_name if request.tls_context else None
    domain = around.domain_of(host) if around is not None and host else None
    transport = transport_of(domain, request.authorizer_name or "", invocation.certificate)
    return ReadFor(known, around, dict(invocation.variables), transport)


def _of_request(authorizer: Authorizer | None, request: AuthorizerRequest) -> Authorizer | None:
    """The authorizer, unless the request was sent to a different one."""
    name = request.authorizer_name
    is_other = authorizer is not None and name is not None and not refers(name) and authorizer.name != name
    return None if is_other else authorizer

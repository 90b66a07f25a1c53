"""What a request tells of the connection that policies are judged for: the variables that have a value.

Thing and certificate variables have a value only where a client certificate is presented (CUSTOM_AUTH_X509); those are
read for the invocation. Custom authentication alone leaves them unresolved.
"""

from __future__ import annotations

from authlens.core.request.request import AuthorizerRequest


def connection_variables(request: AuthorizerRequest) -> dict[str, tuple[str, ...]]:
    """The context keys whose values the request holds."""
    mqtt, tls = request.mqtt_context, request.tls_context
    known = {
        "iot:ClientId": mqtt.client_id if mqtt else None,
        "iot:DomainName": tls.server_name if tls else None,
    }
    return {name: (value,) for name, value in known.items() if value is not None}

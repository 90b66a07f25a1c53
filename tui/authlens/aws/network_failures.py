"""What stopped a call before AWS answered, by the cause that botocore holds: each has its own advice.

botocore has one class for a name that does not resolve, a refused connection and a missing route, and one for all that
TLS can refuse.
"""

from __future__ import annotations

from typing import Any

from authlens.aws.regions import region_names
from authlens.core.request.target import Target

_NOT_CONNECTED: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("Temporary failure in name resolution", "Try again"),
        "The name server cannot be reached: check the network and DNS.",
    ),
    (
        ("NameResolutionError", "Failed to resolve", "getaddrinfo", "Name or service not known"),
        "The host name does not exist: correct the endpoint URL or the region, or check DNS.",
    ),
    (
        ("Connection refused",),
        "Nothing listens there: check host and port of the endpoint URL; is the local endpoint running?",
    ),
    (
        ("No route to host", "Network is unreachable", "Cannot assign requested address"),
        "This machine has no route to it: check the network and the VPN; a host with IPv6 addresses only needs IPv6.",
    ),
)
_TLS: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("not yet valid",),
        "The server's certificate is not valid yet: check this machine's clock.",
    ),
    (
        ("has expired",),
        "The server's certificate has expired: check this machine's clock, then the certificate.",
    ),
    (
        ("mismatch", "doesn't match", "not valid for"),
        "The server's certificate is for another host name: correct the endpoint URL.",
    ),
    (
        ("self-signed", "self signed", "unable to get", "unable to verify"),
        "No trusted authority signed the server's certificate: a proxy or a captive portal may answer in AWS's place. "
        "If its authority is to be trusted, name it with --ca-bundle (AWS_CA_BUNDLE); --no-verify-ssl ends the check.",
    ),
    (
        ("WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"),
        "What answers there does not speak TLS: write http:// if the endpoint does not, or look for a proxy or a "
        "captive portal in between.",
    ),
    (
        ("No such file", "CA bundle", "cafile"),
        "The file of trusted certificates cannot be read: correct --ca-bundle, AWS_CA_BUNDLE or ca_bundle.",
    ),
)
_PROXY: tuple[tuple[tuple[str, ...], str], ...] = (
    (
        ("failed: 407",),
        "The proxy requires a login: write it into HTTPS_PROXY as http://USER:PASSWORD@HOST:PORT.",
    ),
    (
        ("failed: 403", "Forbidden"),
        "The proxy does not allow this host: ask for it to be allowed, or list it in NO_PROXY.",
    ),
    (
        ("Failed to resolve", "NameResolutionError", "Name or service not known"),
        "The proxy's host name does not exist: correct HTTPS_PROXY.",
    ),
    (
        ("refused",),
        "Nothing listens at the proxy's address: correct HTTPS_PROXY, or list the host in NO_PROXY.",
    ),
)
_BY_CLASS = {"EndpointConnectionError": _NOT_CONNECTED, "SSLError": _TLS, "ProxyConnectionError": _PROXY}


def network_advice(error: Exception, target: Target) -> str | None:
    """What to do about an error of botocore's HTTP client; `None` where its cause is not known more closely."""
    rows = _BY_CLASS.get(type(error).__name__, ())
    cause: Any = getattr(error, "kwargs", {}).get("error", "")
    words = f"{cause!r} {error}"
    for signs, advice in rows:
        if any(sign in words for sign in signs):
            is_name = rows is _NOT_CONNECTED and "name does not exist" in advice
            return (is_name and _not_offered(target)) or advice
    return None


def _not_offered(target: Target) -> str | None:
    """Why a host that botocore made from the region does not exist."""
    region = target.region
    if target.endpoint_url is not None or not region or region in region_names():
        return None
    return f"AWS IoT is not offered in {region}, as far as the installed botocore knows: correct the region."

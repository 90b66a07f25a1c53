"""What stopped a call before AWS answered, by the cause that botocore holds: each has its own advice.

botocore has one class for a name that does not resolve, a refused connection and a missing route, and one for all that
TLS can refuse. The rule: type and number of the cause decide, because its words contain host names and paths.
"""

from __future__ import annotations

import errno
import re
import socket
import ssl

from authlens.aws.regions import region_names
from authlens.core.request.target import Target

_NO_ROUTE = (
    "This machine has no route to it: check the network and the VPN; a host with IPv6 addresses only needs IPv6."
)
_NOT_CONNECTED = {
    errno.ECONNREFUSED: (
        "Nothing listens there: check host and port of the endpoint URL; is the local endpoint running?"
    ),
    errno.EHOSTUNREACH: _NO_ROUTE,
    errno.ENETUNREACH: _NO_ROUTE,
    errno.EADDRNOTAVAIL: _NO_ROUTE,
}
_OTHER_HOST = "The server's certificate is for another host name: correct the endpoint URL."
_UNTRUSTED = (
    "No trusted authority signed the server's certificate: a proxy or a captive portal may answer in AWS's place. "
    "If its authority is to be trusted, name it with --ca-bundle (AWS_CA_BUNDLE); --no-verify-ssl ends the check."
)
_CERTIFICATE = {
    9: "The server's certificate is not valid yet: check this machine's clock.",
    10: "The server's certificate has expired: check this machine's clock, then the certificate.",
    **dict.fromkeys((62, 64), _OTHER_HOST),
    **dict.fromkeys((2, 3, 18, 19, 20, 21), _UNTRUSTED),
}
"""By OpenSSL's X509_V_ERR numbers: dates, the name or address, and an issuer that is missing or signed itself."""
_NOT_TLS = (
    "What answers there does not speak TLS: write http:// if the endpoint does not, or look for a proxy or a "
    "captive portal in between."
)
_TLS = dict.fromkeys(("WRONG_VERSION_NUMBER", "UNKNOWN_PROTOCOL", "RECORD_LAYER_FAILURE"), _NOT_TLS)
"""By OpenSSL's reasons."""
_PROXY = {
    "407": "The proxy requires a login: write it into HTTPS_PROXY as http://USER:PASSWORD@HOST:PORT.",
    "403": "The proxy does not allow this host: ask for it to be allowed, or list it in NO_PROXY.",
}
"""By the status of its answer to CONNECT."""
_PROXY_STATUS = re.compile(r"Tunnel connection failed: (\d+)")
"""How `http.client` begins the only error in which it says that status."""


def network_advice(error: Exception, target: Target) -> str | None:
    """What to do about an error of botocore's HTTP client; `None` where its cause is not known more closely."""
    cause = _cause_of(error)
    match type(error).__name__:
        case "EndpointConnectionError":
            return _on_connection(cause, target)
        case "SSLError":
            return _on_tls(cause)
        case "ProxyConnectionError":
            return _on_proxy(cause)
    return None


def _cause_of(error: Exception) -> BaseException | None:
    """The error of Python's own that urllib3 wrapped, which botocore wrapped."""
    cause: BaseException | None = getattr(error, "kwargs", {}).get("error")
    while cause is not None and not isinstance(cause, (OSError, ValueError)):
        cause = cause.__cause__ or cause.__context__
    return cause


def _on_connection(cause: BaseException | None, target: Target) -> str | None:
    if not isinstance(cause, socket.gaierror):
        return _NOT_CONNECTED.get(cause.errno or 0) if isinstance(cause, OSError) else None
    if cause.errno == socket.EAI_AGAIN:
        return "The name server cannot be reached: check the network and DNS."
    return _not_offered(target) or (
        "The host name does not exist: correct the endpoint URL or the region, or check DNS."
    )


def _not_offered(target: Target) -> str | None:
    """Why a host that botocore made from the region does not exist."""
    region = target.region
    if target.endpoint_url is not None or not region or region in region_names():
        return None
    return f"AWS IoT is not offered in {region}, as far as the installed botocore knows: correct the region."


def _on_tls(cause: BaseException | None) -> str | None:
    if isinstance(cause, ssl.SSLCertVerificationError):
        return _CERTIFICATE.get(cause.verify_code)
    if isinstance(cause, ssl.SSLError):
        return _TLS.get(cause.reason)
    if isinstance(cause, FileNotFoundError):
        return "The file of trusted certificates cannot be read: correct --ca-bundle, AWS_CA_BUNDLE or ca_bundle."
    # urllib3 compares the host name itself where it is not left to OpenSSL.
    return _OTHER_HOST if isinstance(cause, ValueError) else None


def _on_proxy(cause: BaseException | None) -> str | None:
    if isinstance(cause, socket.gaierror):
        return "The proxy's host name does not exist: correct HTTPS_PROXY."
    if isinstance(cause, ConnectionRefusedError):
        return "Nothing listens at the proxy's address: correct HTTPS_PROXY, or list the host in NO_PROXY."
    answer = _PROXY_STATUS.match(str(cause))
    return _PROXY.get(answer[1]) if answer else None

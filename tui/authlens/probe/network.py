"""From a host's name to an encrypted connection: DNS, TCP, TLS, each a step of its own, each failure a sentence.

Unreached names what stopped it; its message holds the host, and `refused`, `TLS` or `certificate` where that is why.
"""

from __future__ import annotations

import asyncio
import errno
import os
import socket
import ssl
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from typing import Any

from authlens.core.probe.plan import ProbePlan
from authlens.core.probe.reply import ServerReply
from authlens.core.probe.report import ProbeStage, ProbeStep
from authlens.core.text.url import is_ip_address

Report = Callable[[ProbeStep], None]
NO_LOOK_UP = "no look-up: the host is an IP address"

_CLOCK = "check this machine's clock"
_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")


class Unreached(Exception):
    """No answer of the protocol came; the message says why, as a sentence."""

    def __init__(self, stage: ProbeStage, message: str, certificate_rejection: str = "") -> None:
        """certificate_rejection: as in ProbeReport."""
        super().__init__(message)
        self.stage = stage
        self.certificate_rejection = certificate_rejection
        self.sent: ServerReply | None = None
        """How the connection ended after a publish was sent over HTTPS; `None` if none was."""


async def resolve(plan: ProbePlan, report: Report) -> list[tuple[socket.AddressFamily, Any]]:
    """The addresses of the host. Raises Unreached."""
    began = time.monotonic()
    try:
        addresses = await addresses_of(plan.host, plan.port, plan.seconds)
    except (OSError, UnicodeError) as error:
        raise Unreached(ProbeStage.DNS, f"{plan.host}: {dns_words(error, plan.seconds)}") from error
    detail = ", ".join(dict.fromkeys(str(address[0]) for _, address in addresses))
    if is_ip_address(plan.host):
        detail = NO_LOOK_UP
    report(ProbeStep(ProbeStage.DNS, True, time.monotonic() - began, detail))
    return addresses


async def addresses_of(host: str, port: int, seconds: float) -> list[tuple[socket.AddressFamily, Any]]:
    """What the system's resolver finds. Raises OSError, TimeoutError and UnicodeError.

    Its thread is abandoned after the time limit: asyncio would wait for its own threads before the program ends.
    """
    found: Future[list[tuple[socket.AddressFamily, Any]]] = Future()
    found.set_running_or_notify_cancel()

    def look_up() -> None:
        try:
            each = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            found.set_exception(error)
        else:
            found.set_result([(family, address) for family, _, _, _, address in each])

    threading.Thread(target=look_up, name="authlens-dns", daemon=True).start()
    async with asyncio.timeout(seconds):
        return await asyncio.wrap_future(found)


def dns_words(error: OSError | UnicodeError, seconds: float) -> str:
    if isinstance(error, UnicodeError):
        return "not a valid host name"
    if isinstance(error, TimeoutError):
        return f"the name server did not answer within {seconds:g} s; check the network and DNS{proxy_words()}"
    if isinstance(error, socket.gaierror) and error.errno in (socket.EAI_AGAIN, socket.EAI_FAIL):
        return f"the name server cannot be reached; check the network and DNS{proxy_words()}"
    command = "aws iot describe-endpoint --endpoint-type iot:Data-ATS"
    return f"the host does not exist; check the endpoint with '{command}'{proxy_words()}"


def proxy_words() -> str:
    """That a proxy of the environment is not used; empty where none is set."""
    name = next((each for each in _PROXIES if os.environ.get(each)), None)
    return f"; {name} is set, but no proxy is used, because devices use none" if name else ""


async def connect(plan: ProbePlan, report: Report) -> socket.socket:
    """A TCP connection to the first address that takes one. Raises Unreached."""
    addresses = await resolve(plan, report)
    began = time.monotonic()
    loop = asyncio.get_running_loop()
    failures: list[OSError] = []
    for family, address in addresses:
        connection = socket.socket(family, socket.SOCK_STREAM)
        connection.setblocking(False)
        try:
            async with asyncio.timeout(plan.seconds / len(addresses)):
                await loop.sock_connect(connection, address)
        except OSError as error:  # TimeoutError too
            connection.close()
            failures.append(error)
        except BaseException:
            connection.close()
            raise
        else:
            report(ProbeStep(ProbeStage.TCP, True, time.monotonic() - began, f"{address[0]} port {plan.port}"))
            return connection
    raise Unreached(ProbeStage.TCP, tcp_words(plan, failures[-1], [family for family, _ in addresses]))


def tcp_words(plan: ProbePlan, error: OSError, families: Sequence[socket.AddressFamily]) -> str:
    """Why there is no connection, for the host and port of the plan."""
    where = f"{plan.host} port {plan.port}"
    if isinstance(error, TimeoutError):
        return f"{where}: nothing answered within {plan.seconds:g} s; a firewall may drop the packets{proxy_words()}"
    if isinstance(error, ConnectionRefusedError):
        return f"{where}: the connection was refused; nothing listens there"
    if error.errno in (errno.ENETUNREACH, errno.EHOSTUNREACH, errno.EADDRNOTAVAIL):
        if set(families) == {socket.AF_INET6}:
            return f"{where}: the host has only IPv6 addresses, and this machine has no IPv6 route"
        return f"{where}: this machine has no route to it; check the network and the VPN{proxy_words()}"
    if isinstance(error, ConnectionResetError):
        return f"{where}: the connection was reset as soon as it was made"
    # asyncio's own text names no cause.
    return f"{where}: {os.strerror(error.errno) if error.errno else error}"


def tls_context(plan: ProbePlan) -> ssl.SSLContext:
    """Raises Unreached for files that cannot be used."""
    try:
        context = ssl.create_default_context(cafile=plan.ca_file)
    except OSError as error:
        raise Unreached(ProbeStage.TLS, f"the CA file {plan.ca_file}: {_file_words(error)}") from error
    if plan.certificate_file is not None:
        try:
            context.load_cert_chain(plan.certificate_file, plan.key_file)
        except OSError as error:
            files = f"{plan.certificate_file} and its key {plan.key_file or 'in the same file'}"
            raise Unreached(ProbeStage.TLS, f"the certificate {files}: {_file_words(error)}") from error
    if plan.way == "mqtt" and plan.alpn:
        context.set_alpn_protocols(list(plan.alpn))
    return context


def _file_words(error: OSError) -> str:
    if isinstance(error, ssl.SSLError):
        mismatch = "KEY_VALUES_MISMATCH" in str(error.reason)
        return "the key does not belong to the certificate" if mismatch else "it contains no valid PEM"
    return error.strerror or str(error)


async def encrypt(
    plan: ProbePlan, connection: socket.socket, report: Report
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """TLS over the connection. Raises Unreached."""
    began = time.monotonic()
    context = tls_context(plan)
    try:
        async with asyncio.timeout(plan.seconds):
            streams = await asyncio.open_connection(sock=connection, ssl=context, server_hostname=plan.name)
    except OSError as error:  # ssl.SSLError and TimeoutError too
        rejection = certificate_rejection(plan, alert_of(error))
        raise Unreached(ProbeStage.TLS, f"{plan.host}: {tls_words(plan, error)}", rejection) from error
    tls = streams[1].get_extra_info("ssl_object")
    report(ProbeStep(ProbeStage.TLS, True, time.monotonic() - began, tls_detail(plan, tls)))
    return streams


def tls_detail(plan: ProbePlan, tls: ssl.SSLObject) -> str:
    """What was agreed: version, ALPN offered and chosen, SNI, the certificate's subject and end."""
    offered = ", ".join(plan.alpn) if plan.way == "mqtt" else ""
    chosen = tls.selected_alpn_protocol()
    alpn = f"ALPN {offered or 'none'} offered, {chosen or 'none'} chosen"
    certificate: Any = tls.getpeercert() or {}
    names = [_name(kind, value) for kind, value in certificate.get("subjectAltName", ()) if kind in _NAMES]
    held = f"certificate for {', '.join(names[:3])} until {certificate.get('notAfter', '?')}"
    return f"{tls.version()}, {sni_words(plan)}, {alpn}, {held}"


_NAMES = ("DNS", "IP Address")


def _name(kind: str, value: str) -> str:
    """OpenSSL writes all eight groups of an IPv6 address, and some versions a line break after them."""
    if kind != "IP Address" or ":" not in value:
        return value
    return socket.inet_ntop(socket.AF_INET6, b"".join(int(group, 16).to_bytes(2) for group in value.split(":")))


def sni_words(plan: ProbePlan) -> str:
    """The server name that was sent, and how to send another where none was."""
    if plan.sni is not None:
        return f"SNI {plan.sni}"
    need = "requires" if plan.way == "mqtt" else "recommends"
    return f"no SNI, because the host is an IP address (AWS IoT {need} one: --server-name)"


def tls_words(plan: ProbePlan, error: OSError) -> str:
    """Why the handshake failed."""
    if isinstance(error, TimeoutError):
        return f"the TLS handshake did not complete within {plan.seconds:g} s"
    if isinstance(error, ssl.SSLCertVerificationError):
        return _certificate_words(plan, error)
    if isinstance(error, ssl.SSLError):
        return alert_words(str(error.reason or error))
    if isinstance(error, ConnectionError):
        how = "reset" if error.errno == errno.ECONNRESET else "closed"
        return (
            f"the server {how} the connection during the TLS handshake, usually because it does not know the "
            f"server name ({sni_words(plan)}) or the ALPN protocol"
        )
    return f"TLS: {error.strerror or error}"


def _certificate_words(plan: ProbePlan, error: ssl.SSLCertVerificationError) -> str:
    said = (error.verify_message or "").lower()
    # First, because only this message contains a host name.
    if "mismatch" in said or "not valid for" in said:
        return (
            f"the server's certificate is not for {plan.name}; connect to a name that it covers, or send one as the "
            "server name: --server-name"
        )
    if "not yet valid" in said:
        return f"the server's certificate is not valid yet; {_CLOCK}"
    if "expired" in said:
        return f"the server's certificate has expired; renew it, or {_CLOCK}"
    if any(word in said for word in ("self-signed", "self signed", "unable to get", "unable to verify")):
        trusted = f"the CA file {plan.ca_file} does not sign it" if plan.ca_file else "no CA of this system signs it"
        return (
            f"the server's certificate is not trusted: {trusted}. For a local listener give its CA file; on the way to "
            "AWS a proxy or a captive portal may answer in its place"
        )
    return f"the server's certificate was rejected: {error.verify_message}"


_ALERTS = {
    "WRONG_VERSION_NUMBER": "what answers there does not speak TLS; a proxy or a captive portal may be in the way",
    "UNRECOGNIZED_NAME": "the server does not know this server name (TLS SNI); it is not an endpoint of the account",
    "NO_APPLICATION_PROTOCOL": "the server does not support this ALPN protocol (TLS); it may be a web server or proxy",
    "HANDSHAKE_FAILURE": "the server refused the TLS handshake; it may require a client certificate",
    "CERTIFICATE_REQUIRED": "the server requires a client certificate (TLS): give --cert and --key",
    "UNKNOWN_CA": "the server does not trust the client certificate's CA (TLS)",
    "BAD_CERTIFICATE": "the server rejects the client certificate (TLS)",
    "CERTIFICATE_UNKNOWN": "the server rejects the client certificate (TLS)",
    "CERTIFICATE_EXPIRED": "the server says that the client certificate has expired (TLS)",
    "CERTIFICATE_REVOKED": "the server says that the client certificate is revoked (TLS)",
    "UNSUPPORTED_CERTIFICATE": "the server does not support this kind of client certificate (TLS)",
    "ACCESS_DENIED": "the server accepts the client certificate, but denies it access (TLS)",
    "INTERNAL_ERROR": "the server failed internally during the TLS handshake",
    "PROTOCOL_VERSION": "client and server have no TLS version in common",
}


def alert_words(reason: str) -> str:
    upper = reason.upper().replace(" ", "_")
    return next((words for part, words in _ALERTS.items() if part in upper), f"the TLS handshake failed: {reason}")


_CERTIFICATE_ALERTS = frozenset(
    {
        "CERTIFICATE_REQUIRED",
        "UNKNOWN_CA",
        "BAD_CERTIFICATE",
        "CERTIFICATE_UNKNOWN",
        "CERTIFICATE_EXPIRED",
        "CERTIFICATE_REVOKED",
        "UNSUPPORTED_CERTIFICATE",
        "ACCESS_DENIED",
    }
)
"""Those that a server sends about the client's certificate only."""


def alert_of(error: BaseException) -> str:
    """OpenSSL's name of the alert that ended TLS, such as `TLSV13_ALERT_CERTIFICATE_REQUIRED`; empty if none did."""
    reason = str(error.reason or "") if isinstance(error, ssl.SSLError) else ""
    return reason if "ALERT" in reason else ""


def certificate_rejection(plan: ProbePlan, alert: str) -> str:
    """How the alert rejects the client certificate, as in ProbeReport; empty if it may be about something else."""
    name = alert.partition("ALERT_")[2]
    # In TLS 1.2 the lack of a certificate is a plain handshake failure.
    if name in _CERTIFICATE_ALERTS or (name == "HANDSHAKE_FAILURE" and plan.certificate_is_judged):
        return f"TLS alert: {name.lower().replace('_', ' ')}"
    return ""


def rejection_words(plan: ProbePlan, alert: str, chosen: str | None = None) -> str:
    """Why the other side ended an encrypted connection before anything was sent.

    alert: OpenSSL's name of it; empty if it ended without one. chosen: the ALPN protocol that the server had accepted.
    """
    if alert:
        return alert_words(alert)
    if plan.certificate_file is not None:
        why = f"it does not accept the client certificate {plan.certificate_file}"
    elif plan.needs_certificate:
        why = "its domain configuration requires a client certificate (CUSTOM_AUTH_X509): give --cert and --key"
    else:
        alpn = "" if chosen else " or does not accept the ALPN protocol"
        why = f"usually because it requires a client certificate (--cert and --key){alpn}"
    return f"the server closed the connection after the TLS handshake, before CONNECT was sent: {why}"

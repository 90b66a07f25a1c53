"""Each way in which a connection fails has its own sentence, which names the host."""

from __future__ import annotations

import errno
import socket
import ssl
from dataclasses import replace

import pytest

from authlens.core.probe.plan import ProbePlan
from authlens.probe.network import alert_of, certificate_rejection, dns_words, tcp_words, tls_words

PLAN = ProbePlan("h.example", seconds=3)
FOUR, SIX = [socket.AF_INET], [socket.AF_INET6]


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (socket.gaierror(socket.EAI_NONAME, "x"), "the host does not exist"),
        (socket.gaierror(socket.EAI_AGAIN, "x"), "the name server cannot be reached"),
        (TimeoutError(), "the name server did not answer within 3 s"),
        (UnicodeError(), "not a valid host name"),
    ],
)
def test_names(error: OSError | UnicodeError, words: str) -> None:
    assert words in dns_words(error, 3)


@pytest.mark.parametrize(
    ("error", "families", "words"),
    [
        (ConnectionRefusedError(), FOUR, "the connection was refused"),
        (TimeoutError(), FOUR, "nothing answered within 3 s"),
        (OSError(errno.ENETUNREACH, "x"), FOUR, "no route to it; check the network"),
        (OSError(errno.ENETUNREACH, "x"), SIX, "only IPv6 addresses, and this machine has no IPv6 route"),
        (OSError(errno.EHOSTUNREACH, "x"), [*FOUR, *SIX], "no route to it"),
    ],
)
def test_connections(error: OSError, families: list[socket.AddressFamily], words: str) -> None:
    said = tcp_words(PLAN, error, families)
    assert said.startswith("h.example port 443: ")
    assert words in said


def verification(message: str) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, message)
    error.verify_message = message
    return error


def alert(reason: str) -> ssl.SSLError:
    error = ssl.SSLError(1, reason)
    error.reason = reason
    return error


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (verification("certificate has expired"), "has expired; renew it, or check this machine's clock"),
        (verification("certificate is not yet valid"), "not valid yet; check this machine's clock"),
        (verification("Hostname mismatch, certificate is not valid for 'expired.example'."), "is not for h.example"),
        (verification("self-signed certificate in certificate chain"), "a proxy or a captive portal may answer"),
        (alert("WRONG_VERSION_NUMBER"), "does not speak TLS; a proxy or a captive portal"),
        (alert("TLSV1_UNRECOGNIZED_NAME"), "not an endpoint of the account"),
        (TimeoutError(), "did not complete within 3 s"),
        (ConnectionResetError(errno.ECONNRESET, "x"), "the server reset the connection during the TLS handshake"),
        (ConnectionResetError(), "the server closed the connection during the TLS handshake"),
        (ConnectionResetError(), "usually because it does not know the server name (SNI h.example) or the ALPN"),
    ],
)
def test_handshakes(error: OSError, words: str) -> None:
    assert words in tls_words(PLAN, error)


@pytest.mark.parametrize(
    ("reason", "is_judged", "seen"),
    [
        ("TLSV13_ALERT_CERTIFICATE_REQUIRED", False, "TLS alert: certificate required"),
        ("SSLV3_ALERT_CERTIFICATE_EXPIRED", True, "TLS alert: certificate expired"),
        ("TLSV1_ALERT_UNKNOWN_CA", True, "TLS alert: unknown ca"),
        ("TLSV1_ALERT_ACCESS_DENIED", True, "TLS alert: access denied"),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", True, "TLS alert: handshake failure"),
        ("SSLV3_ALERT_HANDSHAKE_FAILURE", False, ""),
        ("TLSV1_ALERT_PROTOCOL_VERSION", True, ""),
        ("CERTIFICATE_VERIFY_FAILED", True, ""),
        ("", True, ""),
    ],
)
def test_which_alerts_reject_the_client_certificate(reason: str, is_judged: bool, seen: str) -> None:
    plan = replace(PLAN, needs_certificate=is_judged)
    assert certificate_rejection(plan, alert_of(alert(reason))) == seen

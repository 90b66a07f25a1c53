"""Requests for property tests, as a person could type them: literal text, with `${` escaped."""

from __future__ import annotations

from hypothesis import strategies as st

from authlens.core.request.references import literal
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext

_SPEAKING = st.sampled_from(
    [
        "",
        "a",
        "-abc",
        "--token",
        "file://x",
        "a b",
        "it's",
        '"q"',
        "${env:X}",
        "$${",
        "$HOME",
        "a\\",
        "a,b",
        "{x}",
        "[y]",
    ]
)
TEXTS = (_SPEAKING | st.text(max_size=20)).map(literal)
_HEADERS = st.dictionaries(st.text(min_size=1, max_size=8), TEXTS, max_size=3).map(lambda pairs: tuple(pairs.items()))
_PASSWORDS = st.text(alphabet=st.characters(exclude_categories=["Cs"]), max_size=12).map(literal) | st.binary(
    min_size=1, max_size=8
).filter(lambda octets: not _is_text(octets))


def _is_text(octets: bytes) -> bool:
    try:
        octets.decode()
    except UnicodeDecodeError:
        return False
    return True


HTTP = st.builds(HttpContext, st.none() | _HEADERS, st.none() | TEXTS)
MQTT = st.builds(MqttContext, st.none() | TEXTS, st.none() | _PASSWORDS, st.none() | TEXTS)
TLS = st.builds(TlsContext, st.none() | TEXTS)

REQUESTS = st.builds(
    AuthorizerRequest,
    st.none() | TEXTS,
    st.none() | TEXTS,
    st.none() | TEXTS,
    st.none() | HTTP,
    st.none() | MQTT,
    st.none() | TLS,
)

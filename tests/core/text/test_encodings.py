from __future__ import annotations

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.text import encodings
from support.base64url import to_base64url


@given(st.binary(max_size=400))
def test_bytes_survive_base64_and_base64url(octets: bytes) -> None:
    plain, url = encodings.to_base64(octets), to_base64url(octets)
    assert plain == base64.b64encode(octets).decode()
    assert "=" not in url
    assert encodings.base64url_to_base64(url) == plain
    assert encodings.base64_to_base64url(plain) == url
    if octets:
        assert encodings.strict_base64(plain) == octets
        assert encodings.from_base64url(url) == octets


@given(st.text())
def test_url_encoded_text_decodes_to_itself(text: str) -> None:
    readable = text.encode("utf-8", "replace").decode()
    assert encodings.url_decode(encodings.url_encode(text)) == readable
    assert encodings.percent_decode(encodings.url_encode(text)) == readable


@given(st.text())
def test_text_that_is_not_base64_is_not_guessed_into_it(text: str) -> None:
    octets = encodings.strict_base64(text)
    assert octets is None or base64.b64encode(octets).decode()[:-2] == text[: -2 or None]


@pytest.mark.parametrize("text", ["", "a", "YQ", "YQ=", "YQ==\n", "Y Q==", "YWJj=", "YWJj==", "YQ===", "Y-Q=", "é"])
def test_base64_is_strict(text: str) -> None:
    assert encodings.strict_base64(text) is None


@pytest.mark.parametrize("text", ["", "a+b=", "a b", "a/b", "abcde", "abc."])
def test_base64url_is_strict(text: str) -> None:
    assert encodings.from_base64url(text) is None


def test_a_plus_is_a_space_only_where_a_query_string_is_read() -> None:
    assert encodings.url_decode("a+b%2B") == "a b+"
    assert encodings.percent_decode("a+b%2B") == "a+b+"


@pytest.mark.parametrize(("text", "expected"), [("a%2Bb", True), ("100%", False), ("%zz", False), ("", False)])
def test_escapes_are_recognised(text: str, expected: bool) -> None:
    assert encodings.has_escapes(text) is expected


def test_a_lone_surrogate_does_not_stop_signing() -> None:
    assert encodings.token_bytes("a\ud800") == b"a?"


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("YQ==", b"a"),
        ("YQ", b"a"),
        ("YQ=", b"a"),
        ("YWI=", b"ab"),
        ("YWI", b"ab"),
        ("YWJj", b"abc"),
        ("+/+/", b"\xfb\xff\xbf"),
        ("Y", None),
        ("", None),
        ("Y-Q", None),
        ("YQ===", None),
        ("YWJj=", None),
    ],
)
def test_a_signature_is_read_with_or_without_its_padding(text: str, octets: bytes | None) -> None:
    assert encodings.signature_bytes(text) == octets


@pytest.mark.parametrize(
    ("text", "octets"),
    [
        ("YQ", b"a"),
        ("YQ=", b"a"),
        ("YQ==", b"a"),
        ("YWI", b"ab"),
        ("YWJj", b"abc"),
        ("-_-_", b"\xfb\xff\xbf"),
        ("Y", None),
    ],
)
def test_base64url_is_read_with_or_without_its_padding(text: str, octets: bytes | None) -> None:
    assert encodings.from_base64url(text) == octets


def test_translating_between_the_alphabets() -> None:
    assert [encodings.base64url_to_base64(text) for text in ("-_A", "-_", "-_==", "+/AA", "")] == [
        *("+/A=", "+/==", "+/==", "+/AA", ""),
    ]
    assert encodings.base64_to_base64url("+/A=") == "-_A"
    assert encodings.url_encode("a b/é~_.-\ud800") == "a%20b%2F%C3%A9~_.-%3F"

"""Every form in which a secret turns up in other text is found."""

from __future__ import annotations

import base64
import html
import json
import shlex
import string
import urllib.parse
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.secrets.forms import forms_of

SECRET = "p@ss/w+rd é\"'<&>\\\n0"
CONTENT = SECRET.encode()

FORMS = {
    "raw": SECRET,
    "base64": base64.b64encode(CONTENT).decode().rstrip("="),
    "base64 for URLs": base64.urlsafe_b64encode(CONTENT).decode().rstrip("="),
    "percent-encoded": urllib.parse.quote(SECRET, safe=""),
    "percent-encoded in lower case": urllib.parse.quote(SECRET, safe="").replace("%C3%A9", "%c3%a9").lower(),
    "percent-encoded path": urllib.parse.quote(SECRET),
    "form-encoded": urllib.parse.quote_plus(SECRET),
    "JSON": json.dumps(SECRET)[1:-1],
    "JSON with its letters": json.dumps(SECRET, ensure_ascii=False)[1:-1],
    "JSON in JSON": json.dumps(json.dumps(SECRET)[1:-1])[1:-1],
    "repr": repr(SECRET)[1:-1],
    "repr of bytes": repr(CONTENT)[2:-1],
    "hexadecimal": CONTENT.hex(),
    "hexadecimal in capitals": CONTENT.hex().upper(),
    "HTML": html.escape(SECRET),
    "shell": shlex.quote(SECRET),
    "the first line": "p@ss/w+rd é\"'<&>\\",
}


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
def test_finds_the_form(form: str) -> None:
    assert form in forms_of(SECRET)


@pytest.mark.parametrize("encode", [base64.b64encode, base64.urlsafe_b64encode], ids=["base64", "base64 for URLs"])
@pytest.mark.parametrize(("offset", "length"), [(0, 16), (1, 15), (2, 15)])
def test_finds_all_that_is_certain_of_it_within_base64(
    offset: int, length: int, encode: Callable[[bytes], bytes]
) -> None:
    secret = b"\xfb\xff\xfe" * 4
    encoded = encode(b"x" * offset + secret + b"yz").decode()
    assert max(len(form) for form in forms_of(secret) if form in encoded) == length


@given(st.binary(min_size=10, max_size=40), st.binary(max_size=5), st.binary(max_size=5))
def test_finds_base64_of_longer_content(secret: bytes, before: bytes, after: bytes) -> None:
    encoded = base64.b64encode(before + secret + after).decode()
    assert any(form in encoded for form in forms_of(secret))


def test_segments_of_a_jwt_and_lines_of_a_key_are_forms() -> None:
    assert {"eyJhbGciOiJub25lIn0", "c2lnbmF0dXJlc2lnbmF0dXJl"} <= forms_of(
        "eyJhbGciOiJub25lIn0.e.c2lnbmF0dXJlc2lnbmF0dXJl"
    )
    assert {"first-line", "last-line"} <= forms_of("first-line\r\nx\r\nlast-line")


SHORT = {
    "six characters have all forms": ("abcdef", "616263646566"),
    "five have themselves": ("abcde", "abcde"),
    "and their base64": ("abcde", "YWJjZGU="),
    "a principalId made of a longer one": ("tok-en.4/x9+é", "token4x9"),
}


@pytest.mark.parametrize(("secret", "form"), SHORT.values(), ids=SHORT)
def test_short(secret: str, form: str) -> None:
    assert form in forms_of(secret)


def test_the_shortest_have_no_form() -> None:
    assert forms_of("") == set()
    assert "ab" not in forms_of("ab")


def test_bytes_that_are_not_text() -> None:
    assert b"\xff\x00secret".hex() in forms_of(b"\xff\x00secret")


@pytest.mark.parametrize(
    ("secret", "forms"),
    [
        ("", set()),
        ("a", {"YQ=="}),
        ("ab", {"YWI="}),
        ("abc", {"abc", "YWJj"}),
        ("abcde", {"abcde", "YWJjZGU="}),
        (b"", set()),
        (b"abc", {"abc", "YWJj"}),
        (
            "abcdef",
            {
                *("abcdef", "616263646566", "YWJjZGVm"),
                *("FiY2RlZ", "hYmNkZW", "YWJjZGVm"),
            },
        ),
    ],
)
def test_all_forms_of_a_plain_secret(secret: str | bytes, forms: set[str]) -> None:
    assert forms_of(secret) == forms


def test_what_encodings_change_in_a_secret() -> None:
    plain = {
        form for form in forms_of("ab/cd~é") if not set(form) <= set(string.ascii_letters + string.digits + "+/=-_")
    }
    assert plain == {
        "ab/cd~é",
        "ab/cd~\\u00e9",
        "ab/cd~\\\\u00e9",
        "ab%2Fcd~%C3%A9",
        "ab%2fcd~%c3%a9",
        "ab/cd~%C3%A9",
        "ab/cd~%c3%a9",
        "ab/cd~\\xc3\\xa9",
        "'ab/cd~é'",
    }
    assert "61622f63647ec3a9" in forms_of("ab/cd~é")
    assert "61622F63647EC3A9" in forms_of("ab/cd~é")


def test_lines_of_six_and_segments_of_sixteen_characters_are_forms_of_their_own() -> None:
    forms = forms_of("abcdef\r\nghijk\nlmnopqr")
    assert {"abcdef", "lmnopqr"} <= forms
    assert "ghijk" not in forms
    forms = forms_of("a" * 16 + "." + "b" * 15 + "." + "c" * 17)
    assert {"a" * 16, "c" * 17} <= forms
    assert "b" * 15 not in forms


def test_the_letters_and_digits_of_a_secret_are_a_form_from_eight_on() -> None:
    assert "abcd1234" in forms_of("ab-cd-12-34")
    assert "abcd123" not in forms_of("ab-cd-12-3")

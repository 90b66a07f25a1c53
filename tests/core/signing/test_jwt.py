from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.signing import jwt
from support.base64url import to_base64url

NOW = datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


def made(claims: dict[str, Any], header: dict[str, Any] | None = None, signature: bytes | None = b"\x00\xff") -> str:
    parts = [to_base64url(json.dumps(part).encode()) for part in (header or {"alg": "RS256", "typ": "JWT"}, claims)]
    return ".".join(parts if signature is None else [*parts, to_base64url(signature)])


def test_header_claims_and_parts_are_read() -> None:
    text = made({"sub": "sensor-7", "exp": 1795435200})
    read = jwt.read(text)
    assert read is not None
    assert (read.algorithm, read.claims["sub"]) == ("RS256", "sensor-7")
    assert read.signed_part == text.rpartition(".")[0]
    assert read.signature == "AP8="
    assert read.can_be_signature
    assert read.expires_at == datetime(2026, 11, 23, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a",
        "a.b",
        "a.b.c",
        "....",
        made({}) + ".x",
        "e30.e30.e30",
        "bnVsbA.bnVsbA.",
        "W10.W10.AA",
        "eyJhIjox.e30.AA",
    ],
    ids=["empty", "word", "two", "three", "dots", "four parts", "no alg", "null", "lists", "cut JSON"],
)
def test_what_is_not_a_jwt_is_not_taken_for_one(text: str) -> None:
    assert jwt.read(text) is None


@given(st.text())
def test_any_text_may_be_asked_about(text: str) -> None:
    assert jwt.read(text) is None


def test_two_parts_and_an_empty_third_have_no_signature() -> None:
    for text in (made({}, signature=None), made({}, signature=b"")):
        read = jwt.read(text)
        assert read is not None
        assert read.signature is None
        assert not read.can_be_signature


@pytest.mark.parametrize("algorithm", ["ES256", "HS256", "RS512", "none", 7])
def test_only_rs256_can_be_the_token_signature(algorithm: object) -> None:
    read = jwt.read("Bearer " + made({}, {"alg": algorithm}))
    assert read is not None
    assert not read.can_be_signature


@pytest.mark.parametrize(
    ("claims", "words", "expired"),
    [
        ({"exp": NOW.timestamp() + 250}, "expires in 4 min 10 s", False),
        ({"exp": NOW.timestamp()}, "expired 0 s ago", True),
        ({"exp": NOW.timestamp() - 90061}, "expired 1 d 1 h ago", True),
        ({"nbf": NOW.timestamp() + 7200}, "not valid for another 2 h", False),
        ({"nbf": NOW.timestamp() - 1, "exp": NOW.timestamp() + 1}, "expires in 1 s", False),
        ({}, "never expires: it has no readable 'exp'", False),
        ({"exp": "tomorrow"}, "never expires: it has no readable 'exp'", False),
        ({"exp": True}, "never expires: it has no readable 'exp'", False),
        ({"exp": 1e300}, "never expires: it has no readable 'exp'", False),
    ],
)
def test_times_are_given_relative_to_now(claims: dict[str, Any], words: str, expired: bool) -> None:
    read = jwt.read(made(claims))
    assert read is not None
    assert jwt.validity(read, NOW) == words
    assert jwt.is_expired(read, NOW) is expired


@pytest.mark.parametrize(
    ("seconds", "shown"),
    [(0, "0 s"), (59, "59 s"), (3600, "1 h"), (3661, "1 h 1 min"), (86400 * 400 + 3600, "400 d 1 h")],
)
def test_spans_show_two_units_at_most(seconds: int, shown: str) -> None:
    assert jwt.span(timedelta(seconds=seconds)) == shown


@pytest.mark.parametrize(
    ("seconds", "words"),
    [
        (0, "0 s"), (59, "59 s"), (60, "1 min"), (61, "1 min 1 s"), (3599, "59 min 59 s"), (3600, "1 h"),
        (3660, "1 h 1 min"), (3601, "1 h"), (86399, "23 h 59 min"), (86400, "1 d"), (90000, "1 d 1 h"), (86460, "1 d"),
    ],
)  # fmt: skip
def test_the_two_largest_units(seconds: int, words: str) -> None:
    assert jwt.span(timedelta(seconds=seconds)) == words


@pytest.mark.parametrize(
    ("claims", "expires_at", "not_before"),
    [
        ({"exp": 0, "nbf": 1}, datetime(1970, 1, 1, tzinfo=UTC), datetime(1970, 1, 1, 0, 0, 1, tzinfo=UTC)),
        ({"exp": 1.5}, datetime(1970, 1, 1, 0, 0, 1, 500000, tzinfo=UTC), None),
        ({"exp": False, "nbf": "1"}, None, None),
        ({"exp": 1e300, "nbf": None}, None, None),
    ],
)
def test_the_times_of_a_jwt(claims: dict[str, Any], expires_at: datetime | None, not_before: datetime | None) -> None:
    read = jwt.read(made(claims))
    assert read is not None
    assert (read.expires_at, read.not_before) == (expires_at, not_before)


@pytest.mark.parametrize(
    ("header", "is_jwt"), [({"alg": "x"}, True), ({"typ": "x"}, True), ({"kid": "x"}, False), ({}, False)]
)
def test_a_header_says_that_it_is_a_jwt(header: dict[str, Any], is_jwt: bool) -> None:
    part = to_base64url(json.dumps(header).encode())
    assert (jwt.read(f"{part}.e30") is not None) is is_jwt


def test_a_time_that_is_now_has_come() -> None:
    read = jwt.read(made({"nbf": NOW.timestamp()}))
    assert read is not None
    assert jwt.validity(read, NOW) == "never expires: it has no readable 'exp'"

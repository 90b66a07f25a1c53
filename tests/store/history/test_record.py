"""What is stored of an invocation: all of it, bounded; a row and words without secrets, whatever is kept."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings

from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation, Wire
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext
from authlens.core.request.target import Target
from authlens.store.history.record import (
    MAX_BYTES,
    HistoryRow,
    invocation_of,
    record_of,
    row_of,
    search_terms,
    target_words,
)
from support.stored_invocations import FAILED, FULL, any_invocation, short

CANARY = "canary-5ecret"


@settings(max_examples=30)
@given(any_invocation)
def test_in_full_everything_without_references_comes_back(invocation: Invocation) -> None:
    record = record_of(replace(invocation, wire=None), "full")
    assert invocation_of(7, record.body) == replace(invocation, wire=None, number=7)
    record.words.encode()
    assert all(not isinstance(column, str) or column.encode() is not None for column in record.columns)


def test_the_columns_are_those_of_a_row() -> None:
    record = record_of(FULL, "full")
    assert row_of(7, *record.columns) == HistoryRow(  # type: ignore[arg-type]  # the columns come out of SQLite
        7,
        datetime(2026, 11, 23, 8, 0, 0, 123456, UTC),
        "SensorAuth",
        "AUTHENTICATED",
        None,
        "p1",
        0.25,
        "dev us-west-2",
        "requests/sensor.yaml",
    )
    failed = record_of(FAILED, "full").columns
    assert failed[2:5] == ("REFUSED", "ResourceNotFoundException", None)


def leaky() -> Invocation:
    """A secret in every place that ends up in a row, in the words or on the wire."""
    return Invocation(
        request=AuthorizerRequest(
            "A",
            CANARY,
            http_context=HttpContext((("Authorization", CANARY),)),
            mqtt_context=MqttContext(f"user?token={CANARY}", CANARY, CANARY),
            tls_context=TlsContext(CANARY),
        ),
        target=Target(endpoint_url=f"https://u:{CANARY}@example.com"),
        result=Outcome(True, CANARY),
        started_at=FULL.started_at,
        duration=0.1,
        source=f"{CANARY}.yaml",
        wire=Wire("POST", "https://x", request_body=json.dumps({"token": CANARY}).encode()),
        function_log=CANARY,
    )


@pytest.mark.parametrize("keep", ["full", "redacted"])
def test_no_secret_is_in_words_or_row(keep: str) -> None:
    invocation = replace(leaky(), source=None)
    invocation = replace(invocation, request=replace(invocation.request, tls_context=None))
    for result in (invocation.result, Failure(FailureKind.REFUSED_HERE, "E", f"bad value: {CANARY}")):
        record = record_of(replace(invocation, result=result), keep)  # type: ignore[arg-type]  # one of the words
        client_id = f"\n{CANARY}\n"
        assert CANARY not in f"\n{record.words}\n".replace(client_id, "")
        assert not any(isinstance(column, str) and CANARY in column for column in record.columns)


def test_redacted_has_no_secret_at_all() -> None:
    invocation = replace(leaky(), source=None)
    request = replace(invocation.request, mqtt_context=MqttContext(f"user?token={CANARY}", CANARY), tls_context=None)
    body = record_of(replace(invocation, request=request), "redacted").body
    wire = invocation_of(1, body).wire
    assert wire is not None
    assert CANARY.encode() not in body + wire.request_body
    assert CANARY.encode() in record_of(invocation, "full").body


def test_what_a_reference_stood_for_is_not_kept_in_full_either() -> None:
    wire = Wire("POST", "https://x", request_body=json.dumps({"token": CANARY}).encode())
    invocation = replace(short(token="${env:T}", log=CANARY, principal=CANARY), wire=wire)
    record = record_of(invocation, "full")
    assert CANARY not in record.words
    assert CANARY not in record.columns
    kept = invocation_of(1, record.body)
    assert kept.wire is not None
    assert CANARY.encode() not in kept.wire.request_body
    assert kept.function_log == "[redacted]"
    assert kept.request.token == "${env:T}"


def test_words() -> None:
    invocation = replace(
        FULL,
        request=AuthorizerRequest(
            "SensorAuth", mqtt_context=MqttContext("User?a=b", client_id="C\0lient"), tls_context=TlsContext("Host")
        ),
    )
    words = record_of(invocation, "full").words.split("\n")
    assert words == [
        *("authenticated", "dev us-west-2", "requests/sensor.yaml", "p1"),
        *("sensorauth", "user", "c lient", "host"),
    ]
    assert record_of(FAILED, "full").words.split("\n") == [
        *("refused", "demo", "resourcenotfoundexception", "no such authorizer", "missing"),
    ]


TARGETS = {
    "nothing said": (Target(), "default"),
    "the demo": (Target(local="demo", endpoint_url="http://127.0.0.1:4711"), "demo"),
    "profile and region": (Target("dev", "us-west-2"), "dev us-west-2"),
    "an endpoint": (Target(endpoint_url="https://x"), "https://x"),
}


@pytest.mark.parametrize(("target", "words"), TARGETS.values(), ids=TARGETS)
def test_target_words(target: Target, words: str) -> None:
    assert target_words(target) == words


@pytest.mark.parametrize(
    ("search", "terms"),
    [("", []), ("  ", []), ("A b", ["a", "b"]), ("\ud800x", ["?x"]), ("a\0b", ["a", "b"]), ("Straße", ["strasse"])],
)
def test_search_terms(search: str, terms: list[str]) -> None:
    assert search_terms(search) == terms


class TestBounds:
    def test_a_record_that_fits_is_whole(self) -> None:
        body = record_of(short(log="x" * 1024 * 1024), "full").body
        assert "truncated" not in json.loads(body)

    def test_a_large_body_is_cut_and_marked(self) -> None:
        wire = Wire("POST", "u", request_body=b"\xff" * 3_000_000, response_body=b"\xff" * 3_000_000)
        record = record_of(replace(FULL, wire=wire, function_log="x" * 3_000_000), "full")
        assert len(record.body) <= MAX_BYTES
        assert json.loads(record.body)["truncated"] is True
        kept = invocation_of(1, record.body)
        assert kept.wire is not None
        assert kept.wire.response_body.startswith(b"\xff\xff")
        assert kept.wire.response_body.endswith("… [cut by the history]".encode())
        assert (kept.function_log or "").endswith("x… [cut by the history]")
        assert kept.request == FULL.request

    @pytest.mark.parametrize("end", range(0, 40, 7))
    def test_a_cut_leaves_no_piece_of_a_secret(self, end: int) -> None:
        log = "x" * (1024 * 1024 + 256 * 1024 - end) + CANARY + "x" * 100
        body = record_of(short(token=CANARY, log=log), "redacted").body
        assert CANARY[:4].encode() not in body

    def test_a_long_message_is_cut(self) -> None:
        failure = Failure(FailureKind.AWS, "E", "x" * 3_000_000)
        kept = invocation_of(1, record_of(replace(FAILED, result=failure), "full").body)
        assert (kept.failure or failure).message == "x" * 1024 * 1024 + "… [cut by the history]"

    def test_many_texts_are_cut_shorter(self) -> None:
        documents = tuple("x" * 1_000 for _ in range(20))
        record = record_of(replace(FULL, result=Outcome(True, "p", documents)), "full", max_bytes=15_000)
        assert len(record.body) <= 15_000
        kept = invocation_of(1, record.body).outcome
        assert kept is not None
        assert [len(document) for document in kept.policy_documents] == [512 + len("… [cut by the history]")] * 20

    def test_without_end_the_small_parts_go(self) -> None:
        headers = tuple((f"name-{number}", "value") for number in range(1_000))
        request = AuthorizerRequest("A", http_context=HttpContext(headers))
        for result in (Outcome(True, "p", ("x",)), FAILED.result):
            record = record_of(replace(FULL, request=request, result=result), "full", max_bytes=10_000)
            assert len(record.body) <= 10_000
            kept = invocation_of(1, record.body)
            assert kept.request == AuthorizerRequest("A")
            assert type(kept.result) is type(result)

    def test_long_words_are_cut(self) -> None:
        assert len(record_of(short(principal="x" * 1_000_000), "full").words) < 3_000


def test_a_body_of_another_kind_is_refused() -> None:
    for body in (b"", b"[]", b'{"request": {}}', base64.b64encode(b"x")):
        with pytest.raises(ValueError, match=r"."):
            invocation_of(1, body)

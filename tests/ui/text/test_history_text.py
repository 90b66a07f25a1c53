"""Rows of the history: distinguished by the request and its outcome."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from authlens.store.history.history import HistoryRow
from authlens.ui.model.screen_values import HistoryState
from authlens.ui.text.history_text import (
    day_text,
    history_row,
    outcome_word_of,
    request_name,
    scope_text,
    target_names,
    why_empty,
    word_cells,
)

ROW = HistoryRow(
    1, datetime(2026, 11, 28, 9, 30, tzinfo=UTC), "A", "AUTHENTICATED", None, "sensor7", 0.012, "demo", None
)


@pytest.mark.parametrize(
    ("verdict", "error", "stage", "word"),
    [
        ("AUTHENTICATED", None, None, ("✓", "allowed")),
        ("AUTHENTICATED", None, "", ("✓", "allowed")),
        ("AUTHENTICATED", None, "policy allows", ("!", "denied")),
        ("NOT AUTHENTICATED", None, "authenticated", ("✗", "refused")),
        ("REFUSED", "InvalidRequestException", "signature verified", ("✗", "signature")),
        ("REFUSED", "InvalidRequestException", "request well-formed", ("✗", "malformed")),
        ("REFUSED", "InvalidResponseException", "function ran", ("✗", "function")),
        ("REFUSED", "InvalidResponseException", "answer valid", ("✗", "answer")),
        ("REFUSED", "InvalidResponseException", None, ("✗", "function")),
        ("REFUSED", "ThrottlingException", "credentials", ("✗", "throttled")),
        ("REFUSED", "SomethingNew", "", ("✗", "refused")),
        ("NOT SENT", "ParamValidationError", "request well-formed", ("–", "not sent")),
        ("UNREACHABLE", "EndpointConnectionError", "", ("✗", "unreachable")),
        ("CONNECTED", None, "", ("↔", "connected")),
        ("REFUSED", "connect-denied", None, ("✗", "refused")),
    ],
)
def test_each_kind_has_a_glyph_and_a_word(
    verdict: str, error: str | None, stage: str | None, word: tuple[str, str]
) -> None:
    assert outcome_word_of(replace(ROW, verdict=verdict, error=error, stage=stage)) == word


@pytest.mark.parametrize(
    ("source", "name"),
    [(None, "A"), ("/x/1-sensor.yaml", "1-sensor"), ("/x/suite.yaml::wrong password", "suite::wrong password")],
)
def test_a_request_is_named_by_its_file_and_case(source: str | None, name: str) -> None:
    assert request_name(replace(ROW, source=source)) == name


@pytest.mark.parametrize(
    ("source", "client_id", "width", "name"),
    [
        (None, "c-9", 40, "c-9 · A"),
        (None, "a-client-id-of-28-characters", 40, "a-cli…-characters"),
        (None, "a-client-id-of-1", 40, "a-client-id-of-1"),
        (None, "", 40, "A"),
        (None, None, 40, "A"),
        ("/x/one.yaml", "c-9", 40, "one"),
        (None, "sensor-7", 120, "sensor-7 · A"),
    ],
)
def test_a_request_without_a_file_is_named_by_its_client_id(
    source: str | None, client_id: str | None, width: int, name: str
) -> None:
    row = history_row(replace(ROW, source=source, client_id=client_id, principal=None, target=""), width, " ").plain
    assert row[22:].split("  ")[0].strip() == name


@pytest.mark.parametrize(
    ("stage", "word"),
    [
        ("TLS", "TLS"),
        ("authorizer found", "authorizer"),
        ("connected", "denied"),
        ("a stage of a later version", "refused"),
        (None, "refused"),
    ],
)
def test_a_refused_connection_is_told_from_a_test_call(stage: str | None, word: str) -> None:
    refused = replace(ROW, verdict="REFUSED", error="InvalidRequestException", stage=stage)
    assert request_name(refused) == "A"
    connection = replace(refused, kind="device", error="NoAuthorizer")
    assert outcome_word_of(connection) == ("✗", word)
    assert request_name(connection) == "↔ A"
    assert request_name(replace(connection, verdict="CONNECTED")) == "A", "its word says it"


def test_a_wide_row_names_principal_and_target() -> None:
    local = replace(ROW, target="../authorizers.yaml", source="/home/me/shop/requests/one.yaml")
    assert "sensor7" not in history_row(local, 40, " ").plain
    assert history_row(local, 40, " ").plain.endswith(" shop/"), "where it went is worth a column at any width"
    assert history_row(ROW, 40, " ").plain.endswith(" demo")
    wide = history_row(local, 130, " ").plain
    assert "sensor7" in wide
    assert "shop/authorizers.yaml" in wide
    assert wide.endswith("12 ms")
    assert "12 ms" not in history_row(local, 40, " ").plain, "the name of the request is worth more"
    assert "/home/me" not in wide


def test_a_long_name_takes_what_its_row_leaves_free_of_the_next_column() -> None:
    long = replace(ROW, source="/x/8-authorizer-out-of-use.yaml", principal="")
    for width in (66, 80):
        plain = history_row(long, width, " ").plain
        assert "8-authorizer-out-of-use " in plain
        assert plain.index("demo") == history_row(ROW, width, " ").plain.index("demo")


@pytest.mark.parametrize("width", [40, 60, 130])
def test_the_columns_are_aligned_whatever_the_words(width: int) -> None:
    unreachable = replace(ROW, verdict="UNREACHABLE", error="EndpointConnectionError", stage="")
    connection = replace(ROW, verdict="REFUSED", error="NoAuthorizer", stage="authorizer found", kind="device")
    rows = [ROW, unreachable, connection]
    plain = [history_row(row, width, " ", word_cells(rows)).plain for row in rows]
    assert len({row.index("demo") for row in plain}) == len({len(row) for row in plain}) == 1
    assert {row[24 : row.index("A", 24)] for row in plain} <= {"", "↔ "}
    assert word_cells([]) == word_cells([ROW]) + 2 == 9


@pytest.mark.parametrize(
    ("target", "source", "names"),
    [
        ("demo", "/x/one.yaml", ["demo", "demo"]),
        ("dev eu-west-1", None, ["dev eu-west-1", "dev"]),
        ("http://localhost:1", None, ["http://localhost:1", "http://localhost:1"]),
        ("../cdk.out", "/p/shop/requests/one.yaml::case", ["shop/cdk.out", "shop/"]),
        ("/p/shop/template.yaml", None, ["shop/template.yaml", "shop/"]),
        ("template.yaml", None, ["template.yaml"]),
        ("", None, [""]),
    ],
)
def test_a_target_has_a_long_and_a_short_name(target: str, source: str | None, names: list[str]) -> None:
    assert target_names(target, source) == names


@pytest.mark.parametrize(
    ("state", "said"),
    [
        (HistoryState(3), ""),
        (HistoryState(3, project="shop", is_of_project=True), ""),
        (HistoryState(3, project="shop", is_of_project=True, all=3), "runs of shop"),
        (HistoryState(3, project="shop", is_of_project=True, all=4_000), "runs of shop  a all 4,000"),
        (HistoryState(4_000, project="shop", all=4_000), "all runs  a only shop"),
    ],
)
def test_it_is_said_whose_runs_are_listed(state: HistoryState, said: str) -> None:
    assert scope_text(state).plain == said


@pytest.mark.parametrize("width", [36, 45, 54, 55, 66, 87])
def test_a_row_fits(width: int) -> None:
    long = replace(ROW, source="/x/a-very-long-name-of-a-request.yaml", principal="p" * 40, target="/x/" + "t" * 40)
    assert history_row(long, width, "▸").cell_length <= width


def test_days_have_names() -> None:
    today = date(2026, 11, 28)
    assert [day_text(date(2026, 11, day), today) for day in (28, 27, 23)] == [
        "today",
        "yesterday",
        "Monday, 23 November 2026",
    ]


@pytest.mark.parametrize(
    ("history", "said"),
    [
        (HistoryState(), "Nothing has been sent yet."),
        (HistoryState(total=0, all=0), "Nothing has been sent yet."),
        (HistoryState(total=0, all=3), "Nothing has been sent from here yet."),
        (HistoryState(is_off=True), "Nothing is recorded: history.keep is off in the settings."),
        (HistoryState(problem="the disk is full"), "Nothing is recorded: the disk is full"),
    ],
)
def test_an_empty_list_says_why(history: HistoryState, said: str) -> None:
    assert why_empty(history).split("\n")[0] == said

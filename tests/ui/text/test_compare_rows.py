from __future__ import annotations

from dataclasses import replace

import pytest

from authlens.core.compare.compare import compare
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.ui.text.compare_rows import TWO_COLUMNS, Drawn, drawn_rows, same_place
from support.invocations import CONNECT, PUBLISH, REFUSAL, invocation, outcome, policy

LEFT = invocation(outcome(policy(CONNECT, PUBLISH)), number=1)
OTHER_REQUEST = AuthorizerRequest("SensorAuth", mqtt_context=MqttContext("sensor-8", "another horse", "sensor-7"))
RIGHT = invocation(outcome(policy(CONNECT), principal="p2"), OTHER_REQUEST, number=2)
REORDERED = invocation(outcome(policy(PUBLISH, CONNECT)), number=3)
DIFFERENT = compare(LEFT, RIGHT)


def plain(rows: list[Drawn]) -> str:
    return "\n".join(row.content.plain for row in rows)


@pytest.mark.parametrize("width", [1, 40, 60, TWO_COLUMNS - 1, TWO_COLUMNS, 200])
@pytest.mark.parametrize("textual", [False, True])
@pytest.mark.parametrize("folded", [False, True])
def test_rows_fit_their_width_and_lose_nothing(width: int, textual: bool, folded: bool) -> None:
    rows = drawn_rows(DIFFERENT, width, textual, folded)
    if width >= 40:
        assert all(row.content.cell_length <= max(width, len(row.section) + 2) for row in rows)
    packed = plain(rows).replace("\n", "").replace(" ", "")
    for said in ("sensor7", "p2", "iot:Publish"):
        assert said in packed or width < TWO_COLUMNS


def test_narrow_has_one_column_and_wide_has_two() -> None:
    narrow = plain(drawn_rows(DIFFERENT, TWO_COLUMNS - 1, False, True))
    assert "- principalId: sensor7\n+ principalId: p2" in narrow
    wide = plain(drawn_rows(DIFFERENT, TWO_COLUMNS, False, True))
    assert any("principalId: sensor7" in row and "~ │ principalId: p2" in row for row in wide.split("\n"))


def test_every_run_of_changes_is_a_place_to_jump_to() -> None:
    rows = drawn_rows(DIFFERENT, 120, False, True)
    jumps = [row.content.plain for row in rows if row.is_jump]
    assert [row.section for row in rows if row.is_jump][:2] == ["request", "answer"]
    assert "username" in jumps[0]
    assert not any(row.is_jump for row in drawn_rows(compare(LEFT, LEFT), 120, False, True))


def test_unchanged_parts_are_folded() -> None:
    folded, whole = (drawn_rows(DIFFERENT, 120, False, way) for way in (True, False))
    assert "unchanged lines" in plain(folded)
    assert "unchanged lines" not in plain(whole)
    assert len(folded) < len(whole)


@pytest.mark.parametrize("width", [60, 120])
def test_a_line_is_found_again_when_the_rows_are_drawn_otherwise(width: int) -> None:
    folded, whole = (drawn_rows(DIFFERENT, width, False, way) for way in (True, False))
    for index, row in enumerate(folded):
        if row.place >= 0:
            again = whole[same_place(whole, row)]
            assert (again.section, again.place) == (row.section, row.place)
            assert "unchanged" in row.content.plain or folded[same_place(folded, row)].place == row.place
        assert same_place(folded, row) <= index
    hidden = next(row for row in whole if row.content.plain.strip().startswith('"Version"') and row.place >= 0)
    assert "unchanged lines" in folded[same_place(folded, hidden)].content.plain
    assert same_place([], hidden) == 0


def test_order_means_nothing_and_can_still_be_seen_as_text() -> None:
    comparison = compare(LEFT, REORDERED)
    assert plain(drawn_rows(comparison, 120, False, False)).startswith("= EQUAL BY MEANING\n· document 1 unchanged")
    assert not any(row.is_jump for row in drawn_rows(comparison, 120, False, False))
    assert any(row.is_jump for row in drawn_rows(comparison, 120, True, False))


def test_flipped_decisions_come_first_then_the_request_and_secrets_never() -> None:
    said = plain(drawn_rows(DIFFERENT, 60, False, False)).split("\n")
    assert said[:5] == [
        "≠ DIFFERENT",
        "! publish to sensors/7/data: ALLOWED → IMPLICIT_DENY,",
        "  because no statement allows iot:Publish on",
        "  arn:aws:iot:us-west-2:123456789012:topic/sensors/7/data",
        "~ mqttContext.username sensor-7 → sensor-8",
    ]
    assert said[5] == "~ mqttContext.password changed ([redacted])"
    assert said.index("~ principal sensor7 → p2") < said.index("≠ request")
    assert "horse" not in plain(drawn_rows(DIFFERENT, 120, False, False))


def test_the_words_that_changed_stand_out() -> None:
    row = next(
        row for row in drawn_rows(DIFFERENT, 120, False, True) if row.is_jump and "username" in row.content.plain
    )
    marked = [row.content.plain[span.start : span.end] for span in row.content.spans if "reverse" in str(span.style)]
    assert marked == ["7", "8"]


@pytest.mark.parametrize("text", ["\x1b[31m\u202e\x00", "日本語" * 40, "[b]", "a\nb", ""], ids=repr)
@pytest.mark.parametrize("width", [4, 40, 120])
def test_any_text_is_only_drawn(text: str, width: int) -> None:
    odd = replace(LEFT, result=outcome(text, principal=text), request=AuthorizerRequest(text, text, text))
    for pair in ((LEFT, odd), (odd, invocation(REFUSAL))):
        comparison = compare(*pair)
        assert "\x1b" not in plain(drawn_rows(comparison, width, False, False))

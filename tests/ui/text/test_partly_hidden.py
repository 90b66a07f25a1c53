"""Parts of a value are covered without telling their length, and places are found on both sides."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.ui.model.finding_target import location, offset
from authlens.ui.text.partly_hidden import COVER, PartlyHidden, after_edit, cover

HELD = PartlyHidden("u?token=abc&x=1&sig=canary-signature", ((8, 11), (20, 36)))


def test_what_is_shown() -> None:
    assert HELD.shown == f"u?token={COVER}&x=1&sig={COVER}"
    assert PartlyHidden("t=a", ((2, 3),)).shown == PartlyHidden("t=abcdef", ((2, 8),)).shown


@pytest.mark.parametrize(
    ("in_value", "shown"), [(0, 0), (8, 8), (11, 16), (12, 17), (20, 25), (36, 33), (35, 32), (21, 26), (28, 25)]
)
def test_where_a_place_is_shown(in_value: int, shown: int) -> None:
    assert HELD.place_shown(in_value) == shown


@pytest.mark.parametrize(
    ("shown", "in_value"),
    [(0, 0), (8, 8), (9, 9), (15, 10), (16, 11), (17, 12), (25, 20), (32, 35), (33, 36), (29, 32)],
)
def test_which_place_is_shown(shown: int, in_value: int) -> None:
    assert HELD.place_in_value(shown) == in_value


@given(st.text(max_size=20), st.lists(st.integers(0, 20), unique=True, max_size=6).map(sorted))
def test_places_outside_covers_are_found_again(value: str, edges: list[int]) -> None:
    edges = [edge for edge in edges if edge <= len(value)]
    covered = PartlyHidden(value, tuple(zip(edges[::2], edges[1::2], strict=False)))
    hidden = {place for start, end in covered.spans for place in range(start + 1, end)}
    for place in set(range(len(value) + 1)) - hidden:
        assert covered.place_in_value(covered.place_shown(place)) == place
    for place in range(len(covered.shown) + 1):
        assert 0 <= covered.place_in_value(place) <= len(value)


def test_without_a_secret_nothing_is_covered() -> None:
    assert cover("x=1", lambda _: ()) is None


def test_parts_that_overlap_are_covered_together() -> None:
    assert cover("abcdefgh", lambda _: ((0, 2), (6, 7)), ((1, 4), (4, 5))) == PartlyHidden(
        "abcdefgh", ((0, 4), (4, 5), (6, 7))
    )


@given(st.integers(0, 10), st.integers(0, 10), st.text("xyz", max_size=4))
def test_after_an_edit_what_was_covered_and_is_left_still_is(one: int, other: int, typed: str) -> None:
    value, spans = "ab123ef45j", ((2, 5), (7, 9))
    start, end = sorted((one, other))
    edited = value[:start] + typed + value[end:]
    covered = cover(edited, lambda _: (), after_edit(spans, start, end, len(edited) - len(value)))
    left = edited if covered is None else covered.shown
    assert not set("12345") & set(left)
    assert set("abefj") & set(edited) <= set(left), "and nothing else is"


@given(st.text(st.sampled_from("a\n"), max_size=8), st.data())
def test_a_location_leads_back(text: str, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(text)))
    assert offset(text, location(text, place)) == place

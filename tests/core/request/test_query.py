from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.request import query

TEXT = st.text(st.characters(codec="utf-8"))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        ("sensor-7", []),
        ("sensor-7?", []),
        ("u?a=1", [("a", "1", 4, 5)]),
        ("u?a=1&&b", [("a", "1", 4, 5), ("b", "", 8, 8)]),
        ("?a%20b=c+d%2B", [("a b", "c d+", 7, 13)]),
        ("u?a=b=c?d=e", [("a", "b=c?d=e", 4, 11)]),
        ("u?=x", [("", "x", 3, 4)]),
    ],
)
def test_a_username_holds_parameters_after_its_first_mark(text: str, expected: list[tuple[str, str, int, int]]) -> None:
    found = query.of_username(text)
    assert [(each.name, each.value, each.start, each.end) for each in found] == expected
    assert all(text[each.start : each.end] == each.raw for each in found)


@pytest.mark.parametrize("text", ["?a=1&b=2", "a=1&b=2"], ids=["with mark", "without mark"])
def test_a_query_string_is_read_with_and_without_its_mark(text: str) -> None:
    found = query.of_query_string(text)
    assert [(each.name, text[each.start : each.end]) for each in found] == [("a", "1"), ("b", "2")]


def test_names_compare_without_case_and_the_first_wins() -> None:
    found = query.of_query_string("?Token=1&TOKEN=2")
    first = query.named(found, "token")
    assert first is not None
    assert first.value == "1"
    assert query.named(found, "other") is None


@given(TEXT | st.text("u?&=abck%"), st.text("abc-", min_size=1), TEXT)
def test_a_parameter_that_was_set_is_found_and_all_else_stays(text: str, name: str, value: str) -> None:
    before = query.of_username(text)
    changed = query.with_parameter(text, before, name, value)
    after = query.of_username(changed)
    found = query.named(after, name)
    assert found is not None
    assert found.value == value
    assert [each.value for each in after if not each.is_named(name)] == [
        each.value for each in before if not each.is_named(name)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("u", "u?k=v"),
        ("u?", "u?k=v"),
        ("u?a=1", "u?a=1&k=v"),
        ("u?a=1&", "u?a=1&k=v"),
        ("u?K=0&a=1", "u?K=v&a=1"),
        ("u??", "u??&k=v"),
        ("u?a=?", "u?a=?&k=v"),
        ("u?k", "u?k=v"),
        ("u?k&a=1", "u?k=v&a=1"),
        ("u?a=1&K&b", "u?a=1&K=v&b"),
    ],
)
def test_a_parameter_is_joined_or_replaced(text: str, expected: str) -> None:
    assert query.with_parameter(text, query.of_username(text), "k", "v") == expected


@pytest.mark.parametrize(
    ("place", "text", "names", "before"),
    [
        ("username", "u?a=1&b", ["a", "b"], "u"),
        ("username", "u", [], "u"),
        ("username", "u?a?b", ["a?b"], "u"),
        ("queryString", "?a=1", ["a"], ""),
        ("queryString", "a=1", ["a"], ""),
        ("password", "u?a=1", [], "u?a=1"),
        ("headers", "?a=1", [], "?a=1"),
    ],
)
def test_which_members_have_parameters_and_what_precedes_them(
    place: str, text: str, names: list[str], before: str
) -> None:
    assert [each.name for each in query.of(place, text)] == names
    assert query.before(place, text) == before


def test_a_parameter_knows_where_its_raw_value_is() -> None:
    assert query.of_query_string("?a%2B=%20x&&=y") == (
        query.Parameter("a+", " x", "%20x", 6, 10),
        query.Parameter("", "y", "y", 13, 14),
    )
    assert query.of_query_string("??a=1") == (query.Parameter("?a", "1", "1", 4, 5),)


def test_the_first_of_two_parameters_is_replaced_and_what_is_special_is_encoded() -> None:
    text = "u?K=1&k=2"
    assert query.with_parameter(text, query.of_username(text), "k", "a b&=+") == "u?K=a%20b%26%3D%2B&k=2"
    assert query.with_parameter("", (), "a b", "c") == "?a%20b=c"

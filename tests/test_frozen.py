"""Frozen classes behave as the standard library's, method by method."""

from __future__ import annotations

import copy
import dataclasses
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.message import Message

from authlens.frozen import dataclass, message


@dataclass(frozen=True, slots=True)
class Ours:
    name: str
    size: int = 1
    tags: dict[str, int] = dataclasses.field(default_factory=dict)
    secret: str = dataclasses.field(default="", repr=False)
    note: str = dataclasses.field(default="", compare=False)


@dataclasses.dataclass(frozen=True, slots=True)
class Theirs:
    name: str
    size: int = 1
    tags: dict[str, int] = dataclasses.field(default_factory=dict)
    secret: str = dataclasses.field(default="", repr=False)
    note: str = dataclasses.field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Checked:
    number: int

    def __post_init__(self) -> None:
        if self.number < 0:
            raise ValueError("negative")


@dataclass(frozen=True, slots=True)
class Own:
    a: int

    def __repr__(self) -> str:
        return "mine"

    def __eq__(self, other: object) -> bool:
        return True

    def __hash__(self) -> int:
        return 7


@dataclass(frozen=True, slots=True)
class Inherited(Checked):
    more: str = "x"


@dataclass(frozen=True, slots=True)
class Empty:
    pass


VALUES = st.tuples(st.text(max_size=3), st.integers(0, 2), st.text(max_size=1), st.text(max_size=1))


@given(VALUES, VALUES)
def test_equality_and_text_are_those_of_the_standard_library(
    one: tuple[str, int, str, str], other: tuple[str, int, str, str]
) -> None:
    def make(kind: Any, values: tuple[str, int, str, str]) -> Any:
        return kind(values[0], values[1], secret=values[2], note=values[3])

    assert (make(Ours, one) == make(Ours, other)) is (make(Theirs, one) == make(Theirs, other))
    assert repr(make(Ours, one)) == repr(make(Theirs, one)).replace("Theirs", "Ours")
    assert make(Ours, one) != make(Theirs, one)


@given(st.integers(0, 5), st.integers(0, 5))
def test_equal_values_have_equal_hashes(one: int, other: int) -> None:
    assert (Checked(one) == Checked(other)) is (one == other)
    assert hash(Checked(one)) == hash(Checked(one))
    assert len({Checked(one), Checked(one), Inherited(one)}) == 2


@pytest.mark.parametrize("arguments", [((), {}), (("a", 1, {}, "", "", 2), {}), (("a",), {"colour": 1})])
def test_wrong_arguments_are_refused_in_the_same_words(arguments: tuple[tuple[Any, ...], dict[str, Any]]) -> None:
    said = []
    for kind in (Ours, Ours, Theirs):  # twice: before and after the first instance
        with pytest.raises(TypeError) as caught:
            kind(*arguments[0], **arguments[1])
        said.append(str(caught.value).replace("Theirs", "Ours"))
    assert len(set(said)) == 1


def test_nothing_is_assigned_or_deleted() -> None:
    value = Ours("a")
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot assign to field 'name'"):
        value.name = "b"  # type: ignore[misc]  # the assignment that must fail
    with pytest.raises(dataclasses.FrozenInstanceError, match="cannot delete field 'name'"):
        del value.name
    with pytest.raises(AttributeError):
        value.other = 1  # type: ignore[attr-defined]  # the assignment that must fail
    assert not hasattr(value, "__dict__")


def test_defaults_are_made_for_each_instance() -> None:
    assert Ours("a").tags is not Ours("a").tags


def test_the_rest_of_dataclasses_works() -> None:
    value = Ours("a", 2, {"k": 1})
    assert dataclasses.replace(value, size=3) == Ours("a", 3, {"k": 1})
    assert dataclasses.asdict(value)["tags"] == {"k": 1}
    assert copy.deepcopy(value) == value
    assert pickle.loads(pickle.dumps(Checked(3))) == Checked(3)
    match value:
        case Ours(name, size):
            assert (name, size) == ("a", 2)


def test_what_a_class_defines_itself_stays() -> None:
    assert repr(Own(1)) == "mine"
    assert Own(1) == 5
    assert hash(Own(1)) == 7


def test_checks_after_init_run_in_subclasses_too() -> None:
    assert Inherited(1) == Inherited(1, "x") != Inherited(1, "y")
    for kind in (Checked, Inherited):
        with pytest.raises(ValueError, match="negative"):
            kind(-1)


def test_a_class_without_fields() -> None:
    assert Empty() == Empty()
    assert hash(Empty()) == hash(Empty())
    assert repr(Empty()) == "Empty()"


def test_other_kinds_of_classes_are_refused() -> None:
    with pytest.raises(TypeError, match="only supports frozen=True and slots=True"):
        dataclass(frozen=True, slots=False)


@message
class Asked(Message):
    text: str
    by: int = 1


@message
class AskedTwice(Asked):
    again: str = ""


def test_messages_are_made_from_their_fields_and_can_be_changed() -> None:
    asked, twice = Asked("a", by=2), AskedTwice("b", again="c")
    assert (asked.text, asked.by, twice.text, twice.by, twice.again) == ("a", 2, "b", 1, "c")
    assert asked.is_forwarded is False, "it is a message of Textual"
    asked.text = "b"
    assert asked.text == "b"
    assert asked != Asked("b", 2)
    with pytest.raises(TypeError):
        Asked()  # type: ignore[call-arg]

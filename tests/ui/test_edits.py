from __future__ import annotations

from authlens.ui.draft import Draft
from authlens.ui.edits import Edits, Form, OpenFile

FILE = OpenFile(Draft())


def form(username: str) -> Form:
    return Form(Draft(username=username), FILE)


def test_typing_in_one_field_is_one_step_until_a_pause() -> None:
    edits = Edits()
    for at, text in ((0.0, ""), (0.5, "a"), (0.9, "ab"), (3.0, "abc")):
        edits.record(form(text), "username", at)
    first = edits.undo(form("abcd"))
    second = edits.undo(first.form) if first else None
    assert first is not None
    assert first.form == form("abc")
    assert second is not None
    assert second.form == form("")
    assert edits.undo(form("")) is None


def test_another_field_begins_another_step() -> None:
    edits = Edits()
    edits.record(form(""), "username", 0.0)
    edits.record(form("a"), "client_id", 0.1)
    step = edits.undo(form("ab"))
    assert step is not None
    assert (step.form, step.where) == (form("a"), "client_id")


def test_what_was_undone_can_be_redone_until_the_next_change() -> None:
    edits = Edits()
    edits.record(form(""), None, 0.0)
    edits.undo(form("a"))
    step = edits.redo(form(""))
    assert step is not None
    assert step.form == form("a")
    edits.undo(form("a"))
    edits.record(form(""), None, 5.0)
    assert edits.redo(form("b")) is None

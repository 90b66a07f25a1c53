from __future__ import annotations

from pathlib import Path

from authlens.ui.model.draft import Draft
from authlens.ui.model.edits import Edits, Form, OpenFile

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


def test_what_is_undone_after_saving_or_renaming_belongs_to_the_file_as_it_is_now() -> None:
    edits = Edits()
    other = OpenFile(Draft(), Path("/p/other.yaml"), "o")
    was = OpenFile(Draft(), Path("/p/a.yaml"), "1")
    edits.record(Form(Draft(username="x"), other), None, 0.0)
    edits.record(Form(Draft(username="y"), was), None, 1.0)
    edits.undo(Form(Draft(username="z"), was))
    saved = was.saved(Draft(username="y"), Path("/p/a.yaml"), "2").renamed(Path("/p/b.yaml"))
    edits.refile(was, saved)

    redone = edits.redo(Form(Draft(username="y"), saved))
    undone = [edits.undo(Form(Draft(), saved)) for _ in range(2)]

    assert [step.form.file for step in (redone, *undone) if step is not None] == [saved, saved, other]


def test_a_file_is_the_source_of_what_was_sent_from_it_under_whatever_name() -> None:
    renamed = OpenFile(Draft(), Path("/p/a.yaml"), "1").renamed(Path("/p/b.yaml"))
    assert all(renamed.is_source(path) for path in ("/p/a.yaml", "/p/b.yaml"))
    assert not renamed.is_source("/p/c.yaml")
    assert renamed.saved(Draft(), Path("/p/b.yaml"), "2").is_source("/p/a.yaml")
    assert not renamed.saved(Draft(), Path("/p/c.yaml"), "2").is_source("/p/a.yaml"), "that is another file"
    assert not OpenFile(Draft()).is_source("/p/a.yaml")

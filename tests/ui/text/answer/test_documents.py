from __future__ import annotations

from dataclasses import replace

from authlens.core.invocation.local_run import LocalRun
from authlens.ui.text import page
from authlens.ui.text.answer import documents
from support.stored_invocations import short


def plain(lines: tuple[page.Line, ...]) -> str:
    return "\n".join(line.content.plain for line in lines)


def test_documents_are_laid_out_under_their_headings_and_numbered() -> None:
    lines = documents.document_lines(['{"a":1}', "[]"])
    assert plain(lines) == (
        'Document 1 of 2  7 of 2,048 characters\n{\n  "a": 1\n}\n\nDocument 2 of 2  2 of 2,048 characters\n[]'
    )
    assert [(line.document, line.number) for line in lines if line.number] == [(0, 1), (0, 2), (0, 3), (1, 1)]


def test_a_document_that_is_not_json_is_shown_as_it_came_with_the_place_of_its_fault() -> None:
    text = plain(documents.document_lines(['{"a":\x1b]0;x'])).split("\n")
    assert text[1] == "✗ Not JSON: Expecting value at line 1, column 6. Shown as received."
    assert text[2] == '{"a":␛]0;x'


def test_a_document_that_is_too_long_has_it_in_its_heading() -> None:
    assert "✗ 2,050 of 2,048 characters" in plain(documents.document_lines(['"' + "x" * 2048 + '"']))


def test_no_documents_are_described_in_words() -> None:
    assert "may do nothing" in plain(documents.document_lines(()))


def test_a_long_text_is_cut_and_the_cut_is_marked() -> None:
    lines = page.body_lines("x" * (page.MOST_SHOWN + 10))
    assert lines[-1].content.plain == "Showing the first 262,144 of 262,154 characters."
    assert len(page.text_lines("\n" * 10_000)) == page.MOST_LINES + 1


def test_the_log_ends_with_what_ran_the_function_here() -> None:
    run = LocalRun("Python 3.11.7 (/usr/bin/python3)", ("A layer is missing.",))
    lines = documents.page_lines("log", replace(short(log="printed"), local_run=run))
    assert plain(lines).split("\n") == ["printed", "Ran on Python 3.11.7 (/usr/bin/python3).", "A layer is missing."]
    assert plain(documents.page_lines("log", replace(short(), local_run=run))).startswith(
        "The function printed nothing."
    )

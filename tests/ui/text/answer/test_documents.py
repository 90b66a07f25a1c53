from __future__ import annotations

from authlens.ui.text import page
from authlens.ui.text.answer import documents


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
    assert text[1] == "✗ Not JSON: Expecting value at line 1, column 6. Shown as it came."
    assert text[2] == '{"a":␛]0;x'


def test_too_long_a_document_is_told_in_its_heading() -> None:
    assert "✗ 2,050 of 2,048 characters" in plain(documents.document_lines(['"' + "x" * 2048 + '"']))


def test_no_documents_are_told_in_words() -> None:
    assert "may do nothing" in plain(documents.document_lines(()))


def test_a_long_text_is_cut_and_the_cut_is_told() -> None:
    lines = page.body_lines("x" * (page.MOST_SHOWN + 10))
    assert lines[-1].content.plain == "Showing the first 262,144 of 262,154 characters."
    assert len(page.text_lines("\n" * 10_000)) == page.MOST_LINES + 1

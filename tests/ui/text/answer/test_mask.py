from __future__ import annotations

import pytest
from textual.content import Content

from authlens.core.secrets.redaction import MASK, Redactor
from authlens.ui.text.answer.mask import REVEALED, Mask
from authlens.ui.text.page import Line, Mark, PageItem

SECRET = "canary-token"

TEXTS = {
    "alone": (SECRET, MASK),
    "in the middle": (f"a {SECRET} b", f"a {MASK} b"),
    "twice": (f"{SECRET}{SECRET} {SECRET}", f"{MASK}{MASK} {MASK}"),
    "next to a part of itself": (f"token {SECRET} token", f"token {MASK} token"),
    "next to the mask": (f"{MASK} {SECRET}", f"{MASK} {MASK}"),
    "not at all": ("user sensor-7", "user sensor-7"),
}


@pytest.mark.parametrize(("text", "shown"), TEXTS.values(), ids=TEXTS)
def test_text(text: str, shown: str) -> None:
    mask = Mask(Redactor([SECRET]))
    assert mask.content(Content.styled(text, "bold")).plain == shown == mask.text(text)
    assert mask.has_hidden is (text != shown)
    assert REVEALED.content(Content(text)).plain == text


def test_the_rest_keeps_its_style() -> None:
    content = Content.assemble(("key", "bold"), f": {SECRET} ", ("end", "red"))
    hidden = Mask(Redactor([SECRET])).content(content)
    styled = {hidden.plain[span.start : span.end]: span.style for span in hidden.spans}
    assert styled == {"key": "bold", "end": "red"}


def test_lines_items_and_marks() -> None:
    mask = Mask(Redactor([SECRET]))
    line, other = Line(Content(f"say {SECRET}"), 3, 1), Line(Content("innocent"), 4, 1)
    hidden = mask.lines((line, other))
    assert [(each.content.plain, each.number, each.document) for each in hidden] == [
        (f"say {MASK}", 3, 1),
        ("innocent", 4, 1),
    ]
    assert mask.lines((other,)) == (other,)
    (item,) = mask.items([PageItem((Content(SECRET),), (1, 2))])
    assert (item.lines[0].plain, item.place) == (MASK, (1, 2))
    assert mask.marks({(0, 1): (Mark("!", "red", f"not {SECRET}"),)}) == {(0, 1): (Mark("!", "red", f"not {MASK}"),)}

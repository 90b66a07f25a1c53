"""What the form hides stays hidden if an answer repeats it: in documents, messages, the wire and the log. Pure.

The rule: token, signature, password and values whose name suggests a secret. Values that are merely long stay readable
here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, TypeVar

from textual.content import Content

from authlens.core.invocation.invocation import Invocation
from authlens.ui.text.page import Line, Mark, PageItem

if TYPE_CHECKING:
    from authlens.core.secrets.redaction import Redactor

Place = TypeVar("Place")


class Mask:
    """For texts about one invocation; without a redactor it hides nothing."""

    def __init__(self, redactor: Redactor | None = None) -> None:
        self._redactor = redactor
        self.has_hidden = False
        """Whether anything has been hidden so far."""

    def text(self, text: str) -> str:
        if self._redactor is None:
            return text
        hidden = self._redactor.text(text)
        self.has_hidden = self.has_hidden or hidden != text
        return hidden

    def content(self, content: Content) -> Content:
        """The styled text with its secrets replaced; other styles are kept."""
        hidden = self.text(content.plain)
        return content if hidden == content.plain else _replaced(content, hidden)

    def lines(self, lines: tuple[Line, ...]) -> tuple[Line, ...]:
        whole = "\n".join(line.content.plain for line in lines)
        if self.text(whole) == whole:
            return lines
        return tuple(replace(line, content=self.content(line.content)) for line in lines)

    def items(self, items: Iterable[PageItem]) -> list[PageItem]:
        return [replace(item, lines=tuple(map(self.content, item.lines))) for item in items]

    def marks(self, marks: Mapping[Place, tuple[Mark, ...]]) -> Mapping[Place, tuple[Mark, ...]]:
        return {
            place: tuple(replace(mark, text=self.text(mark.text)) for mark in those) for place, those in marks.items()
        }


REVEALED = Mask()
"""Hides nothing."""


@lru_cache(maxsize=4)
def mask_for(invocation: Invocation) -> Mask:
    from authlens.core.secrets.invocation_redaction import redactor_of  # loaded with the first answer

    return Mask(redactor_of(invocation, certain=True))


def _replaced(content: Content, hidden: str) -> Content:
    """`hidden` in the styles of the content, piece by piece between its masks."""
    from authlens.core.secrets.redaction import MASK

    parts: list[Content] = []
    at, plain = 0, content.plain
    for number, piece in enumerate(hidden.split(MASK)):
        found = plain.find(piece, at)
        parts += [Content(MASK)] if number else []
        parts.append(content[found : found + len(piece)] if found >= 0 else Content(piece))
        at = max(at, found + len(piece))
    return Content.assemble(*parts)

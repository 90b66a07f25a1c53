"""A value with its secret parts covered, and the way between places in it and in what is shown. Pure.

The rule: a cover is always as long, so that it does not tell the length of what it hides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import accumulate

from authlens.frozen import dataclass

COVER = "••••••••"

Span = tuple[int, int]
Hide = Callable[[str], Sequence[Span]]
"""Start and end of every part of a value that is to be covered, in order; none of them is empty."""


@dataclass(frozen=True, slots=True)
class PartlyHidden:
    value: str
    spans: tuple[Span, ...]

    @property
    def shown(self) -> str:
        ends = (0, *(end for _, end in self.spans))
        starts = (*(start for start, _ in self.spans), len(self.value))
        return COVER.join(self.value[end:start] for end, start in zip(ends, starts, strict=True))

    def place_shown(self, place: int) -> int:
        """Where a place in the value is shown; one in a covered part at the nearer edge of the cover."""
        for (start, end), cover in zip(self.spans, self._covers(), strict=True):
            if place <= start:
                return place + cover - start
            if place < end:
                return cover + _within(place - start, end - start, len(COVER))
        return place + len(self.shown) - len(self.value)

    def place_in_value(self, place: int) -> int:
        """Which place in the value is shown there; one within a cover counts from the nearer edge."""
        for (start, end), cover in zip(self.spans, self._covers(), strict=True):
            if place <= cover:
                return place + start - cover
            if place < cover + len(COVER):
                return start + _within(place - cover, len(COVER), end - start)
        return place + len(self.value) - len(self.shown)

    def _covers(self) -> tuple[int, ...]:
        """Where each cover begins in what is shown."""
        gained = accumulate((len(COVER) - (end - start) for start, end in self.spans), initial=0)
        return tuple(start + more for (start, _), more in zip(self.spans, gained, strict=False))


def _within(place: int, length: int, other: int) -> int:
    """A place inside a part as a place inside its other form, as far from the nearer edge as that has room."""
    before, after = place, length - place
    return min(before, other) if before < after else max(0, other - after)


def cover(value: str, hide: Hide, also: Sequence[Span] = ()) -> PartlyHidden | None:
    """`None` where there is nothing to cover. also: parts to cover besides."""
    spans: list[Span] = []
    for start, end in sorted((*hide(value), *also)):
        if spans and start < spans[-1][1]:
            spans[-1] = (spans[-1][0], max(end, spans[-1][1]))
        else:
            spans.append((start, end))
    return PartlyHidden(value, tuple(spans)) if spans else None


def after_edit(spans: Sequence[Span], start: int, end: int, gained: int) -> tuple[Span, ...]:
    """Where these parts are after an edit of what is between two places, by which the value gained so many characters.

    What is typed inside a part belongs to it.
    """

    def moved(place: int, inside: int) -> int:
        return place if place <= start else place + gained if place >= end else inside

    found = ((moved(first, end + gained), moved(last, start)) for first, last in spans)
    return tuple((first, last) for first, last in found if first < last)

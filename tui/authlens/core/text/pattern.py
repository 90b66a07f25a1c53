"""Regular expressions written by users, with limits on the pattern, the text searched and the time spent.

The rule: a pattern is compiled when it is first used, never when its file is read. A file that is merely in a folder
costs nothing, and its later cost is bounded by its size, which is counted without compiling it.
"""

from __future__ import annotations

import re
from functools import lru_cache

LIMIT = 0.5
"""Seconds of processor time. A sensible pattern takes microseconds."""
LONGEST = 500
"""Characters in a pattern: the time to search for a long run of one character grows with the cube of its length."""
LARGEST = 5_000
"""Items in a pattern with its counted repeats expanded: `(?:ab){3}` has six."""
DEEPEST = 50
"""Nested groups."""
MOST_SEARCHED = 65_536
"""Characters of a text that are searched; AWS's answers are far shorter."""

_COUNT = re.compile(r"\{([0-9]*)(?:(,)([0-9]*))?\}")
_GROUP = re.compile(r"\((?:\?(?:<[=!]|P?<[^>)]*>?|P[=>][^)]*|[a-zA-Z0-9^-]*:|[=!>|]|[a-zA-Z]+|R|&))?")
_SET = re.compile(r"\[\^?\]?(?:\\.|[^\]\\])*\]", re.DOTALL)
_ESCAPE = re.compile(r"\\(?:[pPN]\{[^}]*\}|.)", re.DOTALL)


class Unsearchable(Exception):
    """The pattern cannot be used; the message is a complete sentence."""


class TooSlow(Unsearchable):
    """The search ran out of time."""

    def __init__(self, pattern: str) -> None:
        super().__init__(
            f"the pattern /{pattern}/ was abandoned after {LIMIT:g} s; rewrite it without nested repeats such as (a|a)*"
        )


class NotAPattern(Unsearchable):
    """The pattern is not a valid regular expression, or is too large."""

    def __init__(self, pattern: str, why: str) -> None:
        super().__init__(f"/{pattern[:60]}{'…' * (len(pattern) > 60)}/ is not a valid regular expression: {why}")


def problem(pattern: str) -> str | None:
    """What is wrong with the pattern, as far as can be determined without compiling it."""
    if len(pattern) > LONGEST:
        return f"it has {len(pattern):,} characters, and at most {LONGEST} are allowed"
    try:
        size = items_of(pattern)
    except ValueError as error:
        return str(error)
    return f"its repeats come to more than {LARGEST:,} items" if size > LARGEST else None


def items_of(pattern: str) -> int:
    """The items in a pattern with its counted repeats expanded, or some number over the limit. Raises ValueError."""
    return _Sizing(pattern).size()


def found(pattern: str, text: str) -> bool:
    """Whether the pattern matches anywhere in the first `MOST_SEARCHED` characters of the text. Raises Unsearchable."""
    answer = _searched(pattern, text[:MOST_SEARCHED])
    if isinstance(answer, Unsearchable):
        raise answer
    return answer


@lru_cache(maxsize=32)
def _searched(pattern: str, text: str) -> bool | Unsearchable:
    """Cached, because the app asks again on every redraw."""
    import regex

    why = problem(pattern)
    if why is not None:
        return NotAPattern(pattern, why)
    try:
        return regex.search(pattern, text, timeout=LIMIT, concurrent=True) is not None
    except TimeoutError:
        return TooSlow(pattern)
    except (regex.error, OverflowError, RecursionError, ValueError) as error:
        return NotAPattern(pattern, str(getattr(error, "msg", error)) or "it is too large")


class _Sizing:
    """Counts the items in a pattern with its counted repeats expanded. Raises ValueError for obvious errors."""

    def __init__(self, pattern: str) -> None:
        self._pattern = pattern
        self._at = 0

    def size(self) -> int:
        total, last, groups = 0, 0, list[int]()
        """`last` is the size of the item a repeat would apply to; `groups` is the stack of totals outside the open
        groups."""
        while self._at < len(self._pattern):
            character = self._pattern[self._at]
            if character == "(":
                self._take(_GROUP)
                groups.append(total)
                total = last = 0
                if len(groups) > DEEPEST:
                    raise ValueError(f"more than {DEEPEST} nested groups")
            elif character == ")":
                if not groups:
                    raise ValueError("unbalanced )")
                last, total = total, groups.pop() + total
                self._at += 1
            else:
                last, total = self._item(character, last, total)
            if total > LARGEST:
                return total
        if groups:
            raise ValueError("missing )")
        return total

    def _item(self, character: str, last: int, total: int) -> tuple[int, int]:
        if character == "{":
            times = self._times()
            if times is not None:
                return last * times, total + last * (times - 1)
        elif character == "[":
            if not self._take(_SET):
                raise ValueError("missing ]")
            return 1, total + 1
        elif character == "\\":
            if not self._take(_ESCAPE):
                raise ValueError("bad escape at the end")
            return 1, total + 1
        self._at += 1
        return (last, total) if character in "*+?" else (1, total + 1)

    def _times(self) -> int | None:
        """The largest count of `{m,n}`; `None` if the brace is a literal character."""
        count = _COUNT.match(self._pattern, self._at)
        if count is None or not (count[1] or count[3]):
            return None
        self._at = count.end()
        return max(int(digits) for digits in (count[1], count[3]) if digits) or 1

    def _take(self, part: re.Pattern[str]) -> bool:
        if match := part.match(self._pattern, self._at):
            self._at = match.end()
        return match is not None

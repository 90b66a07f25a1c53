"""Regular expressions that the user writes: searched for with a time limit, for one may backtrack without end.

Python's own `re` cannot be interrupted, so that a single such pattern would hang a whole suite.
"""

from __future__ import annotations

from functools import lru_cache

LIMIT = 0.5
"""Seconds of processor time. What a pattern is meant for takes microseconds."""


class TooSlow(Exception):
    """A pattern that was given up; the text is a whole sentence."""

    def __init__(self, pattern: str) -> None:
        super().__init__(
            f"the pattern /{pattern}/ was given up after {LIMIT:g} s: it repeats what it repeats already, as (a|a)* "
            "does; write it without"
        )


def problem(pattern: str) -> str | None:
    """Why this is no regular expression; `None` when it is one."""
    import regex

    try:
        regex.compile(pattern)
    except regex.error as error:
        return str(getattr(error, "msg", error))
    except (OverflowError, RecursionError):
        return "too large"
    return None


def found(pattern: str, text: str) -> bool:
    """Whether the text holds a match. What is no regular expression is found nowhere. Raises TooSlow."""
    answer = _searched(pattern, text)
    if answer is None:
        raise TooSlow(pattern)
    return answer


@lru_cache(maxsize=32)
def _searched(pattern: str, text: str) -> bool | None:
    """`None` when it was given up; remembered, for the app asks again whenever it draws."""
    import regex

    try:
        return regex.search(pattern, text, timeout=LIMIT, concurrent=True) is not None
    except TimeoutError:
        return None
    except (regex.error, OverflowError, RecursionError):
        return False

"""Regular expressions of another package that are compiled when they are first used, and not when it is imported.

PyYAML compiles nineteen at import, which takes a thirtieth of the time to the first paint; libyaml needs none of them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any


class LatePattern:
    """A pattern that is compiled when the first of its methods is used."""

    def __init__(self, pattern: Any, flags: Any = 0) -> None:
        self._given = (pattern, flags)

    def __getattr__(self, name: str) -> Any:
        found = getattr(re.compile(*self._given), name)
        setattr(self, name, found)
        return found


@contextmanager
def compiled_late(package: str) -> Iterator[None]:
    """While the package is imported, what its own modules compile is a LatePattern."""
    compile_now = re.compile

    def compile_(pattern: Any, flags: Any = 0) -> Any:
        importing = str(sys._getframe(1).f_globals.get("__name__"))
        late = importing.partition(".")[0] == package
        return LatePattern(pattern, flags) if late else compile_now(pattern, flags)

    re.compile = compile_
    try:
        yield
    finally:
        re.compile = compile_now

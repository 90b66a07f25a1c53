"""Raises at a call that leaves given modules, wherever it is: by the interpreter's own tracing, with nothing replaced.

A site is a line of a module and what it calls: a function of the system, of Python's library or of another package.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

import authlens

ROOT = str(Path(authlens.__file__).parent)
Site = tuple[str, int, str]
SYSTEM = frozenset(
    ("posix", "io", "_io", "_socket", "_sqlite3", "sqlite3", "fcntl", "select", "_posixsubprocess", "_ssl")
)

SHARED = "user_path.py"
OF_THE_INTERPRETER = ("_find", "_handle", "_lock", "_Module", "<module>", "_call_with", "__del__")
CANNOT_FAIL = (
    *("PurePath.", "Path.__new__", "_PathParents"),
    *("suppress.", "closing.", "contextmanager.", "_GeneratorContextManager.", "lru_cache"),
    *("WeakSet", "WeakValueDictionary", "WeakKeyDictionary", "Event.set", "Condition.", "Thread.join"),
)
"""Work on the text of a path, which the system is not asked for; Python's own helpers; memory and waiting, of which
nothing can say that they failed."""


def site_of(frame: FrameType, event: str, called: Any, rooms: tuple[str, ...]) -> Site | None:
    """The place where the rooms call something outside authlens that may fail."""
    # Thousands of calls pass here for each that leaves the rooms.
    if event == "c_call":
        caller = frame
    elif event != "call" or frame.f_back is None:
        return None
    else:
        caller = frame.f_back
    place = _place_in(caller.f_code.co_filename, rooms)
    if not place:
        return None
    if place == SHARED:
        place = f"{place} for {_user_of(caller)}"
    if event == "c_call":
        owner = getattr(called, "__module__", None) or type(getattr(called, "__self__", None)).__module__
        return (place, caller.f_lineno, getattr(called, "__qualname__", "?")) if owner in SYSTEM else None
    name = frame.f_code.co_qualname
    is_outside = not frame.f_code.co_filename.startswith((ROOT, "<")) and not name.startswith(OF_THE_INTERPRETER)
    return (place, caller.f_lineno, name) if is_outside else None


def _user_of(frame: FrameType) -> str:
    """The line that uses the module in which every file is opened: each use is a site of its own."""
    outer = frame.f_back
    while outer is not None and _place(outer.f_code.co_filename) in ("", SHARED):
        outer = outer.f_back
    return "" if outer is None else f"{_place(outer.f_code.co_filename)}:{outer.f_lineno}"


@cache
def _place(file: str) -> str:
    """The module below authlens; empty for others."""
    return file[len(ROOT) + 1 :] if file.startswith(ROOT) else ""


@cache
def _place_in(file: str, rooms: tuple[str, ...]) -> str:
    place = _place(file)
    return place if place.startswith(rooms) else ""


@contextmanager
def watching(seen: Callable[[Site], None], rooms: tuple[str, ...]) -> Iterator[None]:
    """Report every such call, also in threads that are started; what `seen` raises is raised by the call."""

    def trace(frame: FrameType, event: str, called: Any) -> None:
        site = site_of(frame, event, called, rooms)
        if site is not None:
            seen(site)

    threading.setprofile(trace)
    sys.setprofile(trace)
    try:
        yield
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def sites(act: Callable[[], object], rooms: tuple[str, ...]) -> list[Site]:
    """Every site that the act passes, in the order of the first time."""
    found: dict[Site, None] = {}
    with watching(lambda site: found.setdefault(site), rooms):
        act()
    return list(found)


def act_with_fault(act: Callable[[], object], rooms: tuple[str, ...], wanted: Site, error: BaseException) -> bool:
    """Do it with the error raised where the site is passed first. Whether that happened."""
    passed: list[Site] = []

    def raise_there(site: Site) -> None:
        if passed:
            sys.setprofile(None)
        elif site == wanted:
            passed.append(site)
            threading.setprofile(None)
            raise error

    with watching(raise_there, rooms):
        act()
    return bool(passed)

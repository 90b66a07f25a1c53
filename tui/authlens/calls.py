"""Slow work on daemon threads: the one edge where whatever it raises is caught, and handed to the one who waits.

A call cannot be killed. By its deadline it is left behind, and its late answer goes nowhere.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class TooLate(Exception):
    """No answer came by the deadline."""


class Attempt(Generic[Answer]):
    """What became of some work: its answer, or what it raised."""

    def __init__(self, work: Callable[[], Answer]) -> None:
        self.error: BaseException | None = None
        self._answers: list[Answer] = []
        try:
            self._answers.append(work())
        except BaseException as error:  # noqa: BLE001  # raised again where the answer is awaited
            self.error = error

    def answer(self) -> Answer:
        """Raises what the work raised."""
        if self.error is not None:
            raise self.error
        return self._answers[0]


def start(work: Callable[[], Answer], done: Callable[[Attempt[Answer]], None]) -> threading.Thread:
    """Work on a thread of its own, which also calls `done`."""
    thread = threading.Thread(target=lambda: done(Attempt(work)), daemon=True)
    thread.start()
    return thread


def within(seconds: float, work: Callable[[], Answer]) -> Answer:
    """The answer of the work. Raises what it raised, or TooLate."""
    attempts: list[Attempt[Answer]] = []
    start(work, attempts.append).join(seconds)
    if not attempts:
        raise TooLate
    return attempts[0].answer()

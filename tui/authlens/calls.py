"""Runs slow work on daemon threads, catching any exception and passing it to the waiting caller.

A call cannot be killed. At its deadline it is abandoned, and a late result is discarded.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

Answer = TypeVar("Answer")


class TooLate(Exception):
    """There was no result by the deadline."""


class Attempt(Generic[Answer]):
    """The outcome of some work: its result, or the exception it raised."""

    def __init__(self, work: Callable[[], Answer]) -> None:
        self.error: BaseException | None = None
        self._answers: list[Answer] = []
        try:
            self._answers.append(work())
        except BaseException as error:  # noqa: BLE001  # raised again where the result is awaited
            self.error = error

    def answer(self) -> Answer:
        """The result. Raises what the work raised."""
        if self.error is not None:
            raise self.error
        return self._answers[0]


def start(work: Callable[[], Answer], done: Callable[[Attempt[Answer]], None]) -> threading.Thread:
    """Run work on its own thread, which also calls `done`."""
    thread = threading.Thread(target=lambda: done(Attempt(work)), daemon=True)
    thread.start()
    return thread


def within(seconds: float, work: Callable[[], Answer]) -> Answer:
    """The result of the work. Raises what it raised, or TooLate."""
    attempts: list[Attempt[Answer]] = []
    start(work, attempts.append).join(seconds)
    if not attempts:
        raise TooLate
    return attempts[0].answer()

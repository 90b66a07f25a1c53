"""Works on many items at once and returns the results in their order. Nothing waits for a call that hangs."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Generator, Iterator, Sequence
from functools import partial
from typing import Generic, TypeVar

from authlens import calls

Job = TypeVar("Job")
Done = TypeVar("Done")


class Workers(Generic[Job, Done]):
    """Daemon threads, so that an interrupted run ends at once."""

    def __init__(self, work: Callable[[Job], Done], concurrency: int) -> None:
        self._work = work
        self._concurrency = concurrency
        self._stopped = threading.Event()

    def run(self, jobs: Sequence[Job]) -> Generator[Done, None, None]:
        """Each job's result as soon as it and all earlier ones are there. An error is raised in place of its result.

        Closing the generator starts no more jobs.
        """
        waiting: queue.SimpleQueue[tuple[int, Job]] = queue.SimpleQueue()
        finished: queue.SimpleQueue[tuple[int, calls.Attempt[Done]]] = queue.SimpleQueue()
        for numbered in enumerate(jobs):
            waiting.put(numbered)
        try:
            self._start(min(self._concurrency, len(jobs)), lambda: self._take(waiting, finished))
            yield from self._in_order(finished, len(jobs))
        finally:
            self._stopped.set()

    @staticmethod
    def _start(count: int, take: Callable[[], None]) -> None:
        """As many threads as the system has left; without any, the work is done here."""
        for number in range(count):
            try:
                calls.start(take, lambda _: None)
            except (RuntimeError, OSError):
                if not number:
                    take()
                return

    def _take(
        self,
        waiting: queue.SimpleQueue[tuple[int, Job]],
        finished: queue.SimpleQueue[tuple[int, calls.Attempt[Done]]],
    ) -> None:
        while not self._stopped.is_set():
            try:
                place, job = waiting.get_nowait()
            except queue.Empty:
                return
            finished.put((place, calls.Attempt(partial(self._work, job))))

    def _in_order(self, finished: queue.SimpleQueue[tuple[int, calls.Attempt[Done]]], count: int) -> Iterator[Done]:
        early: dict[int, calls.Attempt[Done]] = {}
        for place in range(count):
            while place not in early:
                found, result = finished.get()
                early[found] = result
            yield early.pop(place).answer()

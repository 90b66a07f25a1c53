"""The one way to wait for something slow: on a daemon thread, with a deadline, its late answer ignored.

Not `asyncio.to_thread`: leaving the app would wait for its executor. Nothing in here touches a widget.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

from authlens import calls

Answer = TypeVar("Answer")

MOST_LEFT_BEHIND = 8
"""How many abandoned threads may still run."""


class TooManyAbandoned(Exception):
    """Abandoned calls are still running; more would pile up."""

    def __init__(self) -> None:
        super().__init__(f"{MOST_LEFT_BEHIND} abandoned calls are still running. Wait for one of them to end.")


_left_behind: set[threading.Thread] = set()


async def call(work: Callable[[], Answer], seconds: float | None = None) -> Answer:
    """The answer of `work`. Raises what it raised, or TimeoutError; when cancelled, the thread is abandoned."""
    _left_behind.intersection_update(thread for thread in tuple(_left_behind) if thread.is_alive())
    if len(_left_behind) >= MOST_LEFT_BEHIND:
        raise TooManyAbandoned
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Answer] = loop.create_future()

    def settle(attempt: calls.Attempt[Answer]) -> None:
        if future.done():
            return
        if attempt.error is not None:
            future.set_exception(attempt.error)
        else:
            future.set_result(attempt.answer())

    def done(attempt: calls.Attempt[Answer]) -> None:
        with suppress(RuntimeError):  # the loop is closed: the app was left while this ran
            loop.call_soon_threadsafe(settle, attempt)

    thread = calls.start(work, done)
    try:
        return await asyncio.wait_for(future, seconds)
    except (asyncio.CancelledError, TimeoutError):
        _left_behind.add(thread)
        raise

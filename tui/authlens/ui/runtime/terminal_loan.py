"""Hands the terminal to another program and takes it back.

Signals meant for that program are not ours: a Ctrl+C in a pager must not end the app. Others are handled afterwards.
"""

from __future__ import annotations

import signal
import sys
import termios
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

from textual.app import App, SuspendNotSupported

from authlens.ui.runtime.programs import ProgramFailed

_SIGNALS = (signal.SIGINT, signal.SIGQUIT, signal.SIGTERM, signal.SIGHUP)
_NOT_OURS = (signal.SIGINT, signal.SIGQUIT)


def lend(app: App[Any], work: Callable[[], object]) -> None:
    """Run it while the app has left the terminal. Raises ProgramFailed, also if the app cannot leave it."""
    failed: ProgramFailed | None = None
    with _signals_kept():
        try:
            with app.suspend():
                _forget_keys()
                try:
                    work()
                except ProgramFailed as error:
                    failed = error  # Textual 8.2.8 would not take the terminal again after an exception
                _forget_keys()
        except SuspendNotSupported:
            raise ProgramFailed("This terminal cannot be handed to another program.") from None
    if failed is not None:
        raise failed


@contextmanager
def _signals_kept() -> Iterator[None]:
    """The event loop receives no signal meanwhile: it would act on each of them once the terminal is back."""
    caught: list[int] = []
    wakeup = signal.set_wakeup_fd(-1)
    before = {number: signal.signal(number, lambda number, _: caught.append(number)) for number in _SIGNALS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.set_wakeup_fd(wakeup)
    for each in caught:
        if each not in _NOT_OURS:
            signal.raise_signal(each)


def _forget_keys() -> None:
    """Input typed ahead for one program must not reach the other."""
    with suppress(termios.error, ValueError, OSError):
        termios.tcflush(sys.__stdin__.fileno() if sys.__stdin__ else 0, termios.TCIFLUSH)

"""Ends the program when its terminal is gone and no signal arrived: a parent may keep SIGHUP to itself.

Textual 8.2.8 would go on for ever: its reader spins on the end of the input, and its writer ends with the first write
that fails, after which the event loop waits for it.
"""

from __future__ import annotations

import os
import select
import signal
import threading
from collections.abc import Callable
from contextlib import suppress

CODE = 128 + signal.SIGHUP
GRACE = 2.0
"""Seconds for leaving in order."""


def watch(terminal: int, leave: Callable[[], object]) -> None:
    """Call `leave` once the terminal is gone, on a thread of its own; if that fails, end the process."""
    threading.Thread(target=_wait, args=(terminal, leave), name="hang-up", daemon=True).start()


def _wait(terminal: int, leave: Callable[[], object]) -> None:
    poller = select.poll()
    # No event is asked for: a hang-up is reported unasked.
    poller.register(terminal, 0)
    if any(event & select.POLLHUP for _, event in poller.poll()):
        with suppress(RuntimeError):  # the event loop has ended already
            leave()
        threading.Event().wait(GRACE)
        os._exit(CODE)

"""Handles Ctrl+C during imports and after the program is done: it ends at once, without a traceback.

Importing this installs the handler, only for the program itself; while `main` runs it handles Ctrl+C on its own.
"""

# Not `signal`: it builds enumerations first, and until the handler is installed Ctrl+C shows a traceback.
import _signal as signal  # type: ignore[import-not-found]
import os
import sys

INTERRUPTED = 130


def end_quietly() -> None:
    """From now on Ctrl+C ends the process at once, because nothing would be lost."""
    if _is_the_program() and signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGINT, _end)


def raise_interrupt() -> None:
    """From now on Ctrl+C raises KeyboardInterrupt, as usual."""
    if signal.getsignal(signal.SIGINT) is _end:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def _end(number: int, frame: object) -> None:
    os._exit(INTERRUPTED)


def _is_the_program() -> bool:
    """Whether this process is authlens, and not a test or tool that imports it."""
    return os.path.basename(sys.argv[0]) == "authlens" or sys.argv[0].endswith(os.path.join("authlens", "__main__.py"))


end_quietly()

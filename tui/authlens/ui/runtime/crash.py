"""What is shown and written when the app itself fails, or a part of its work does.

The rule: places in the program and never a value. An exception's message may quote a secret, so it is left out.
"""

from __future__ import annotations

import platform
import traceback
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import textual

from authlens import __version__
from authlens.core.invocation.invocation import fault_of

EXIT_CODE = 255
"""Of an internal fault, as docs/commands.md says."""
_SHOWN = 6


def message(error: BaseException, report: Path | None) -> str:
    """What went wrong and where, for the terminal that the app has left."""
    error = _own(error)
    return "\n".join(
        [
            f"authlens stopped because of an internal error ({type(error).__name__}).",
            *_places(error)[-_SHOWN:],
            f"Your saved requests and history are kept. {_where(report)}",
        ]
    )


def sentence(error: Exception, report: Path | None) -> str:
    """What failed while the app goes on."""
    return f"{fault_of(error).message} Everything else continues to work. {_where(report)}"


def _where(report: Path | None) -> str:
    return f"A report without any of your data is in {report}." if report else "No report could be written."


def report(error: BaseException, now: datetime) -> str:
    """Like `message`, with the whole stack and every cause."""
    lines = [
        f"authlens {__version__} had an internal error at {now:%Y-%m-%d %H:%M:%S %Z}.",
        f"Textual {textual.__version__}, Python {platform.python_version()}, {platform.system()} {platform.release()}",
    ]
    for led_to in _chain(_own(error)):
        lines += ["", f"{type(led_to).__module__}.{type(led_to).__qualname__} at", *_places(led_to)]
    return "\n".join(lines) + "\n"


def keep(text: str, path: Path) -> bool:
    """Write the report, readable only by its owner, over the last one. Returns whether it succeeded."""
    from authlens.store.files import make_own_folder, write_whole

    try:
        make_own_folder(path.parent)
        write_whole(path, text.encode("utf-8", "backslashreplace"))
    except OSError:
        return False
    return True


def _own(error: BaseException) -> BaseException:
    """Textual wraps what a worker raised."""
    wrapped = getattr(error, "error", None)
    return wrapped if isinstance(wrapped, BaseException) else error


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """The error, and what it was raised from or in the midst of; a chain may be a ring."""
    seen: list[BaseException] = []
    while error is not None and error not in seen:
        seen.append(error)
        yield error
        error = error.__cause__ or error.__context__


def _places(error: BaseException) -> list[str]:
    frames = traceback.extract_tb(error.__traceback__)
    return [f"  {_file(frame.filename)}:{frame.lineno} in {frame.name}" for frame in frames]


def _file(name: str) -> str:
    """Without the folders above the package, which name the user."""
    return "/".join(Path(name).parts[-3:])

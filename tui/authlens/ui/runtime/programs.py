"""The user's programs that take over the terminal: an editor for a text, a pager for a document.

The rule: a text is kept in a private folder of ours, and only until the program ends, or until the next start where
both the program and the app were killed.
"""

from __future__ import annotations

import os
import shlex
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Collection, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from authlens.core.text.yaml_reader import MAX_BYTES
from authlens.frozen import dataclass
from authlens.store.files import make_own_folder, opened_folder, reason, take_lock
from authlens.user_path import content_of

_EDITORS = ("nano", "vim", "vi")
_PAGERS = ("less", "more")
_NOT_FOUND = 127
_PREFIX = "edit-"
_NEW = 60.0
"""Seconds in which a folder may not be marked as in use yet."""


class ProgramFailed(Exception):
    """The program is missing or failed; the text is a whole sentence."""


@dataclass(frozen=True, slots=True)
class Program:
    command: str
    """As a shell accepts it: with options and variables."""
    origin: str
    """Where it was named, such as `$EDITOR`."""


def editor(environ: Mapping[str, str]) -> Program:
    """The user's editor, otherwise nano, vim or vi. Raises ProgramFailed."""
    return _named("editor", environ, ("VISUAL", "EDITOR"), _EDITORS)


def pager(environ: Mapping[str, str]) -> Program:
    """The user's pager, otherwise less or more. Raises ProgramFailed."""
    return _named("pager", environ, ("PAGER",), _PAGERS)


def _named(what: str, environ: Mapping[str, str], variables: Sequence[str], usual: Sequence[str]) -> Program:
    for name in variables:
        if environ.get(name, "").strip():
            return Program(environ[name], f"${name}")
    found = next(filter(shutil.which, usual), None)
    if found is None:
        raise ProgramFailed(f"No {what} was found: set {variables[-1]}, or install {usual[0]}.")
    return Program(found, "PATH")


_AT_LINE = {
    **dict.fromkeys(
        (
            "vi",
            "vim",
            "nvim",
            "view",
            "gvim",
            "nano",
            "pico",
            "emacs",
            "emacsclient",
            "kak",
            "micro",
            "joe",
            "mg",
            "ne",
        ),
        ("+{line}", "{path}"),
    ),
    **dict.fromkeys(("hx", "helix", "subl", "zed"), ("{path}:{line}",)),
    **dict.fromkeys(("code", "code-insiders", "codium", "cursor", "windsurf"), ("-g", "{path}:{line}")),
}
"""The words with which an editor opens a file at a line. Others get the file alone."""


def _opening(program: Program, path: Path, line: int) -> list[str]:
    name = Path(_name_of(program.command)).name.partition(".")[0]  # Debian has a vim.basic
    words = _AT_LINE.get(name, ()) if line else ()
    return [word.format(path=path, line=line) for word in words] or [str(path)]


def edit_file(program: Program, path: Path, environ: Mapping[str, str], *held: int, line: int = 0) -> None:
    """Open a file in the editor, at a line if one is meant, and wait. Raises ProgramFailed.

    held: descriptors that the editor keeps open.
    """
    words = [*_shell(f'{program.command} "$@"'), program.command, *_opening(program, path, line)]
    _check(program, _run(words, environ, held=held))


def edit_text(program: Program, text: str, name: str, folder: Path, environ: Mapping[str, str], line: int = 0) -> str:
    """The text as the editor leaves it, in a file of this name. Raises ProgramFailed."""
    try:
        make_own_folder(folder)
        # Backups and swap files of the editor lie in there too, and go with it.
        with tempfile.TemporaryDirectory(prefix=_PREFIX, dir=folder) as own, opened_folder(Path(own)) as held:
            # Marked as in use while this process or the editor lives. Without locks it is never taken for left behind.
            take_lock(held, wait=False)
            path = Path(own, name)
            path.touch(mode=0o600)
            path.write_bytes(text.encode("utf-8"))
            edit_file(program, path, environ, held, line=line)
            return _saved(path).decode("utf-8")
    except UnicodeEncodeError:
        raise ProgramFailed(
            "This value contains characters that a text file cannot hold; nothing was changed."
        ) from None
    except UnicodeDecodeError as error:
        raise ProgramFailed(f"What the editor saved is not UTF-8 (byte {error.start}); nothing was changed.") from None
    except OSError as error:
        raise ProgramFailed(f"The text cannot be passed to the editor: {reason(error)}.") from None


def _is_left_behind(own: Path, now: float) -> bool:
    """Raises OSError."""
    found = own.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.getuid() or now < found.st_mtime + _NEW:
        return False
    with opened_folder(own) as descriptor:
        return take_lock(descriptor, wait=False)


def remove_left_behind(folder: Path, now: float | None = None) -> None:
    """Remove the texts of editors that were killed together with the app; those that are still edited stay."""
    with suppress(OSError):
        for own in folder.glob(f"{_PREFIX}*"):
            with suppress(OSError):
                if _is_left_behind(own, time.time() if now is None else now):
                    shutil.rmtree(own)


def _saved(path: Path) -> bytes:
    """What the editor saved. Raises OSError or ProgramFailed."""
    content = content_of(path, MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise ProgramFailed(f"What the editor saved is larger than {MAX_BYTES >> 20} MiB; nothing was changed.")
    return content


def show_text(program: Program, text: str, environ: Mapping[str, str]) -> None:
    """Show a document in the pager and wait. Raises ProgramFailed."""
    _check(program, _run(_shell(program.command), environ, text))


def _shell(command: str) -> list[str]:
    return ["/bin/sh", "-c", command]


def _run(words: list[str], environ: Mapping[str, str], text: str | None = None, held: Collection[int] = ()) -> int:
    given = None if text is None else text.encode("utf-8", "replace")
    try:
        # Standard error stays the terminal's: nano and others draw there.
        return subprocess.run(words, env={**os.environ, **environ}, input=given, check=False, pass_fds=held).returncode
    except (OSError, ValueError) as error:
        why = reason(error) if isinstance(error, OSError) else "its name is not a valid program name"
        raise ProgramFailed(f"{words[-1]} cannot be started: {why}.") from None


def _check(program: Program, code: int) -> None:
    name = _name_of(program.command)
    if code == _NOT_FOUND:
        raise ProgramFailed(f"The program {name!r} was not found (from {program.origin}).")
    if code < 0:
        raise ProgramFailed(f"{name!r} (from {program.origin}) was ended by signal {-code}; nothing was changed.")
    if code:
        raise ProgramFailed(f"{name!r} (from {program.origin}) ended with exit code {code}; nothing was changed.")


def _name_of(command: str) -> str:
    try:
        words = shlex.split(command)
    except ValueError:
        words = command.split()
    return words[0] if words else command

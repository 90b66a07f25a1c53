"""Saved requests as files: read with the location of every error, written all or nothing, never over somebody else's
change without asking.

The rule: a file that cannot be read is left as it was, and every error is one sentence with the file's name.
"""

from __future__ import annotations

import errno
import os
import re
import stat
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import field
from hashlib import sha256
from pathlib import Path

from authlens.core.saved.saved_request import SavedRequest
from authlens.core.text.visible import visible
from authlens.frozen import dataclass
from authlens.store.files import create_whole, locked, make_folder, reason, sweep, take_name, write_whole
from authlens.store.modeline import line_for, parted
from authlens.user_path import content, opened

SUFFIXES = (".yaml", ".yml")
_TAKEN = "a file of that name already exists"


class RequestFileError(Exception):
    """An error about the file of a saved request. The text is a whole sentence; `line` and `column` if known."""

    def __init__(self, path: Path, problem: str, line: int | None = None, column: int | None = None) -> None:
        place = "" if line is None else f", line {line}, column {column}"
        super().__init__(f"{path}{place}: {problem}")
        self.path = path
        self.problem = problem
        self.line = line
        self.column = column


class UnreadableRequest(RequestFileError):
    """The file cannot be read, or does not hold a saved request."""


class Unwritable(RequestFileError):
    """The file cannot be written, renamed or deleted. The old content is intact."""


class Conflict(RequestFileError):
    """The file changed since it was read, or exists although it should be new. Nothing was written."""


@dataclass(frozen=True, slots=True)
class Loaded:
    """A saved request with its file."""

    saved: SavedRequest
    path: Path
    digest: str
    """SHA-256 of the file's content, which reveals a later change."""
    open_to_others: bool = False
    """Whether other users may read a secret that is in the file in plain text."""

    @property
    def cases(self) -> tuple[str, ...]:
        """The names of its cases."""
        return tuple(case.name for case in self.saved.suite.cases)


@dataclass(frozen=True, slots=True)
class Entry:
    """A file in a folder of saved requests."""

    path: Path
    description: str | None = None
    authorizer: str | None = None
    error: str | None = None
    """What is wrong with the file, with its line and column; `None` if it can be opened."""
    cases: tuple[str, ...] = ()
    """The names of its cases."""
    saved: SavedRequest | None = field(default=None, compare=False, repr=False)


def load(path: Path) -> Loaded:
    """The saved request in the file. Raises UnreadableRequest."""
    return _parsed(path, *_content(path))


def _parsed(path: Path, content: bytes, mode: int) -> Loaded:
    from authlens.core.saved.saved_request_yaml import read
    from authlens.core.text.yaml_reader import YamlError, decode

    text = ""
    try:
        text = decode(content)
        saved = read(text)
    except YamlError as error:
        from authlens.core.pasted.kinds import elsewhere  # only where something else was given
        from authlens.core.pasted.other_files import SAVED_REQUEST

        said = elsewhere(text, SAVED_REQUEST)
        if said is not None:
            raise UnreadableRequest(path, said) from None
        raise UnreadableRequest(path, error.message, error.line, error.column) from None
    return Loaded(saved, path, _digest(content), bool(mode & 0o077) and _tells_a_secret(saved))


def _tells_a_secret(saved: SavedRequest) -> bool:
    """Whether a secret is in the file itself; a reference to one reveals nothing."""
    from authlens.core.secrets.redaction import secrets_of

    return bool(secrets_of(saved.request, certain=True))


def save(
    path: Path,
    saved: SavedRequest,
    expected_digest: str | None,
    *,
    overwrite: bool = False,
) -> Loaded:
    """Write the saved request; what comes back is what is in the file now.

    Of a file that was read before, only what differs changes: its comments and its layout stay.

    expected_digest: that of the content as it was read; `None` for a file that must not be there yet.
    overwrite: the user agreed to replace whatever is there.
    Raises Conflict or Unwritable.
    """
    _refuse_repeated_header(path, saved)
    is_new = expected_digest is None and not overwrite
    content = b"" if expected_digest is not None else _written(path, saved)

    def replace_unless_changed() -> None:
        nonlocal content
        before = _checked(path, expected_digest, overwrite)
        if expected_digest is not None:
            content = _rewritten(before, saved) or _written(path, saved)
        if is_new:
            create_whole(path, content)
        else:
            write_whole(path, content)

    _change(path, replace_unless_changed, is_new=is_new)
    return Loaded(saved, path, _digest(content))


def _written(path: Path, saved: SavedRequest) -> bytes:
    """The content of a new file. What could not be read back is not written."""
    from authlens.core.saved.saved_request_yaml import read, write
    from authlens.core.text.yaml_reader import YamlError, decode

    content = _editor_line(path) + write(saved).encode()
    try:
        read(decode(content))
    except YamlError as error:
        raise Unwritable(path, f"it could not be read back: {error.message}") from None
    return content


def _rewritten(before: bytes, saved: SavedRequest) -> bytes | None:
    """The content of the file with only the differences changed; `None` if it must be rewritten as a whole."""
    from authlens.core.saved.saved_request_yaml import rewrite
    from authlens.core.text.yaml_reader import MAX_BYTES, YamlError, decode

    try:
        content = rewrite(decode(before), saved).encode()
    except YamlError:
        return None
    return content if len(content) <= MAX_BYTES else None


def _refuse_repeated_header(path: Path, saved: SavedRequest) -> None:
    """Headers are a map in the API and in the file: of two with the same name, one would be lost."""
    http = saved.request.http_context
    names = [name for name, _ in (http.headers or ())] if http else []
    counts = Counter(names)
    repeated = next((name for name in names if counts[name] > 1), None)
    if repeated is not None:
        raise Unwritable(
            path, f"the header {visible(repeated)} appears twice, and a file holds a name once; remove one"
        )


def rename(path: Path, name: str) -> Path:
    """Rename the file within its folder; `.yaml` is added if missing. Raises Conflict or Unwritable."""
    target = named(path.parent, name)
    if not os.path.lexists(path):
        raise Unwritable(path, os.strerror(errno.ENOENT))

    def rename_unless_taken() -> None:
        if os.path.lexists(target) and os.path.samestat(os.lstat(path), os.lstat(target)):
            os.rename(path, target)
        else:
            take_name(path, target)

    _change(target, rename_unless_taken, is_new=True)
    return target


def duplicate(path: Path, name: str | None = None) -> Path:
    """Copy the file, comments and all, to another name in its folder; without one, to the next `… copy`."""
    target = named(path.parent, name) if name else _free_name(path)
    content, _ = _content(path)

    def write_new() -> None:
        _checked(target, None, overwrite=False)
        create_whole(target, content)

    _change(target, write_new, is_new=True)
    return target


def delete(path: Path) -> None:
    """Delete the file; if it is a symbolic link, only the link. Raises Unwritable."""
    try:
        path.unlink()
    except (OSError, ValueError) as error:
        raise Unwritable(path, _why(error)) from None


def named(folder: Path, name: str) -> Path:
    """The path of a name in the folder or below it. Raises Unwritable if the name leads out of the folder."""
    parts = Path(name).parts
    if not name.strip() or Path(name).is_absolute() or ".." in parts or not parts or parts[0] == "~":
        raise Unwritable(folder / "…", "a name must stay within its folder and not be empty")
    if any(character < " " or character == "\x7f" for character in name):
        raise Unwritable(folder / "…", "a name must be on one line, without control characters")
    return folder / (name if name.lower().endswith(SUFFIXES) else f"{name}.yaml")


def listing(folder: Path) -> list[Entry]:
    """Every saved request in the folder and below it, in the order of its path; broken ones with what is wrong.

    Hidden folders and other YAML files are skipped. Raises UnreadableRequest if the folder cannot be read.
    """
    try:
        sweep(folder)
        paths = sorted(request_files(folder))
    except OSError as error:
        raise UnreadableRequest(folder, reason(error)) from None
    return [entry for path in paths if (entry := _entry(path)) is not None]


_NO_REQUESTS = frozenset({"node_modules", "__pycache__", "cdk.out"})
"""Folders, often large, that tools fill."""


def request_files(folder: Path) -> Iterator[Path]:
    """The files that may be saved requests, in the folder and below it; hidden ones are not.

    Raises OSError when the folder itself cannot be read. Links to folders are not followed, so a cycle ends.
    """
    os.scandir(folder).close()
    for root, folders, names in os.walk(folder):
        folders[:] = [name for name in folders if not name.startswith(".") and name not in _NO_REQUESTS]
        yield from (Path(root, name) for name in names if name.lower().endswith(SUFFIXES) and not name.startswith("."))


_MARKS = re.compile(rb"""(?:^[ \t]{0,2}|[{,]\s*)["']?request["']?\s*:|authorizerName|mqttContext""", re.MULTILINE)
"""Keys that only a saved request has; a folder may hold other YAML files."""


def loaded_if_meant(path: Path) -> Loaded | None:
    """The saved request in the file; `None` for another YAML file, which is not parsed. Raises UnreadableRequest."""
    content, mode = _content(path)
    return _parsed(path, content, mode) if _MARKS.search(content) else None


def _entry(path: Path) -> Entry | None:
    try:
        loaded = loaded_if_meant(path)
    except UnreadableRequest as error:
        where = f"line {error.line}, column {error.column}: " if error.line else ""
        return Entry(path, error=f"{where}{error.problem}")
    if loaded is None:
        return None
    saved = loaded.saved
    return Entry(path, saved.description, saved.request.authorizer_name, cases=loaded.cases, saved=saved)


def _content(path: Path) -> tuple[bytes, int]:
    """The content of a regular file, and its mode. Raises UnreadableRequest."""
    from authlens.core.text.yaml_reader import MAX_BYTES

    try:
        with opened(path) as descriptor:
            return content(descriptor, MAX_BYTES + 1), stat.S_IMODE(os.fstat(descriptor).st_mode)
    except (OSError, ValueError) as error:
        raise UnreadableRequest(path, _why(error)) from None


def _digest(content: bytes) -> str:
    return sha256(content).hexdigest()


def _checked(path: Path, expected: str | None, overwrite: bool) -> bytes:
    """What is on the disk, if it is what the writer expects; empty if nothing is there."""
    if not os.path.lexists(path):
        if expected is not None and not overwrite:
            raise Conflict(path, "it has been deleted since it was opened")
        return b""
    if not overwrite and expected is None:
        raise Conflict(path, _TAKEN)
    try:
        content, _ = _content(path)
    except UnreadableRequest as error:
        raise Conflict(path, f"the existing file cannot be read: {error.problem}") from None
    if not overwrite and _digest(content) != expected:
        raise Conflict(path, "it has changed since it was opened")
    return content


def _editor_line(path: Path) -> bytes:
    """The line for editors that the file has, else the one it should have where the project has the schema."""
    try:
        line, _ = parted(_content(path)[0])
    except UnreadableRequest:
        line = b""
    return line or line_for(path)


def _change(path: Path, change: Callable[[], None], is_new: bool = False) -> None:
    """Run the change under the lock of the real folder, and convert every failure to one of ours."""
    try:
        # A link that was planted under a name that should be free must not lead elsewhere.
        folder = Path(os.path.realpath(path.parent)) if is_new else Path(os.path.realpath(path)).parent
        make_folder(folder)
        with locked(folder):
            change()
    except FileExistsError:
        raise Conflict(path, _TAKEN) from None
    except (OSError, ValueError) as error:
        raise Unwritable(path, _why(error)) from None


def _why(error: OSError | ValueError) -> str:
    return reason(error) if isinstance(error, OSError) else "its name is not a valid file name"


def _free_name(path: Path) -> Path:
    number = 1
    while True:
        ending = " copy" if number == 1 else f" copy {number}"
        target = path.with_name(f"{path.stem}{ending}{path.suffix}")
        if not os.path.lexists(target):
            return target
        number += 1

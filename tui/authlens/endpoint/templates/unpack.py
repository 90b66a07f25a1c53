"""Unpacks zips of code into a cache, once per content. The rule: nothing escapes its folder, and sizes are bounded."""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import stat
import tempfile
import zipfile
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from authlens.endpoint.templates.function_checks import Unfit
from authlens.endpoint.templates.noticed import notice
from authlens.user_path import content, opened

MOST_BYTES = 260 * 1024 * 1024
"""Unpacked; Lambda takes 250 MB, layers included."""
MOST_FILES = 50_000
MOST_AT_ONCE = 4 * 1024 * 1024 * 1024
"""Unpacked for one endpoint, all its zips together."""
_MOST_DIRECTORY = MOST_FILES * 512
"""Bytes of a zip's list of files, which Python reads whole before it says how many there are."""
_END, _LOCATOR, _END_64 = b"PK\5\6", b"PK\6\7", b"PK\6\6"
_LONGEST_END = 22 + 65_535 + 20 + 56
ENDINGS = (".zip", ".jar")
_BLOCK = 1024 * 1024
_LONGEST_LINK = 4096
"""Bytes of a path."""


def is_package(path: Path) -> bool:
    """Whether the file is a zip by its name, or by its content: packaging names a zip after its hash alone."""
    return os.path.isfile(path) and (path.suffix.lower() in ENDINGS or zipfile.is_zipfile(path))


@dataclass(frozen=True, slots=True)
class Cache:
    """Where unpacked code is stored; without a folder, until this process ends."""

    folder: Path | None = None
    most_bytes: int = MOST_BYTES
    most_at_once: int = MOST_AT_ONCE
    _written: list[int] = field(default_factory=list, compare=False)
    """Bytes of each zip that was unpacked."""

    def unpacked(self, archive: Path) -> Path:
        """The folder with the content of a zip. Raises Unfit."""
        notice(archive)
        if os.path.exists(archive) and not os.path.isfile(archive):
            raise Unfit(f"{archive} is not a regular file")
        try:
            _check_size(archive, self.most_bytes)
            digest = _digest(archive)
            root = self._root()
            target = root / digest
            if not target.is_dir():
                left = self.most_at_once - sum(self._written)
                if left <= 0:
                    raise Unfit(f"{archive} is not unpacked: the zips before it hold {self.most_at_once:,} bytes")
                self._written.append(_unpack(archive, root, target, min(left, self.most_bytes)))
            return target
        except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise Unfit(f"{archive} cannot be unpacked: {why}", "build or download the package again") from None

    def written(self, name: str, code: str) -> Path:
        """A folder with one file of inline code."""
        root = self._root()
        target = root / hashlib.sha256(f"{name}\0{code}".encode("utf-8", "surrogatepass")).hexdigest()
        if not target.is_dir():
            fresh = Path(tempfile.mkdtemp(dir=root))
            (fresh / name).write_text(code, encoding="utf-8", errors="surrogatepass")
            _keep(fresh, target)
        return target

    def _root(self) -> Path:
        if self.folder is not None:
            self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            return self.folder
        return _temporary()


_made: list[Path] = []


def _temporary() -> Path:
    """One folder for this process, removed when it ends."""
    if not _made:
        _made.append(Path(tempfile.mkdtemp(prefix="authlens-")))
        atexit.register(shutil.rmtree, _made[0], ignore_errors=True)
    return _made[0]


def _digest(archive: Path) -> str:
    digest = hashlib.sha256()
    with opened(archive) as descriptor:
        while block := content(descriptor, _BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _check_size(archive: Path, most: int) -> None:
    """Refuse what takes too long to be looked into. Raises Unfit or OSError."""
    with opened(archive) as descriptor:
        size = os.lseek(descriptor, 0, os.SEEK_END)
        if size > most:
            raise Unfit(f"{archive} is larger than Lambda allows for a package (250 MB)")
        os.lseek(descriptor, max(0, size - _LONGEST_END), os.SEEK_SET)
        if _directory_bytes(content(descriptor, _LONGEST_END)) > _MOST_DIRECTORY:
            raise Unfit(f"{archive} holds more than {MOST_FILES} files, more than any function's package")


def _directory_bytes(tail: bytes) -> int:
    """The size of the list of files, as the end of a zip states it; 0 if there is no such end."""
    place = tail.rfind(_END)
    end = tail[place : place + 22] if place >= 0 else b""
    stated = [int.from_bytes(end[12:16], "little")]
    if tail[max(0, place - 20) : max(0, place)].startswith(_LOCATOR):
        large = tail[max(0, place - 76) : place - 20]
        stated.append(int.from_bytes(large[40:48], "little") if large.startswith(_END_64) else 2**64)
    return stated[-1] if stated[0] == 0xFFFFFFFF and len(stated) > 1 else max(stated)


def _unpack(archive: Path, root: Path, target: Path, most: int) -> int:
    """Unpack next to the final place and rename, so that an existing folder is complete. Returns the bytes written."""
    fresh = Path(tempfile.mkdtemp(dir=root))
    try:
        with zipfile.ZipFile(archive) as packed:
            members = packed.infolist()
            if len(members) > MOST_FILES:
                raise Unfit(f"{archive} holds more than {MOST_FILES} files, more than any function's package")
            left = most
            for member in members:
                left -= _extract(packed, member, fresh, left, archive)
            _link(fresh, [(member.filename, packed.read(member)) for member in members if _is_link(member)])
        _keep(fresh, target)
        return most - left
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _extract(packed: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path, left: int, archive: Path) -> int:
    """Returns the bytes written."""
    name = PurePosixPath(member.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or "\0" in member.filename:
        raise Unfit(f"{archive} holds {member.filename!r}, which would leave the folder that it is unpacked to")
    path, mode = folder / name, member.external_attr >> 16
    if member.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        return 0
    if _is_link(member):
        return 0
    path.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with packed.open(member) as source, path.open("wb") as sink:
        while block := source.read(_BLOCK):
            written += len(block)
            if written > left:
                raise Unfit(f"{archive} unpacks to more than Lambda allows for a package (250 MB)")
            sink.write(block)
    path.chmod(0o755 if mode & 0o111 else 0o644)
    return written


def _is_link(member: zipfile.ZipInfo) -> bool:
    return stat.S_ISLNK(member.external_attr >> 16) and not member.is_dir() and member.file_size <= _LONGEST_LINK


def _link(folder: Path, links: list[tuple[str, bytes]]) -> None:
    """Make the symbolic links, once all files are written; those that lead out of the folder are left out.

    pnpm's packages have them, and Lambda keeps them (reported):
    https://github.com/terraform-aws-modules/terraform-aws-lambda/issues/596.
    """
    root = os.path.realpath(folder)
    made = []
    for name, target in links:
        path = os.path.normpath(os.path.join(root, name.replace("\\", "/")))
        parent = os.path.dirname(path)
        if os.path.realpath(parent) != parent or os.path.lexists(path) or not target or b"\0" in target:
            continue  # below another link, or named twice
        os.makedirs(parent, exist_ok=True)
        os.symlink(os.fsdecode(target), path)
        made.append(path)
    for path in made:
        if os.path.commonpath([os.path.realpath(path), root]) != root:
            os.unlink(path)


def _keep(fresh: Path, target: Path) -> None:
    fresh.chmod(0o755)
    try:
        os.rename(fresh, target)
    except OSError:
        if not target.is_dir():
            raise

"""Unpacks zips of code into a cache, once per content. The rule: nothing escapes its folder, and sizes are bounded."""

from __future__ import annotations

import atexit
import hashlib
import os
import shutil
import stat
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from authlens.endpoint.templates.function_checks import Unfit

MOST_BYTES = 260 * 1024 * 1024
"""Unpacked; Lambda takes 250 MB, layers included."""
MOST_FILES = 50_000
ENDINGS = (".zip", ".jar")
_BLOCK = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Cache:
    """Where unpacked code is stored; without a folder, until this process ends."""

    folder: Path | None = None
    most_bytes: int = MOST_BYTES

    def unpacked(self, archive: Path) -> Path:
        """The folder with the content of a zip. Raises Unfit."""
        try:
            digest = _digest(archive)
            root = self._root()
            target = root / digest
            if not target.is_dir():
                _unpack(archive, root, target, self.most_bytes)
            return target
        except (OSError, zipfile.BadZipFile, RuntimeError, NotImplementedError) as error:
            why = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
            raise Unfit(f"{archive} cannot be unpacked: {why}") from None

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
    with archive.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return digest.hexdigest()


def _unpack(archive: Path, root: Path, target: Path, most: int) -> None:
    """Unpack next to the final place and rename, so that an existing folder is complete."""
    fresh = Path(tempfile.mkdtemp(dir=root))
    try:
        with zipfile.ZipFile(archive) as packed:
            members = packed.infolist()
            if len(members) > MOST_FILES:
                raise Unfit(f"{archive} holds more than {MOST_FILES} files, more than any function's package")
            left = most
            for member in members:
                left -= _extract(packed, member, fresh, left, archive)
        _keep(fresh, target)
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
    if stat.S_ISLNK(mode):
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


def _keep(fresh: Path, target: Path) -> None:
    fresh.chmod(0o755)
    try:
        os.rename(fresh, target)
    except OSError:
        if not target.is_dir():
            raise

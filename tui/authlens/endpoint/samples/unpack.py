"""Copies the samples for the user to edit: requests, keys, functions and their authorizers. Edits are never overwritten
unless the user asks for that.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from authlens.user_folders import demo_folder

SAMPLES = Path(__file__).parent
AUTHORIZERS = "authorizers.yaml"
_PARTS = (AUTHORIZERS, "functions/**/*.py", "keys/*", "requests/*")


def unpack_samples(folder: Path, *, reset: bool = False) -> Path:
    """Copy missing samples into the folder. Returns the folder of the requests. Raises OSError.

    reset: those that are there become as they were; other files stay.
    """
    for name in _names():
        copy = folder / name
        if reset or not copy.exists():
            _make_folder(copy.parent)
            copy.unlink(missing_ok=True)  # a link would lead elsewhere
            copy.write_bytes(sample_content(name))
            copy.chmod(0o600)
    return folder / "requests"


def sample_content(name: str) -> bytes:
    """A sample, without the comments for authlens's own linters."""
    content = (SAMPLES / name).read_bytes()
    if not name.endswith(".py"):
        return content
    return b"".join(line.partition(b"  # noqa")[0] + b"\n" for line in content.splitlines())


def demo_file() -> Path:
    """The authorizers of the target `demo`: those of the user's copy, else authlens's own."""
    copy = demo_folder(os.environ) / AUTHORIZERS
    return copy if copy.is_file() else SAMPLES / AUTHORIZERS


def is_demo_file(path: Path) -> bool:
    return path in (SAMPLES / AUTHORIZERS, demo_folder(os.environ) / AUTHORIZERS)


def _names() -> Iterator[str]:
    for part in _PARTS:
        yield from sorted(str(path.relative_to(SAMPLES)) for path in SAMPLES.glob(part))


def _make_folder(folder: Path) -> None:
    """One by one: parents that mkdir makes on the way have the mode of the umask."""
    for missing in reversed([each for each in (folder, *folder.parents) if not each.exists()]):
        missing.mkdir(mode=0o700, exist_ok=True)

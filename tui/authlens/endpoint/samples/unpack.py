"""Copies the samples for the user to edit. Existing files are never overwritten."""

from __future__ import annotations

import shutil
from pathlib import Path

SAMPLES = Path(__file__).parent


def unpack_requests(folder: Path) -> Path:
    """Copy missing sample requests and keys into the folder. Returns the requests' folder."""
    for part in ("requests", "keys"):
        target = folder / part
        # Made one by one: parents that mkdir makes on the way have the mode of the umask.
        for missing in reversed([each for each in (target, *target.parents) if not each.exists()]):
            missing.mkdir(mode=0o700, exist_ok=True)
        for sample in sorted((SAMPLES / part).iterdir()):
            copy = target / sample.name
            if not copy.exists():
                shutil.copyfile(sample, copy)
                copy.chmod(0o600)
    return folder / "requests"

"""The demo's requests are the user's own copy."""

from __future__ import annotations

import os
from pathlib import Path

from authlens.endpoint.samples.unpack import SAMPLES, unpack_requests


def test_every_sample_is_copied_for_its_owner_alone(tmp_path: Path) -> None:
    before = os.umask(0)
    try:
        requests = unpack_requests(tmp_path / "authlens" / "demo")
    finally:
        os.umask(before)
    folders = (requests, requests.parent, requests.parent.parent)
    assert {folder.stat().st_mode & 0o777 for folder in folders} == {0o700}
    assert sorted(path.name for path in requests.iterdir()) == sorted(
        path.name for path in (SAMPLES / "requests").iterdir()
    )
    assert {path.stat().st_mode & 0o777 for path in requests.iterdir()} == {0o600}
    assert (requests / "../keys/private.pem").is_file()


def test_what_was_edited_stays(tmp_path: Path) -> None:
    first = sorted(unpack_requests(tmp_path).iterdir())[0]
    first.write_text("mine")
    unpack_requests(tmp_path)
    assert first.read_text() == "mine"

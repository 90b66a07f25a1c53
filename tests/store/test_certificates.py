from __future__ import annotations

from pathlib import Path

import pytest

from authlens.core.saved.certificate import Certificate
from authlens.store.certificates import read_certificate


def test_the_file_is_read_beside_the_saved_request(tmp_path: Path) -> None:
    (tmp_path / "c.pem").write_text("PEM")
    assert read_certificate(Certificate("c.pem"), tmp_path) == "PEM"
    assert read_certificate(Certificate(str(tmp_path / "c.pem")), None) == "PEM"


def test_the_text_itself_needs_no_file() -> None:
    text = "-----BEGIN CERTIFICATE-----\n"
    assert read_certificate(Certificate(text), None) == text
    assert read_certificate(Certificate(), None) is None


@pytest.mark.parametrize("name", ["gone.pem", ".", "large.pem"])
def test_anything_but_a_small_regular_file_is_refused(tmp_path: Path, name: str) -> None:
    (tmp_path / "large.pem").write_bytes(b"x" * 70_000)
    with pytest.raises(OSError, match=r"No such file|not a file"):
        read_certificate(Certificate(name), tmp_path)

from __future__ import annotations

import os
from pathlib import Path

import pytest

from authlens.core.event.event import Presented
from authlens.core.saved.certificate import Certificate
from authlens.core.saved.certificate_variables import certificate_id
from authlens.store.certificates import found_from_here, presented_by, read_certificate
from support.certificates import certificate_pem


def test_the_file_is_read_next_to_the_saved_request(tmp_path: Path) -> None:
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


def test_a_device_line_names_the_files_from_the_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    folder = tmp_path / "requests"
    assert found_from_here(Certificate("../c.pem", "k.pem", "t", True), folder) == Certificate(
        "c.pem", os.path.join("requests", "k.pem"), "t", True
    )
    for same in (Certificate("/c.pem", "/k.pem"), Certificate("-----BEGIN CERTIFICATE-----"), Certificate(), None):
        assert found_from_here(same, folder) == same
    assert found_from_here(Certificate("c.pem"), None) == Certificate("c.pem")


def test_what_a_connection_presents_is_its_text_with_its_id(tmp_path: Path) -> None:
    (tmp_path / "c.pem").write_text(certificate_pem())
    presented = Presented(certificate_pem(), certificate_id(certificate_pem()))
    assert presented_by(Certificate("c.pem"), tmp_path) == presented
    assert presented_by(Certificate(certificate_pem()), None) == presented
    assert presented_by(Certificate(thing_name="c"), tmp_path) is None
    assert presented_by(None, tmp_path) is None


def test_what_is_not_a_certificate_is_not_presented(tmp_path: Path) -> None:
    (tmp_path / "c.pem").write_text("PEM")
    with pytest.raises(ValueError, match="certificate"):
        presented_by(Certificate("c.pem"), tmp_path)

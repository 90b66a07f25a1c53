"""The wheel holds all that the installed program needs: themes, samples, bootstraps and the command."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from authlens import __version__

ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)]
    subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
    return next(folder.glob("*.whl"))


def test_the_wheel_holds_every_file_of_the_source_and_the_themes(wheel: Path) -> None:
    held = set(zipfile.ZipFile(wheel).namelist())
    source = ROOT / "tui"
    wanted = {
        str(path.relative_to(source))
        for path in (source / "authlens").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    wanted |= {f"authlens/themes/{path.name}" for path in (ROOT / "themes").glob("*.yaml")}
    assert wanted - held == set()
    wanted |= {f"authlens/docs/{path.name}" for path in (ROOT / "docs").glob("*.md")}
    assert wanted - held == set()
    assert any(name.startswith("authlens/themes/") for name in held)
    assert any(name.startswith("authlens/endpoint/samples/") for name in held)


def test_the_installed_program_finds_its_themes_and_samples(wheel: Path, tmp_path: Path) -> None:
    zipfile.ZipFile(wheel).extractall(tmp_path)
    probe = (
        "import authlens, authlens.ui.runtime.themes as themes\n"
        "print(authlens.__file__)\n"
        "print(len(list(themes.shipped_folder().glob('*.yaml'))))"
    )
    environ = {**os.environ, "PYTHONPATH": str(tmp_path)}
    found = subprocess.run([sys.executable, "-c", probe], env=environ, capture_output=True, text=True, check=True)
    place, count = found.stdout.splitlines()
    assert Path(place).is_relative_to(tmp_path)
    assert int(count) >= 4
    version = subprocess.run(
        [sys.executable, "-m", "authlens", "--version"], env=environ, capture_output=True, text=True, check=True
    )
    assert version.stdout == f"authlens {__version__}\n"
    guide = subprocess.run(
        [sys.executable, "-m", "authlens", "help", "run"], env=environ, capture_output=True, text=True, check=True
    )
    assert guide.stdout == (ROOT / "docs" / "run.md").read_text("utf-8")

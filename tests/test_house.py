"""The rules of the house that no linter knows: test files match, files stay small, imports stay light."""

from __future__ import annotations

import ast
import io
import re
import subprocess
import sys
import tokenize
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "tui" / "authlens"
SOURCES = sorted(path for path in SOURCE.rglob("*.py") if "functions" not in path.parts)
COUNTERPARTS = [
    path.relative_to(SOURCE)
    for room in ("core", "store")
    for path in sorted((SOURCE / room).rglob("*.py"))
    if path.name != "__init__.py"
]


@pytest.mark.parametrize("path", COUNTERPARTS, ids=str)
def test_every_file_of_core_and_store_has_its_test_file(path: Path) -> None:
    assert (ROOT / "tests" / path.with_name(f"test_{path.name}")).is_file()


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(SOURCE)))
def test_no_file_is_over_400_lines(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= 400


def test_the_main_screen_holds_controllers_and_does_little_itself() -> None:
    tree = ast.parse((SOURCE / "ui" / "screens" / "main" / "screen.py").read_text())
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    assert [node.name for node in classes] == ["MainScreen"]
    assert sum((node.end_lineno or 0) - node.lineno + 1 for node in classes) < 300


MOST_MODULES = 15
ROOMS = sorted({path.parent for path in SOURCES})


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.relative_to(SOURCE.parent)))
def test_no_room_holds_more_modules_than_a_reader_keeps_in_mind(room: Path) -> None:
    assert len([path for path in room.glob("*.py") if path.name != "__init__.py"]) <= MOST_MODULES


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.relative_to(SOURCE.parent)))
def test_every_room_says_what_it_is_for(room: Path) -> None:
    assert (room / "__init__.py").read_text().startswith('"""')


HEAVY = ("textual", "rich", "boto3", "botocore", "aiohttp", "cryptography", "sqlite3", "yaml")


def loaded_after(statement: str, watched: tuple[str, ...]) -> set[str]:
    probe = f"import sys\n{statement}\nprint(*(set(sys.modules) & set({watched!r})))"
    printed = subprocess.run([sys.executable, "-c", probe], capture_output=True, text=True, check=True).stdout
    return set(printed.split())


def test_the_core_and_the_commands_load_no_screen_and_no_aws_client() -> None:
    everything = "import importlib\n" + "\n".join(
        f"importlib.import_module({'.'.join(('authlens', *path.relative_to(SOURCE).with_suffix('').parts))!r})"
        for room in ("core", "cli")
        for path in sorted((SOURCE / room).rglob("*.py"))
        if path.name != "__init__.py"
    )
    assert loaded_after(everything, ("textual", "rich", "boto3", "botocore")) == set()


@pytest.mark.parametrize("option", ["--help", "--version"])
def test_help_and_version_load_nothing_heavy(option: str) -> None:
    statement = f"sys.argv = ['authlens', {option!r}]\nimport authlens.__main__ as m, contextlib, io\n"
    statement += "with contextlib.suppress(SystemExit), contextlib.redirect_stdout(io.StringIO()):\n    m.main()"
    assert loaded_after(statement, HEAVY) == set()


def test_nothing_but_textual_text_is_markup_made_from_variables() -> None:
    """Markup from a variable is an action channel; Content and markup=False are not."""
    offenders = [
        f"{path.relative_to(SOURCE)}:{number}"
        for path in sorted((SOURCE / "ui").rglob("*.py"))
        for number, line in enumerate(path.read_text().splitlines(), 1)
        if "from_markup(" in line or "Markdown(" in line
    ]
    assert offenders == []


TRANSLATED = (
    r"(?<!here )\bis no\b(?! longer| more)",
    r"\b(?:stands?|stood)\b(?! for| in for)",
    r"\bslips?\b",
    r"\bmend(?:s|ed|ing)?\b",
    r"\b(?:told|tells)\b",
    r"\botherwise than\b",
    r"\blet go\b",
    r"\bbeside\b",
    r"\bnobody\b",
    r"\banew\b",
    r"\ball the same\b",
    r"\bgiven up\b",
    r"\bput in what\b",
    r"\bnothing is (?:said|concluded)\b",
    r"\bwithout a word\b",
    r"\bknows? of no\b",
)
"""Turns of phrase that read like a translation; write what an English engineer would."""
TRANSLATION = re.compile("|".join(TRANSLATED), re.IGNORECASE)


@pytest.mark.parametrize("room", ROOMS, ids=lambda room: str(room.relative_to(SOURCE.parent)))
def test_strings_docstrings_and_comments_read_natively(room: Path) -> None:
    found = [
        f"{path.name}:{line}: {match.group()}"
        for path in sorted(room.glob("*.py"))
        for line, text in _prose(path)
        for match in TRANSLATION.finditer(text)
    ]
    assert found == []


def _prose(path: Path) -> Iterator[tuple[int, str]]:
    source = path.read_text("utf-8")
    # Reading a file as Python takes a hundred times as long as seeing that it has none, also over the parts of a text.
    spaced = re.sub(r"\\[a-z]", " ", source)
    if not (TRANSLATION.search(spaced) or TRANSLATION.search(re.sub(r"""["']\s*[rbf]*["']""", "", spaced))):
        return
    for node in ast.walk(ast.parse(source)):
        if (
            isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and (" " in node.value or node.value.istitle())
        ):
            yield node.lineno, node.value
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.start[0], token.string

"""authlens help: every page of the guide, and a page for every command, offline."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from authlens.__main__ import main
from authlens.cli.console.parser import COMMANDS
from authlens.cli.help import PAGES, topics
from support.one_command import Command

DOCS = Path(__file__).parent.parent.parent / "docs"


@pytest.fixture
def authlens(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Command:
    return Command(capsys, monkeypatch)


def test_the_pages_are_listed_with_their_titles(authlens: Command) -> None:
    ended = authlens("help")

    assert ended.code == 0
    assert [line.split()[0] for line in ended.out.splitlines()] == sorted(path.stem for path in DOCS.glob("*.md"))
    assert "run         Suites: authlens run and the pytest plugin" in ended.out.splitlines()


@pytest.mark.parametrize("name", [*topics(), "RUN", "files.md"])
def test_a_page_is_printed_unchanged(authlens: Command, name: str) -> None:
    ended = authlens("help", name)

    assert (ended.code, ended.out) == (0, (DOCS / f"{name.lower().removesuffix('.md')}.md").read_text("utf-8"))


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
def test_every_command_has_its_page(authlens: Command, command: str) -> None:
    ended = authlens("help", command)

    assert ended.code == 0
    assert f"authlens {command}" in ended.out


@pytest.mark.parametrize(
    ("topic", "said"),
    [
        ("sining", "did you mean signing?"),
        ("xyz", "the pages are ci, commands"),
        ("../README", "has no page '../README'"),
    ],
)
def test_unknown_topics(authlens: Command, topic: str, said: str) -> None:
    ended = authlens("help", topic)

    assert (ended.code, ended.out) == (252, "")
    assert said in ended.err


@pytest.mark.parametrize("words", ["", *(command.name for command in COMMANDS), "history list", "config show"])
def test_help_fits_the_terminal(
    words: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    with suppress(SystemExit):
        main([*words.split(), "--help"])
    printed = capsys.readouterr().out.splitlines()
    prose = [line for line in printed if not line.startswith("  ") or line.startswith("    ")]
    assert [line for line in prose if len(line) > 80 and "authorizer-name" not in line] == []
    assert "examples:" in printed


def test_every_page_named_exists() -> None:
    assert set(PAGES.values()) <= set(topics())

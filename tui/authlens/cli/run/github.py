"""Results as GitHub's workflow commands, which annotate the file and line of what failed."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from authlens.core.expect.check import State
from authlens.core.expect.judgement_text import headline, sentence
from authlens.core.text.visible import visible_lines

if TYPE_CHECKING:
    from pathlib import Path

    from authlens.suite import Result


def annotate(result: Result) -> list[str]:
    """One `::error …` for each broken promise, or for why the item cannot be judged."""
    item = result.item
    if result.state is State.KEPT:
        return []
    if item.path is None:
        return [_command(result, headline(result.judgement), None)]
    if item.problem:
        return [_command(result, item.problem.reason, item.problem.line or 1)]
    text = _text(item.path)
    if not result.judgement.broken:
        return [_command(result, headline(result.judgement), _line(text, "request"))]
    return [_command(result, sentence(each), _line(text, each.key)) for each in result.judgement.broken]


def harmless(line: str) -> str:
    """The line so that GitHub takes it for text: a command begins with `::`, an old one holds `##[`."""
    line = line.replace("##[", "## [")
    return f"| {line}" if line.lstrip().startswith("::") else line


def _command(result: Result, message: str, line: int | None) -> str:
    properties = {"file": str(result.item.path)} if result.item.path else {}
    if line:
        properties["line"] = str(line)
    properties["title"] = result.item.title
    written = ",".join(f"{name}={_property(result.redactor.text(value))}" for name, value in properties.items())
    return f"::error {written}::{_data(result.redactor.text(message))}"


def _line(text: str, key: str) -> int:
    """The line of the key of `expect:`, found by its letters; the first where it cannot be found."""
    word = re.escape(key.partition(".")[0])
    expect = re.search(r"^expect\s*:", text, re.MULTILINE) if key != "request" else None
    found = re.compile(rf"""(?:^|[{{,\s])["']?({word})["']?\s*:""", re.MULTILINE).search(
        text, expect.end() if expect else 0
    )
    return text.count("\n", 0, found.start(1)) + 1 if found else 1


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""


def _data(text: str) -> str:
    return visible_lines(text).replace("%", "%25").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")

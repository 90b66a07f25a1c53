"""Results as GitHub workflow commands, which annotate the file and line of each failure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from authlens.cli.inputs.workflow_commands import command, in_workspace
from authlens.core.expect.check import JudgementState
from authlens.core.expect.judgement_text import headline, sentence

if TYPE_CHECKING:
    from authlens.core.text.yaml_reader import YamlNode
    from authlens.suite import Result
    from authlens.suite_items import SuiteItem


def annotate(result: Result, environ: Mapping[str, str]) -> list[str]:
    """One `::error …` for each unmet expectation, or for the reason why the item cannot be judged."""
    item = result.item
    if result.passed:
        return []

    def said(message: str, line: int | None) -> str:
        redact = result.redactor.text
        file = redact(in_workspace(item.path, environ)) if item.path else None
        return command("error", redact(message), file, line, redact(item.label))

    if item.path is None:
        return [said(headline(result.judgement), None)]
    if item.problem:
        return [said(item.problem.reason, item.problem.line or 1)]
    if result.state is JudgementState.UNJUDGED or not result.judgement.broken:
        return [said(headline(result.judgement), item.case.line if item.case else _line(item, "request"))]
    return [said(sentence(each), _line(item, each.key)) for each in result.judgement.broken]


def harmless(line: str) -> str:
    """The line, changed so that GitHub reads it as text: commands begin with `::`, old-style ones contain `##[`."""
    line = line.replace("##[", "## [")
    return f"| {line}" if line.lstrip().startswith("::") else line


def _line(item: SuiteItem, key: str) -> int:
    """The line of the key in `expect:`, inside the case if that defines it; the first line if it cannot be found."""
    document = _document(item.path.absolute()) if item.path else None
    if document is None:
        return 1
    if key == "request":
        return _line_of(document, ("request",)) or 1
    word = key.partition(".")[0]
    of_case = _line_of(document, ("cases", item.case.name, "expect", word)) if item.case else None
    own = item.case.line if item.case else _line_of(document, ("request",))
    return of_case or _line_of(document, ("expect", word)) or own or 1


def _line_of(node: YamlNode, path: tuple[str, ...]) -> int | None:
    for name in path:
        found = node.value.get(name) if isinstance(node.value, dict) else None
        if found is None:
            return None
        node = found
    return (node.key or node).line


@lru_cache(maxsize=4)
def _document(path: Path) -> YamlNode | None:
    """Read once for all cases of a file."""
    from authlens.core.saved.saved_request_yaml import read_json_or_yaml
    from authlens.core.text.yaml_reader import YamlError
    from authlens.store.files import read_bounded

    try:
        return read_json_or_yaml(read_bounded(path).decode("utf-8-sig", "replace"))
    except (OSError, YamlError):
        return None

"""The output of `run`: a line for each result as it arrives, unmet expectations, and the counts at the end."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Protocol

from authlens.cli.console.diagnostics import narrate
from authlens.core.expect.check import JudgementState, milliseconds
from authlens.core.expect.judgement_text import WORDS, answer, explanation
from authlens.core.text.visible import visible, visible_lines
from authlens.frozen import dataclass

if TYPE_CHECKING:
    from typing import TextIO

    from authlens.cli.console.output import Output
    from authlens.core.invocation.latency import ColdAndWarm, Latency
    from authlens.suite import Result

_GLYPHS = {
    JudgementState.KEPT: "✓",
    JudgementState.BROKEN: "✗",
    JudgementState.UNJUDGED: "!",
    JudgementState.SKIPPED: "–",
}
_COLOURS = {
    JudgementState.KEPT: "32",
    JudgementState.BROKEN: "31",
    JudgementState.UNJUDGED: "35",
    JudgementState.SKIPPED: "33",
}


class SuiteReport(Protocol):
    """One output format. Results come in the order of the items."""

    def result(self, result: Result) -> None: ...

    def end(self, results: Sequence[Result], skipped: int) -> None: ...

    def latency(self, latency: ColdAndWarm) -> None: ...


@dataclass(frozen=True, slots=True)
class ReportStyle:
    """How results look on a terminal: with a glyph if the terminal has it, and a colour unless the user disables it."""

    glyphs: bool
    colours: bool

    def word(self, state: JudgementState, word: str) -> str:
        text = f"{_GLYPHS[state]} {word}" if self.glyphs else word
        return f"\x1b[{_COLOURS[state]}m{text}\x1b[0m" if self.colours else text


def terminal_style(output: Output, environ: Mapping[str, str]) -> ReportStyle | None:
    """`None` without a terminal. NO_COLOR and FORCE_COLOR are honoured."""
    forced = bool(environ.get("FORCE_COLOR"))
    if not (output.is_terminal or forced):
        return None
    plain = environ.get("NO_COLOR") or (environ.get("TERM") == "dumb" and not forced)
    return ReportStyle(output.can_write("".join(_GLYPHS.values())), not plain)


class TextReport:
    """For people."""

    def __init__(self, output: Output, read_by_github: bool = False, style: ReportStyle | None = None) -> None:
        """read_by_github: outside text must not be read as a workflow command."""
        self._output = output
        self._read_by_github = read_by_github
        self._style = style

    def result(self, result: Result) -> None:
        took = f"  {milliseconds(result.invocation.duration)}" if result.invocation else ""
        self._output.styled(f"{self._word(result.state)}  {visible(_name(result))}{took}\n")
        text = result.redactor.text(explanation(result.judgement, result.invocation))
        lines = visible_lines(text).split("\n") if text else []
        self._output.write("".join(f"        {self._harmless(line)}\n" for line in lines))

    def _word(self, state: JudgementState) -> str:
        word = f"{WORDS[state]:6}"
        return word if self._style is None else self._style.word(state, word)

    def _harmless(self, line: str) -> str:
        if not self._read_by_github:
            return line
        from authlens.cli.run.github import harmless

        return harmless(line)

    def latency(self, latency: ColdAndWarm) -> None:
        for line in latency_lines(latency):
            self._output.line(line)

    def end(self, results: Sequence[Result], skipped: int) -> None:
        self._output.line(summary(results, skipped))


class JsonReport:
    """One JSON object per line for each result, and nothing else."""

    def __init__(self, output: Output, stderr: TextIO) -> None:
        self._output = output
        self._stderr = stderr

    def result(self, result: Result) -> None:
        self._output.line(json.dumps(as_json(result)))

    def latency(self, latency: ColdAndWarm) -> None:
        for line in latency_lines(latency):
            narrate(line, self._stderr)

    def end(self, results: Sequence[Result], skipped: int) -> None:
        narrate(summary(results, skipped), self._stderr)


def as_json(result: Result) -> dict[str, Any]:
    """The keys documented in docs/run.md. Every text is redacted."""
    problem, invocation = result.item.problem, result.invocation
    value: dict[str, Any] = {
        "name": result.item.name,
        "case": result.item.case.name if result.item.case else None,
        "description": result.item.saved.description if result.item.saved else None,
        "tags": list(result.item.saved.suite.tags) if result.item.saved else [],
        "result": WORDS[result.state],
        "reason": result.judgement.reason or None,
        "line": problem.line if problem else None,
        "broken": [
            {"key": each.key, "expected": each.expected, "got": each.got, "difference": each.difference or None}
            for each in result.judgement.broken
        ],
        "notes": list(result.judgement.notes),
        "duration": invocation.duration if invocation else None,
        "durations": list(result.durations) or None,
        "id": invocation.number if invocation else None,
        "answer": answer(invocation) if invocation else None,
    }
    redacted: dict[str, Any] = result.redactor.values(value)
    return redacted


def summary(results: Iterable[Result], skipped: int) -> str:
    """`3 passed, 1 failed, 2 errors, 1 skipped`. skipped: those that the run did not reach."""
    counts = Counter(result.state for result in results)
    counts[JudgementState.SKIPPED] += skipped
    parts = [_counted(counts[state], word) for state, word in WORDS.items() if counts[state]]
    return ", ".join(parts)


def _counted(count: int, word: str) -> str:
    return f"{count} {word}s" if word == "error" and count > 1 else f"{count} {word}"


def latency_lines(latency: ColdAndWarm) -> list[str]:
    rows = (("all", latency.all), ("cold", latency.cold), ("warm", latency.warm))
    head = f"latency {'calls':>6} {'min':>10} {'median':>10} {'p95':>10} {'max':>10}"
    return [head, *(_latency_line(name, row) for name, row in rows if row)]


def _latency_line(name: str, row: Latency) -> str:
    numbers = (row.minimum, row.median, row.p95, row.maximum)
    return f"{name:7} {row.count:6}" + "".join(f" {milliseconds(number):>10}" for number in numbers)


def _name(result: Result) -> str:
    title = result.item.title
    return result.item.name if title == result.item.name else f"{result.item.name}  {title}"

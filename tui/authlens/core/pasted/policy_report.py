"""What a policy alone allows, and what is wrong with it, in lines."""

from __future__ import annotations

from collections.abc import Iterator

from authlens.core.lint.linter import lint
from authlens.core.policy import policy_file
from authlens.core.policy.decision.permission_text import lines, sentence
from authlens.core.policy.decision.permissions import Summary, summarized


def policy_report(text: str) -> tuple[str, ...]:
    """The text holds a policy document, or a list of them."""
    return tuple(_lines(text))


def _lines(text: str) -> Iterator[str]:
    documents = policy_file.read(text).documents
    found = summarized(documents)
    if found is None:
        yield "These documents have too many statements and wildcards to be summarized."
    else:
        yield from _allowed(found)
    findings = lint(documents)
    yield ""
    yield f"{len(findings) or 'No'} finding{'' if len(findings) == 1 else 's'}{':' if findings else '.'}"
    for each in findings:
        place = f"line {each.span.line}, " if each.span is not None else ""
        said = each.message.replace("`", "'")
        yield f"  {each.severity} {place}{each.id}: {said}"


def _allowed(found: Summary) -> Iterator[str]:
    yield sentence(found)
    for line in lines(found):
        condition = f" {line.condition}" if line.condition else ""
        places = ", ".join(f"line {span.line}" for _, _, span in line.spans)
        yield f"  {line.answer:<11} {line.title:<13}  {line.what}{condition}{f'  ({places})' if places else ''}"

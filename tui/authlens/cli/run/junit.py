"""Results as JUnit XML, which CI servers read. Texts are redacted, and hold only what XML can hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from authlens.cli.console.diagnostics import CommandError
from authlens.core.expect.check import State
from authlens.core.expect.judgement_text import explanation, headline
from authlens.core.secrets.redaction import Redactor, secrets_of
from authlens.core.text.visible import visible, visible_lines

if TYPE_CHECKING:
    from junitparser import TestCase

    from authlens.suite import Result
    from authlens.suite_items import Item

_NOT_XML = re.compile("[\ufffe\uffff]")


def write_junit(path: Path, results: Sequence[Result], skipped: Sequence[Item] = ()) -> None:
    """Write the file. `skipped`: the items that the run ended before. Raises CommandError."""
    from junitparser import JUnitXml, TestSuite

    suite = TestSuite("authlens")
    suite.add_testcases([*map(_case, results), *map(_skipped, skipped)])
    document = JUnitXml("authlens")
    document.add_testsuite(suite)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        document.write(str(path), pretty=True)
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror or error}") from error


def _case(result: Result) -> TestCase:
    from junitparser import Error, Failure

    redact = result.redactor.text
    case = _named(result.item, redact, result.invocation.duration if result.invocation else 0.0)
    if result.state is not State.KEPT:
        kind = Failure if result.state is State.BROKEN else Error
        outcome = kind(visible(_xml(redact(headline(result.judgement)))), _type(result))
        outcome.text = _xml(redact(explanation(result.judgement, result.invocation)))
        case.result = [outcome]
    return case


def _skipped(item: Item) -> TestCase:
    from junitparser import Skipped

    case = _named(item, Redactor(secrets_of(item.saved.request) if item.saved else ()).text)
    case.result = [Skipped("the run ended before it was judged")]
    return case


def _named(item: Item, redact: Callable[[str], str], duration: float = 0.0) -> TestCase:
    from junitparser import TestCase

    return TestCase(visible(_xml(redact(item.title))), visible(_xml(redact(item.name))), duration)


def _type(result: Result) -> str:
    if result.judgement.broken:
        return result.judgement.broken[0].key
    failure = result.invocation.failure if result.invocation else None
    return failure.error if failure else "InvalidFile"


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", visible_lines(text))

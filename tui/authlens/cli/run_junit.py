"""Results as JUnit XML, which CI servers read. Texts are redacted, and hold only what XML can hold."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from authlens.cli.diagnostics import CommandError
from authlens.core.expectation_check import State
from authlens.core.judgement_text import explanation, headline
from authlens.core.visible import visible, visible_lines

if TYPE_CHECKING:
    from junitparser import TestCase

    from authlens.suite import Result

_NOT_XML = re.compile("[\ufffe\uffff]")


def write_junit(path: Path, results: Sequence[Result]) -> None:
    """Write the file. Raises CommandError."""
    from junitparser import JUnitXml, TestSuite

    suite = TestSuite("authlens")
    suite.add_testcases([_case(result) for result in results])
    document = JUnitXml("authlens")
    document.add_testsuite(suite)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        document.write(str(path), pretty=True)
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror or error}") from error


def _case(result: Result) -> TestCase:
    from junitparser import Error, Failure, TestCase

    name = visible(_xml(result.item.title, result))
    case = TestCase(
        name, visible(_xml(result.item.name, result)), result.invocation.duration if result.invocation else 0.0
    )
    if result.state is not State.KEPT:
        kind = Failure if result.state is State.BROKEN else Error
        outcome = kind(visible(_xml(headline(result.judgement), result)), _type(result))
        outcome.text = _xml(explanation(result.judgement, result.invocation), result)
        case.result = [outcome]
    return case


def _type(result: Result) -> str:
    if result.judgement.broken:
        return result.judgement.broken[0].key
    failure = result.invocation.failure if result.invocation else None
    return failure.error if failure else "InvalidFile"


def _xml(text: str, result: Result) -> str:
    return _NOT_XML.sub("\ufffd", visible_lines(result.redactor.text(text)))

"""Results as JUnit XML, which CI servers read. Texts are redacted and limited to characters that XML allows."""

from __future__ import annotations

import io
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING

from authlens.cli.console.diagnostics import CommandError
from authlens.core.expect.check import JudgementState
from authlens.core.expect.judgement_text import explanation, headline
from authlens.core.secrets.redaction import Redactor, secrets_of
from authlens.core.text.visible import visible, visible_lines

if TYPE_CHECKING:
    from junitparser import TestCase, TestSuite

    from authlens.suite import Result
    from authlens.suite_items import SuiteItem

_NOT_XML = re.compile("[\ufffe\uffff]")
_SUFFIX = re.compile(r"\.ya?ml$", re.IGNORECASE)


def write_junit(path: Path, results: Sequence[Result], skipped: Sequence[SuiteItem] = ()) -> None:
    """Write the file. `skipped`: the items that the run did not reach. Raises CommandError."""
    from junitparser import JUnitXml

    document = JUnitXml("authlens")
    rows = [*((result.item, result) for result in results), *((item, None) for item in skipped)]
    for _, group in groupby(rows, key=lambda row: row[0].path or row[0].name):
        document.add_testsuite(_suite(list(group)))
    from authlens.store.files import replace_shared

    text = io.BytesIO()
    document.write(text, pretty=True)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        replace_shared(path, text.getvalue())
    except OSError as error:
        raise CommandError(f"cannot write {path}: {error.strerror or error}") from error


def _suite(rows: Sequence[tuple[SuiteItem, Result | None]]) -> TestSuite:
    """The items of one file: in this format, only suites have a file, not cases."""
    from junitparser import TestSuite

    item = rows[0][0]
    redact = _redactor(item, rows[0][1]).text
    suite = TestSuite(visible(_xml(redact(class_name(item)))))
    suite.timestamp = _started([result for _, result in rows if result])
    if item.path:
        suite._elem.set("file", visible(_xml(redact(item.path.as_posix()))))  # junitparser has no attribute for it
    suite.add_testcases([_case(result) if result else _skipped(item) for item, result in rows])
    return suite


def _redactor(item: SuiteItem, result: Result | None) -> Redactor:
    return result.redactor if result else Redactor(secrets_of(item.saved.request) if item.saved else ())


def _started(results: Sequence[Result]) -> str:
    """When the first was sent, in UTC and in whole seconds, as the format requires."""
    started = [result.invocation.started_at for result in results if result.invocation]
    return min(started, default=datetime.now(UTC)).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")


def _case(result: Result) -> TestCase:
    from junitparser import Error, Failure, Skipped

    redact = result.redactor.text
    case = _named(result.item, redact, result.invocation.duration if result.invocation else 0.0)
    message = visible(_xml(redact(headline(result.judgement))))
    if result.state is JudgementState.SKIPPED:
        case.result = [Skipped(message)]
    elif result.state is not JudgementState.KEPT:
        kind = Failure if result.state is JudgementState.BROKEN else Error
        outcome = kind(message, _type(result))
        outcome.text = _xml(redact(explanation(result.judgement, result.invocation)))
        case.result = [outcome]
    return case


def _skipped(item: SuiteItem) -> TestCase:
    from junitparser import Skipped

    case = _named(item, _redactor(item, None).text)
    case.result = [Skipped("the run ended before this was sent")]
    return case


def _named(item: SuiteItem, redact: Callable[[str], str], duration: float = 0.0) -> TestCase:
    from junitparser import TestCase

    # Rounded, because this format has no numbers such as 1e-05.
    return TestCase(visible(_xml(redact(item.label))), visible(_xml(redact(class_name(item)))), round(duration, 4))


def class_name(item: SuiteItem) -> str:
    """The path with dots, from which CI servers make a tree: `requests.ops.bad.ops-2`."""
    if item.path is None:
        return item.name
    path = item.path
    if path.is_absolute() and path.is_relative_to(Path.cwd()):
        path = path.relative_to(Path.cwd())
    parts = [part for part in (*path.parent.parts, _SUFFIX.sub("", path.name)) if part not in ("..", path.anchor)]
    return ".".join(part.replace(".", "_") for part in parts)


def _type(result: Result) -> str:
    if result.judgement.broken:
        return result.judgement.broken[0].key
    failure = result.invocation.failure if result.invocation else None
    return failure.error if failure else "InvalidFile"


def _xml(text: str) -> str:
    return _NOT_XML.sub("\ufffd", visible_lines(text))

"""Saved requests as pytest's collectors and items. Each process, and so each of pytest-xdist, has its own sender."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from authlens.core.expect.check import JudgementState
from authlens.core.expect.judgement_text import explanation, headline
from authlens.core.text.visible import visible, visible_lines
from authlens.sending import build_sender
from authlens.suite import Result, Suite
from authlens.suite_items import SuiteItem, in_environment, read_items, read_meant_items

_SUITE = pytest.StashKey[Suite]()


class NotKept(Exception):
    """What was expected did not come; the text is redacted."""


class SavedRequestFile(pytest.File):
    def collect(self) -> Iterator[pytest.Item]:
        """The one item of the file; none when it is YAML of another kind that was not named."""
        read = read_items if self.session.isinitpath(self.path) else read_meant_items
        for item in self._in_environment(read(self.path)):
            yield SavedRequestItem.from_parent(self, name=visible(_name(item)), item=item)

    def _in_environment(self, items: Sequence[SuiteItem]) -> Sequence[SuiteItem]:
        name = self.config.getoption("authlens_environment") or self.config.getini("authlens_environment")
        if not name:
            return items
        from authlens.store.environments import Environments

        try:
            return in_environment(items, Environments(str(name), self.config.invocation_params.dir))
        except LookupError as error:
            raise pytest.UsageError(str(error.args[0])) from error


class SavedRequestItem(pytest.Item):
    def __init__(self, *, item: SuiteItem, **more: Any) -> None:
        super().__init__(**more)
        self.item = item
        if item.saved:
            # Selected with -k; a marker would have to be registered first.
            self.extra_keyword_matches.update(item.saved.suite.tags)

    def runtest(self) -> None:
        result = _suite(self.config).run(self.item)
        if result.state is JudgementState.SKIPPED:
            pytest.skip(visible(result.redactor.text(result.judgement.reason)))
        if result.invocation:
            self.user_properties.append(("authlens_duration", result.invocation.duration))
        if not result.passed:
            raise NotKept(visible_lines(result.redactor.text(_complaint(result))))

    def repr_failure(self, excinfo: pytest.ExceptionInfo[BaseException], style: Any = None) -> Any:
        """What differs, without our own stack."""
        if isinstance(excinfo.value, NotKept):
            return str(excinfo.value)
        return super().repr_failure(excinfo, style)

    def reportinfo(self) -> tuple[Path, int | None, str]:
        line = self.item.problem.line if self.item.problem else self.item.case.line if self.item.case else None
        return self.path, None if line is None else line - 1, visible(self.item.title)


def _complaint(result: Result) -> str:
    """What pytest's summary shows is its first line."""
    text = explanation(result.judgement, result.invocation)
    if result.state is JudgementState.UNJUDGED:
        return f"{JudgementState.UNJUDGED}: {text}"
    return f"{headline(result.judgement)}\n{text}"


def _name(item: SuiteItem) -> str:
    """`::` divides the parts of a node id, so that a name that contains it could not be selected."""
    if item.case:
        return item.case.name
    return ((item.saved and item.saved.description) or Path(item.name).stem).replace("::", ":")


def _suite(config: pytest.Config) -> Suite:
    """The suite of this process, made when the first item runs and ended with the session."""
    if _SUITE not in config.stash:
        stack = ExitStack()
        config.add_cleanup(stack.close)
        sender = stack.enter_context(build_sender(os.environ, lambda: datetime.now(UTC)))
        sender.gate.open()
        config.stash[_SUITE] = Suite(sender, os.environ, _serve(config))
    return config.stash[_SUITE]


def _serve(config: pytest.Config) -> Path | None:
    given = config.getoption("authlens_serve")
    if given:
        return config.invocation_params.dir / str(given)
    named = config.getini("authlens_serve")
    return config.rootpath / str(named) if named else None

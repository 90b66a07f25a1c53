"""Whether what was said of a run still holds: its file, the target's file or the function may have changed since."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from authlens.core.invocation.invocation import Invocation
from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest
from authlens.core.saved.source import source_of
from authlens.ui.model.batch import base_of
from authlens.ui.runtime import background
from authlens.ui.runtime.host import Host
from authlens.ui.screens.main.answer import AnswerController
from authlens.ui.screens.main.form import FormController
from authlens.ui.screens.main.identity import IdentityController

if TYPE_CHECKING:
    from authlens.core.saved.environment import Environment
    from authlens.endpoint.local_code import Change
    from authlens.store.history.history import HistoryRow
    from authlens.store.requests import Entry

PERIOD = 1.5
"""Seconds between two looks at the files."""


def current(
    latest: Mapping[str, HistoryRow],
    entries: Sequence[Entry],
    environment: Environment | None,
    recorded: Callable[[int], Invocation | None],
) -> dict[str, HistoryRow]:
    """By source, the last runs of what the files hold now, against the code as it is now."""
    changes: dict[tuple[Target, str, Path], Change | None] = {}
    kept = {}
    for entry in entries:
        for case in (None, *entry.cases):
            source = source_of(str(entry.path.absolute()), case)
            row = latest.get(source)
            saved = entry.saved and (entry.saved.case(case) if case else entry.saved)
            if row is None or saved is None:
                continue
            sent = saved if environment is None else environment.of(saved)
            of = (sent.target, sent.request.authorizer_name or "", entry.path.parent)
            if of not in changes:
                changes[of] = _last_change(*of)
            change = changes[of]
            if change is not None and change.at > row.started_at:
                continue
            if _is_written_since(entry.path, row.started_at) and not _is_of(sent, recorded(row.number)):
                continue
            kept[source] = row
    return kept


def _is_written_since(path: Path, at: datetime) -> bool:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) > at
    except OSError:
        return True


def _is_of(sent: SavedRequest, run: Invocation | None) -> bool:
    """Whether a run was of this very request: its file may have been saved since without a change of it."""
    if run is None:
        return False
    was = (run.request, run.target, run.sign, run.certificate)
    return was == (sent.request, sent.target, sent.sign, sent.certificate)


class FreshnessController:
    """Looks at the files of the local target now and then, so that nothing on the screen is said of older ones."""

    def __init__(
        self,
        host: Host,
        form: FormController,
        answer: AnswerController,
        identity: IdentityController,
        changed: Callable[[], None],
    ) -> None:
        """changed: called when files that the form's request is sent to were changed."""
        self._host = host
        self._form = form
        self._answer = answer
        self._identity = identity
        self._changed = changed
        self._seen: tuple[tuple[Target, str, Path | None], Change | None] | None = None
        """The last change of what the form is sent to."""

    def begin(self) -> None:
        self._host.every(PERIOD, self.look)

    def look(self) -> None:
        shown = self._answer.invocation
        if self._form.state.target.local is not None or (shown is not None and shown.target.local is not None):
            self._host.run(self._look, "freshness")

    async def _look(self) -> None:
        form, shown = self._form.state, self._answer.invocation
        of = (form.target, form.draft.authorizer_name, form.base)
        try:
            change = await background.call(lambda: _last_change(*of))
            answer = await background.call(lambda: _changed_since(shown, form.base)) if shown is not None else ""
        except (OSError, background.TooManyAbandoned):
            return  # looked at again soon
        before, self._seen = self._seen, (of, change)
        if before is not None and before[0] == of and before[1] != change:
            self._identity.look_up()
            self._changed()
        if shown is not None and shown is self._answer.invocation:
            self._answer.file_changed(answer)


def _last_change(target: Target, name: str, base: Path | None) -> Change | None:
    from authlens.endpoint.local_code import last_change  # after the first paint: it loads what reads the file

    return last_change(target, name, base)


def _changed_since(run: Invocation, base: Path | None) -> str:
    """The name of a file that was changed since a local run."""
    if run.target.local is None:
        return ""
    change = _last_change(run.target, run.request.authorizer_name or "", base_of(run, base))
    return change.file.name if change is not None and change.at > run.started_at else ""

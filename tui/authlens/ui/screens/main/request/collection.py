"""The saved requests of the folder, read while they are in view: their tree, and sending all of them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from authlens.core.request.target import DEMO, Target
from authlens.sending import Sender
from authlens.ui.model.batch import BatchItem, counted
from authlens.ui.model.collection import CollectionNode, CollectionState, latest_of, tree
from authlens.ui.runtime import background
from authlens.ui.runtime.host import Host
from authlens.ui.screens.main.batches import BatchController
from authlens.ui.screens.main.files import FileController
from authlens.ui.screens.main.form import FormController
from authlens.ui.screens.main.history import HistoryController
from authlens.ui.screens.main.request.freshness import current

if TYPE_CHECKING:
    from authlens.core.invocation.invocation import Invocation
    from authlens.core.saved.expectation import Expectation
    from authlens.store.history.history import HistoryRow
    from authlens.store.requests import Loaded

_ROWS = 2_000
"""How many records of the history are searched for the last verdict of each request."""


class CollectionController:
    def __init__(
        self,
        sender: Sender,
        host: Host,
        form: FormController,
        files: FileController,
        history: HistoryController,
        batches: BatchController,
        show: Callable[[Invocation, Expectation | None], None],
        changed: Callable[[CollectionState], None],
    ) -> None:
        """show: puts an answer in view, judged by an expectation."""
        self._sender = sender
        self._host = host
        self._form = form
        self._files = files
        self._history = history
        self._batches = batches
        self._show = show
        self._changed = changed
        self._is_seen = False
        self.state = CollectionState(is_read=False)

    def seen(self) -> None:
        """The tree is on the screen: read it, and from now on after every change."""
        self._is_seen = True
        self.refresh()

    def refresh(self) -> None:
        """Something was sent or saved."""
        if self._is_seen:
            self._host.run(self._refresh, "collection")

    def form_changed(self) -> None:
        """Another file may be open, or the open one was saved or renamed."""
        source = self._opened()
        if self._is_seen and source != self.state.opened:
            self._publish(replace(self.state, opened=source))
            self.refresh()

    async def _refresh(self) -> None:
        from authlens.store.requests import RequestFileError, listing

        folder, history, environment = self._form.state.folder, self._history.store, self._form.state.environment
        latest: dict[str, HistoryRow] = {}
        try:
            entries = await background.call(lambda: listing(folder))
            if history is not None:
                rows = await background.call(lambda: history.page("", None, _ROWS))
                latest = await background.call(lambda: current(latest_of(rows), entries, environment, history.get))
        except RequestFileError as error:
            self._publish(CollectionState(opened=self._opened(), problem=str(error)))
            return
        is_exercise = await background.call(lambda: _exercises(latest.values()))
        self._publish(CollectionState(tree(entries, folder, latest, is_exercise), self._opened()))

    def do(self, action: str, node: CollectionNode, nodes: Sequence[CollectionNode]) -> None:
        """Run what a key asks for, on one node or on all listed."""
        if action == "run":
            self._batches.run(lambda: self._run_all([each for each in nodes if each.path is not None]))
        elif node.path is None:
            return
        elif action == "open":
            self._files.open_file(node.path, node.case)
        elif action == "rename":
            self._files.rename(node.path)
        else:
            self._files.duplicate(node.path)

    async def _run_all(self, nodes: Sequence[CollectionNode]) -> None:
        self._host.notify("Reading the saved requests …", seconds=60, kind="batch")
        loaded = await background.call(lambda: dict(_loaded({each.path for each in nodes if each.path})))
        found = [(node, item) for node in nodes if (item := self._item(node, loaded)) is not None]
        left = len({node.path for node in nodes} - loaded.keys() - {None})
        if left:
            self._host.notify(f"Not sent, because they cannot be read: {counted(left, 'file')}.", "warning")
        elif nodes and not found:
            self._host.notify("Nothing was sent: every request listed has the key skip.", "warning")
        chosen = await self._batches.run_all([item for _, item in found])
        self._host.forget("batch")
        self.refresh()
        if chosen is not None:
            node, item = found[chosen[0]]
            if node.path is not None:
                await self._files.open_now(node.path, node.case)
            self._show(chosen[1], item.saved.expect)

    def _item(self, node: CollectionNode, loaded: dict[Path, Loaded]) -> BatchItem | None:
        """What is sent of a node: the request of a file with cases is not itself one."""
        found = loaded.get(node.path) if node.path is not None else None
        if found is None or (found.saved.suite.cases and not node.case):
            return None
        saved = found.saved.case(node.case) if node.case else found.saved
        if saved is None or saved.suite.skip:
            return None
        environment = self._form.state.environment
        if environment is not None:
            saved = environment.of(saved)
        label = f"{found.path.stem}{f'::{node.case}' if node.case else ''}"
        return BatchItem(label, saved, found.path.parent, node.source)

    def _opened(self) -> str:
        source = self._form.state.source
        return "" if source is None else str(Path(source).absolute())

    def _publish(self, state: CollectionState) -> None:
        self.state = state
        self._changed(state)


def _exercises(latest: Collection[HistoryRow]) -> Callable[[HistoryRow], bool]:
    """Which of them are samples that are still to be solved."""
    if not any(row.target == DEMO for row in latest):
        return lambda _: False
    from authlens.endpoint.local_code import authorizers_named  # with the first sample that was sent
    from authlens.ui.text.answer.sample_text import is_exercise_row

    found = authorizers_named(Target(local=DEMO)) or ()
    return partial(is_exercise_row, inactive=frozenset(each.name for each in found if each.status == "INACTIVE"))


def _loaded(paths: set[Path]) -> Sequence[tuple[Path, Loaded]]:
    from authlens.store.requests import RequestFileError, load

    found = []
    for path in paths:
        try:
            found.append((path, load(path)))
        except RequestFileError:
            continue
    return found

"""The same request in other forms: a case of its file, or sent in another environment."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from authlens.sending import Sender
from authlens.ui.runtime import background
from authlens.ui.runtime.host import Host
from authlens.ui.runtime.start import working_folder
from authlens.ui.screens.main.files import FileController
from authlens.ui.screens.main.form import FormController

_NONE = "\0"
"""The id of the choice of none: no case and no environment has such a name."""


class VariantController:
    def __init__(
        self,
        sender: Sender,
        host: Host,
        form: FormController,
        files: FileController,
        found: Callable[[tuple[str, ...]], None],
    ) -> None:
        """found: receives the names of the environments that the form's request can be sent in."""
        self._sender = sender
        self._host = host
        self._form = form
        self._files = files
        self._found = found
        self._looked_in: Path | None = None

    # Cases

    def choose_case(self) -> None:
        """Put a case of the open file into the form."""
        self._host.run(self._choose_case, "file", typing="waits for the dialog")

    async def _choose_case(self) -> None:
        from authlens.ui.screens.dialogs.pick import PickOne

        file = self._form.state.file
        if file.path is None:
            self._host.notify("Cases are in a saved request: open or save one first.")
            return
        loaded = await self._files.load(file.path)
        if loaded is None:
            return
        cases = loaded.saved.suite.cases
        if not cases:
            self._host.notify(f"{file.path.name} has no cases. 'cases:' in the file names them.")
            return
        things = [(_NONE, "the request of the file itself", loaded.saved.description or "")]
        things += [(case.name, case.name, case.saved.description or "") for case in cases]
        chosen = await self._host.ask(PickOne(f"Cases of {file.path.name}", things, file.case or _NONE))
        if chosen is not None:
            self._files.choose_case(file.path, "" if chosen == _NONE else chosen)

    def step_case(self, by: int) -> None:
        """Put the next case into the form, or the one before; the file's own request comes before the first."""
        file = self._form.state.file
        if file.path is not None:
            self._files.choose_case(file.path, _adjacent(("", *file.cases), file.case, by))

    # Environments

    def look(self) -> None:
        """The form may have moved to another folder: find its environments."""
        if self._base != self._looked_in:
            self._looked_in = self._base
            self._host.run(self._names, "environments")

    @property
    def _base(self) -> Path:
        return (self._form.state.base or self._form.state.folder).absolute()

    async def _names(self) -> tuple[str, ...]:
        from authlens.store.environments import environment_names

        base = self._base
        names = await background.call(lambda: environment_names(base, working_folder() or base))
        self._found(names)
        return names

    def choose_environment(self) -> None:
        """Send the request in another environment from now on."""
        self._host.run(self._choose_environment, "file", typing="waits for the dialog")

    async def _choose_environment(self) -> None:
        from authlens.ui.screens.dialogs.pick import PickOne

        names = await self._names()
        if not names:
            self._host.notify(f"No environment yet: {self._base / 'environments'}/NAME.yaml makes one.")
            return
        things = [(_NONE, "none: as the request says", ""), *((name, name, "") for name in names)]
        chosen = await self._host.ask(PickOne("Environment", things, self._form.state.environment_name or _NONE))
        if chosen is not None:
            await self._use("" if chosen == _NONE else chosen)

    def step_environment(self, by: int) -> None:
        """Send in the next environment from now on, or in the one before; none comes before the first."""

        async def step() -> None:
            names = await self._names()
            await self._use(_adjacent(("", *names), self._form.state.environment_name, by))

        self._host.run(step, "file", typing="waits")

    async def _use(self, name: str) -> None:
        from authlens.store.environments import NoEnvironment, load_environment

        if not name:
            self._form.use_environment("", None)
            return
        base = self._base
        try:
            environment = await background.call(lambda: load_environment(name, base, working_folder() or base))
        except NoEnvironment as error:
            self._host.notify(f"{error}.", "error", 15)
            return
        self._sender.gate.note_environment(environment.target, self._form.state.base, Path(environment.source))
        self._form.use_environment(name, environment)


def _adjacent(names: tuple[str, ...], name: str, by: int) -> str:
    """After the last comes the first; one that no longer exists counts as the first."""
    place = names.index(name) if name in names else 0
    return names[(place + by) % len(names)]

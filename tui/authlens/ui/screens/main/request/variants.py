"""The same request in other forms: a case of its file, or sent in another environment."""

from __future__ import annotations

from pathlib import Path

from authlens.sending import Sender
from authlens.ui.runtime import background
from authlens.ui.runtime.host import Host
from authlens.ui.screens.main.files import FileController
from authlens.ui.screens.main.form import FormController

_NONE = "\0"
"""The id of the choice of none: no case and no environment has such a name."""


class VariantController:
    def __init__(self, sender: Sender, host: Host, form: FormController, files: FileController) -> None:
        self._sender = sender
        self._host = host
        self._form = form
        self._files = files

    def choose_case(self) -> None:
        """Put a case of the open file into the form."""
        self._host.run(self._choose_case, "file", typing="waits for the dialog")

    async def _choose_case(self) -> None:
        from authlens.ui.screens.dialogs.pick import PickOne

        path = self._form.state.file.path
        if path is None:
            self._host.notify("Cases are in a saved request: open or save one first.")
            return
        loaded = await self._files.load(path)
        if loaded is None:
            return
        cases = loaded.saved.suite.cases
        if not cases:
            self._host.notify(f"{path.name} has no cases. 'cases:' in the file names them.")
            return
        things = [(_NONE, "the request of the file itself", loaded.saved.description or "")]
        things += [(case.name, case.name, case.saved.description or "") for case in cases]
        chosen = await self._host.ask(PickOne(f"Cases of {path.name}", things))
        if chosen is not None:
            self._files.open_file(path, "" if chosen == _NONE else chosen)

    def choose_environment(self) -> None:
        """Send the request in another environment from now on."""
        self._host.run(self._choose_environment, "file", typing="waits for the dialog")

    async def _choose_environment(self) -> None:
        from authlens.store.environments import NoEnvironment, environment_names, load_environment
        from authlens.ui.screens.dialogs.pick import PickOne

        base = (self._form.state.base or self._form.state.folder).absolute()
        names = await background.call(lambda: environment_names(base, Path.cwd()))
        if not names:
            self._host.notify(f"No environment yet: {base / 'environments'}/NAME.yaml makes one.")
            return
        things = [(_NONE, "none: as the request says", ""), *((name, name, "") for name in names)]
        chosen = await self._host.ask(PickOne("Environment", things, self._form.state.environment_name or _NONE))
        if chosen is None:
            return
        if chosen == _NONE:
            self._form.use_environment("", None)
            return
        try:
            environment = await background.call(lambda: load_environment(chosen, base, Path.cwd()))
        except NoEnvironment as error:
            self._host.notify(f"{error}.", "error", 15)
            return
        self._sender.gate.note_environment(environment.target, self._form.state.base, Path(environment.source))
        self._form.use_environment(chosen, environment)

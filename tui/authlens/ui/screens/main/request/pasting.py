"""Puts pasted text where it belongs: a request into the form, an answer into the answer, a policy onto a page."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from authlens.core.request.request import Mode
from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest
from authlens.sending import Sender
from authlens.ui.model.draft import Draft, of_saved
from authlens.ui.model.edits import OpenFile
from authlens.ui.runtime.host import Host
from authlens.ui.runtime.services import AppServices
from authlens.ui.runtime.start import working_folder
from authlens.ui.screens.main.answer import AnswerController
from authlens.ui.screens.main.form import FormController
from authlens.ui.screens.main.identity import IdentityController
from authlens.ui.text.identity_line import target_name

if TYPE_CHECKING:
    from authlens.core.pasted.kinds import Pasted, PastedKind
    from authlens.core.pasted.stored_answer import StoredAnswer


class Arrival(Enum):
    """Where a pasted text was put."""

    FORM = "form"
    ANSWER = "answer"


class PasteController:
    def __init__(
        self,
        services: AppServices,
        sender: Sender,
        host: Host,
        form: FormController,
        answer: AnswerController,
        identity: IdentityController,
        arrived: Callable[[Arrival], None],
    ) -> None:
        """arrived: receives where something was put, so that it comes into view."""
        self._arrived = arrived
        self._services = services
        self._sender = sender
        self._host = host
        self._form = form
        self._answer = answer
        self._identity = identity

    def ask(self) -> None:
        """Ask for a text, for whom it is easier to paste where nothing else is."""
        self._host.run(self._ask, "paste", typing="waits for the dialog")

    async def _ask(self) -> None:
        from authlens.ui.screens.dialogs.dialog import AskText

        note = (
            "A command of the AWS CLI, curl, mosquitto_pub or MQTTX, a Lambda event, a policy, an answer or an error."
        )
        self.put(await self._host.ask(AskText("Paste", note=note)) or "")

    def put(self, text: str) -> None:
        """Recognise a pasted text; an unrecognised one is reported."""
        from authlens.core.pasted.kinds import UnreadablePaste, read_pasted

        if not text.strip():
            return
        try:
            pasted = read_pasted(text, self._services.now(), self._form.state.draft.authorizer_name)
        except UnreadablePaste as error:
            self._host.notify(str(error), "warning", 10)
            return
        if pasted.saved is not None:
            self._fill(pasted.saved, pasted.kind, pasted.notes)
        elif pasted.policy is not None:
            self._show_policy(pasted.policy)
        elif pasted.answer is not None:
            self._show_answer(pasted, pasted.answer)

    def _fill(self, saved: SavedRequest, kind: PastedKind, notes: tuple[str, ...]) -> None:
        """A request fills the form."""
        from authlens.core.pasted.kinds import PastedKind

        before, file = self._form.state.draft, self._form.state.file
        draft = of_saved(saved)
        if kind is PastedKind.EVENT and draft.mode is Mode.BOTH:
            # AWS refuses a request with both, although a function receives both.
            draft = replace(draft, mode=Mode.CONTEXT)
        target = draft.target if draft.target != Target() else before.target
        draft = replace(draft, target=target)
        self._sender.gate.vouch(saved.target, self._form.state.base)
        if file.path is None:
            self._form.put(replace(draft, description=before.description))
            said = f"The form holds the pasted {kind.value}. Ctrl+Z undoes that."
        else:
            # Not the file's request: saving it must not overwrite the file, whose expectation does not judge it either.
            self._form.put(draft, None, OpenFile(Draft(), origin=file.path))
            said = f"The form holds the pasted {kind.value} as a new request. Ctrl+Z brings {file.path.name} back."
        if target != before.target:
            base = self._form.state.base
            notes = (f"It goes to {_words(target, base)} now, not to {_words(before.target, base)}.", *notes)
        self._arrived(Arrival.FORM)
        self._host.notify("\n".join([said, *notes]), seconds=10 if notes else 5, kind="form")

    def _show_policy(self, text: str) -> None:
        from authlens.core.pasted.policy_report import policy_report
        from authlens.ui.screens.document import DocumentScreen

        self._host.open(DocumentScreen("Pasted policy", "\n".join(policy_report(text))))

    def _show_answer(self, pasted: Pasted, answer: StoredAnswer) -> None:
        """An answer or error is judged as one to the request in the form; words of others are explained."""
        if answer.messages:
            from authlens.core.verdict.messages_verdict import message_lines
            from authlens.ui.screens.document import DocumentScreen
            from authlens.ui.text.answer.in_app import in_app

            said = in_app("\n".join(message_lines(answer.messages)).strip())
            self._host.open(DocumentScreen("Pasted message", said))
            return
        invocation = answer.invocation
        if not invocation.request.to_api():
            form = self._form.state
            saved = form.sent
            authorizer = self._identity.known_authorizer(saved)
            invocation = replace(
                invocation,
                request=saved.request,
                target=saved.target,
                sign=saved.sign,
                certificate=saved.certificate,
                source=form.source,
                authorizer=authorizer,
            )
        self._answer.show(invocation, None, is_pasted=True)
        self._arrived(Arrival.ANSWER)
        self._host.notify(
            f"The answer shows the pasted {pasted.kind.value}, judged as the answer to the request in the form.",
            kind="form",
        )


def _words(target: Target, base: Path | None) -> str:
    from authlens.core.compare.compare import target_words

    return target_name(target, base, working_folder()) if target.local else target_words(target)

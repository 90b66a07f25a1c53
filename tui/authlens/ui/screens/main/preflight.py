"""Saying why: preflight while typing, its fixes, and the questions that every answer is asked."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from textual import work
from textual.reactive import var
from textual.timer import Timer

from authlens.core.invocation.invocation import Invocation
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.members import header_path
from authlens.core.request.request import Mode
from authlens.core.saved.expectation import Expectation, Question
from authlens.ui.model.draft import Draft, fields_of, of_saved
from authlens.ui.model.edits import OpenFile
from authlens.ui.model.finding_target import following, member_of, to_mend
from authlens.ui.screens.main.form import MainState
from authlens.ui.widgets.answer.access_page import AccessPage
from authlens.ui.widgets.controls.field import Field
from authlens.ui.widgets.form.event_page import EventPage
from authlens.ui.widgets.form.headers_table import HeaderRow

if TYPE_CHECKING:
    from authlens.core.preflight.finding import Finding

PAUSE = 0.15
"""Seconds without typing after which preflight looks at the request: a key must never wait for it."""


class Explaining(MainState):
    findings: var[tuple[Finding, ...]] = var["tuple[Finding, ...]"]((), init=False)
    """What preflight says of the form."""
    expect: var[Expectation | None] = var[Expectation | None](None)
    """What the form's saved request expects."""
    pointed: var[Finding | None] = var["Finding | None"](None, init=False)
    """The finding that the person went to."""
    token_names: var[frozenset[str]] = var[frozenset[str]](frozenset(), init=False)
    """Under which the contexts carry the token, whatever they tell."""
    asked: tuple[Question, ...] = ()
    """The person's own questions."""
    dropped: frozenset[Question] = frozenset()
    _pausing: Timer | None = None

    def look_ahead(self) -> None:
        """The form changed: look at it when the typing pauses."""
        if self._pausing is not None:
            self._pausing.stop()
        self._pausing = self.set_timer(PAUSE, self._look_ahead)

    def _look_ahead(self) -> None:
        from authlens.core.preflight.preflight import preflight  # after the first paint
        from authlens.core.secrets.redaction import token_names

        draft = self.draft
        # Of a form that nobody has begun there is nothing to find fault with.
        found = () if draft.is_blank else preflight(draft.request, self.authorizer, draft.sign, self.desk.now())
        self.findings = found
        self.token_names = token_names(draft.request, self.authorizer)
        for page in self.query(EventPage):
            page.authorizer, page.request = self.authorizer, draft.request
        self._ask_anew()

    def watch_authorizer(self, _authorizer: Authorizer | None) -> None:
        if self.is_mounted:
            self.look_ahead()

    def watch_invocation(self) -> None:
        self._ask_anew()

    def watch_file(self, file: OpenFile) -> None:
        super().watch_file(file)
        if self.is_mounted:
            self._ask_anew()

    # Fixes

    def watch_findings(self) -> None:
        self.pointed = None

    def action_fix(self) -> None:
        """Make the fix of the finding that is pointed at, else the first that is told of."""
        finding = to_mend(self.findings, self.pointed)
        if finding is None or finding.fix is None:
            self.notify("There is nothing here that a key could mend.", markup=False)
            return
        fixed = of_saved(replace(self.draft.saved, request=finding.fix.request))
        self.put(_with_what_is_not_sent(fixed, self.draft), member_of(finding.path))
        self.notify(f"{finding.fix.label}: done. Ctrl+Z takes it back.", markup=False)

    def action_go_to_finding(self) -> None:
        """Put the cursor on the characters that the next finding is about; notes are told on the way."""
        if not self.findings:
            self.notify("There is nothing to say of this request.", markup=False)
            return
        self.pointed = following(self.findings, self.pointed)
        member = member_of(self.pointed.path) if self.pointed is not None else None
        if self.pointed is not None and member is not None:
            self.show_field(member)
            self.call_after_refresh(self._point_at, self.pointed, member)

    def _point_at(self, finding: Finding, member: str) -> None:
        field = self._header_field(finding) if member == "headers" else self._field(member)
        if field is not None:
            field.focus()
            field.select(finding.start, finding.end)

    def _field(self, member: str) -> Field | None:
        return next((field for field in self.query(Field) if field.member == member), None)

    def _header_field(self, finding: Finding) -> Field | None:
        """The value of the header; its name where the finding is about no character of the value."""
        row = next((row for row in self.query(HeaderRow) if header_path(row.pair[0]) == finding.path), None)
        fields = list(row.query(Field).results(Field)) if row is not None else []
        return fields[finding.end > finding.start] if fields else None

    # The signature bench

    @work(exclusive=True, group="signature")
    async def action_signature(self) -> None:
        """Open the signature bench on the request."""
        from authlens.core.request.token_place import find_token
        from authlens.store.references import References
        from authlens.ui.screens.dialogs.signature import SignatureScreen

        draft = self.draft
        # A token that a context carries is what is sent; one that stands in the form besides is only kept.
        carried = draft.mode is Mode.CONTEXT and find_token(draft.request, self.authorizer) is not None
        written = draft.request if carried else replace(draft, mode=Mode.BOTH).request
        references = References(self.desk.environ, self.base)
        bench = SignatureScreen(written, draft.sign, self, self.base, self.desk.now, references.text)
        signed = await self.app.push_screen_wait(bench)
        if signed is not None:
            made = of_saved(replace(draft.saved, request=signed.request, sign=signed.sign))
            mode = draft.mode if made.mode is Mode.BOTH else made.mode
            self.put(_with_what_is_not_sent(replace(made, mode=mode), draft))

    # Questions

    def on_access_page_asked(self, event: AccessPage.Asked) -> None:
        event.stop()
        self.asked = (*self.asked, event.question)
        self.dropped -= {event.question}
        self._ask_anew()

    def on_access_page_dropped(self, event: AccessPage.Dropped) -> None:
        event.stop()
        question = self.questions[event.index] if event.index < len(self.questions) else None
        self.asked = tuple(each for each in self.asked if each != question)
        self.dropped |= {question} if question else set()
        self._ask_anew()

    def _ask_anew(self) -> None:
        from authlens.core.saved.question import first_questions

        shown = self.invocation
        request = shown.request if shown is not None else self.draft.request
        self.expect = self.draft.expect if shown is None or self._is_of_form(shown) else None
        questions = (*first_questions(request, self.expect), *self.asked)
        self.questions = tuple(each for each in dict.fromkeys(questions) if each not in self.dropped)

    def _is_of_form(self, invocation: Invocation) -> bool:
        """Whether what the form expects was expected of this one, rather than of another saved request."""
        draft = self.draft
        if (draft.request, draft.target, draft.sign) == (invocation.request, invocation.target, invocation.sign):
            return True
        if invocation.source is None:
            return invocation.request.authorizer_name == draft.request.authorizer_name
        return self.file.is_source(invocation.source)


def _with_what_is_not_sent(fixed: Draft, draft: Draft) -> Draft:
    """The fixed draft with what its mode leaves out, which no request holds, and the password as it was written."""
    contexts = (*fields_of(Mode.CONTEXT), "password_kind")
    left_out = {Mode.TOKEN: contexts, Mode.CONTEXT: fields_of(Mode.TOKEN)}.get(fixed.mode, ())
    kept = {name: getattr(draft, name) for name in left_out}
    if _password(fixed) == _password(draft):
        kept |= {"password": draft.password, "password_kind": draft.password_kind}
    return replace(fixed, **kept)


def _password(draft: Draft) -> bytes | None:
    mqtt = draft.request.mqtt_context
    return mqtt.password_bytes if mqtt else None

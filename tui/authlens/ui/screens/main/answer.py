"""The answer in view: one invocation with what was read for it. Later changes of the form do not affect it."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from authlens.core.deployment.deployment import Deployment
from authlens.core.invocation.invocation import Invocation
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.target import DEMO
from authlens.core.saved.expectation import Expectation, Question
from authlens.core.saved.source import split_source
from authlens.frozen import dataclass
from authlens.ui.model.screen_values import FormState, HintState
from authlens.ui.runtime.question_memory import Memory
from authlens.ui.text.answer.answer_view import AnswerView, Relation

if TYPE_CHECKING:
    from authlens.store.open_questions import OpenQuestions

_MOST_READ = 50
"""How many invocations keep what was read for them."""


@dataclass(frozen=True, slots=True)
class _ReadFor:
    """What was read for an invocation, and is not part of it."""

    of: Invocation
    authorizer: Authorizer | None = None
    deployment: Deployment | None = None
    expect: Expectation | None = None


class AnswerController:
    def __init__(self, changed: Callable[[AnswerView], None], memory: Memory) -> None:
        self._changed = changed
        self._memory = memory
        self._form = FormState()
        self._hints = HintState()
        self._read: dict[int, _ReadFor] = {}
        self._numbers: dict[int, tuple[Invocation, int]] = {}
        """By the identity of an invocation: itself, and the number that it got when it was recorded."""
        self._asked: dict[str, tuple[Question, ...]] = {}
        """The user's own questions, by file; by folder for requests without one."""
        self._dropped: dict[str, frozenset[Question]] = {}
        self.pinned = False
        """Whether the user chose the baseline."""
        self._is_pasted = False
        """Whether the answer in view was pasted, not sent: a later one is not compared with it unasked."""
        self.view = AnswerView()

    @property
    def invocation(self) -> Invocation | None:
        return self.view.invocation

    @property
    def questions(self) -> tuple[Question, ...]:
        return self.view.questions

    def show(self, invocation: Invocation, expect: Expectation | None, *, is_pasted: bool = False) -> None:
        """Show an invocation. `expect`: what its saved request expects of it, unless that is known already."""
        self._is_pasted = is_pasted
        read = self._read.setdefault(self._key(invocation), _ReadFor(invocation, expect=expect))
        for key in list(self._read)[:-_MOST_READ]:
            del self._read[key]
        baseline = self._baseline_for(invocation)
        self._publish(
            invocation=invocation, **_facts(invocation, read), findings=(), baseline=baseline, changed_file=""
        )

    def _baseline_for(self, invocation: Invocation) -> Invocation | None:
        """The user's own, or the answer that was shown before, if it was one to the same saved request."""
        baseline = self.view.baseline
        if self.pinned or baseline is None or baseline.source == invocation.source:
            return baseline
        return None

    def replace(self, old: Invocation, new: Invocation) -> None:
        """The invocation was recorded, and has a number now."""
        if new.number is not None and old.number is None:
            read = self._read.pop(self._key(old), _ReadFor(old))
            self._read[new.number] = read
            self._numbers[id(old)] = (old, new.number)
            for key in list(self._numbers)[:-_MOST_READ]:
                del self._numbers[key]
        if self.invocation is old:
            self._publish(invocation=new)

    def know(self, invocation: Invocation, authorizer: Authorizer | None, deployment: Deployment | None) -> None:
        """What was read for an invocation after it was sent."""
        key = self._key(invocation)
        read = replace(self._read.get(key, _ReadFor(invocation)), authorizer=authorizer, deployment=deployment)
        self._read[key] = read
        if self.invocation is not None and self._key(self.invocation) == key:
            self._publish(**_facts(self.invocation, read))

    def expect(self, expect: Expectation) -> None:
        """The answer that is shown was recorded as the expectation."""
        if self.invocation is not None:
            key = self._key(self.invocation)
            self._read[key] = replace(self._read.get(key, _ReadFor(self.invocation)), expect=expect)
            self._publish(expect=expect)

    def form_is(self, form: FormState) -> None:
        """The form changed: update how it relates to what is shown, and what it would ask before anything is sent."""
        self._form = form
        self._publish()

    def file_changed(self, name: str) -> None:
        """A file was changed since the shown invocation; an empty name if none was."""
        if name != self.view.changed_file:
            self._publish(changed_file=name)

    def foresee(self, hints: HintState) -> None:
        """What preflight says, while nothing was sent."""
        self._hints = hints
        self._publish()

    # Questions

    def recall(self) -> None:
        """The questions of earlier runs, once they are read."""
        self._memory.recall(self._recalled)

    def _recalled(self, kept: Mapping[str, OpenQuestions]) -> None:
        for of, questions in kept.items():
            self._asked.setdefault(of, questions.asked)
            self._dropped.setdefault(of, questions.dropped)
        if kept:
            self._publish()

    def _keep(self, of: str) -> None:
        from authlens.store.open_questions import OpenQuestions

        self._memory.keep(of, OpenQuestions(self._asked.get(of, ()), self._dropped.get(of, frozenset())))

    def ask(self, question: Question) -> None:
        """Ask it of this answer, and of all later answers to the same request."""
        of = self._asked_of
        self._asked[of] = (*self._asked.get(of, ()), question)
        self._dropped[of] = self._dropped.get(of, frozenset()) - {question}
        self._keep(of)
        self._publish()

    def drop(self, index: int) -> None:
        """Stop asking the question at this place."""
        if index >= len(self.questions):
            return
        of, question = self._asked_of, self.questions[index]
        self._asked[of] = tuple(each for each in self._asked.get(of, ()) if each != question)
        self._dropped[of] = self._dropped.get(of, frozenset()) | {question}
        self._keep(of)
        self._publish()

    @property
    def _asked_of(self) -> str:
        source = self.invocation.source if self.invocation is not None else self._form.source
        return os.path.abspath(split_source(source)[0] if source else self._form.folder)

    def _questions(self, view: AnswerView) -> tuple[Question, ...]:
        from authlens.core.saved.question import first_questions  # not before the first paint

        request = view.invocation.request if view.invocation is not None else self._form.draft.request
        of = self._asked_of
        questions = (*first_questions(request, view.expect), *self._asked.get(of, ()))
        dropped = self._dropped.get(of, frozenset())
        return tuple(each for each in dict.fromkeys(questions) if each not in dropped)

    def _key(self, invocation: Invocation) -> int:
        """Recording gives an invocation a number; it stays the same one."""
        if invocation.number is not None:
            return invocation.number
        recorded = self._numbers.get(id(invocation))
        return recorded[1] if recorded is not None else -id(invocation)

    # The baseline

    def pin(self, invocation: Invocation) -> None:
        """Compare every answer with it."""
        self.pinned = True
        self._publish(baseline=invocation)

    def unpin(self) -> None:
        self.pinned = False
        self._publish(baseline=None)

    def follow(self) -> None:
        """Compare the next answer with the one shown now, unless the user chose a baseline."""
        if not self.pinned:
            self._publish(baseline=None if self._is_pasted else self.invocation)

    def _publish(self, **changes: Any) -> None:
        draft = self._form.draft
        view = replace(self.view, **changes, is_blank=draft.is_blank, is_demo=draft.target.local == DEMO)
        if view.invocation is None:
            hints = self._hints
            view = replace(view, expect=self._form.draft.expect, findings=hints.findings, authorizer=hints.authorizer)
        else:
            view = replace(view, relation=_relation(self._form, view.invocation))
        self.view = view  # what it is asked depends on what is shown
        self.view = replace(view, questions=self._questions(view))
        self._changed(self.view)


def _facts(invocation: Invocation, read: _ReadFor) -> dict[str, Any]:
    return {
        "authorizer": invocation.authorizer or read.authorizer,
        "deployment": read.deployment or invocation.deployment,
        "expect": read.expect,
    }


def _relation(form: FormState, invocation: Invocation) -> Relation:
    if form.holds(invocation):
        return Relation.SAME
    return Relation.EDITED if form.is_source_of(invocation) else Relation.OTHER

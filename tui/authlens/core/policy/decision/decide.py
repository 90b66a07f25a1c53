"""Decides one question over all documents. The default is deny; an explicit deny overrides every allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from authlens.core.policy import arn
from authlens.core.policy.actions import full_name
from authlens.core.policy.decision import near_miss, reasons
from authlens.core.policy.decision.dependence import depends_on
from authlens.core.policy.decision.near_miss import NearMiss
from authlens.core.policy.decision.notes import notes
from authlens.core.policy.decision.reasons import Substitution
from authlens.core.policy.document import Document
from authlens.core.policy.matching import Asking, Deciding, DecisionWord, matches
from authlens.core.policy.variables import Context, Values
from authlens.core.policy.wildcards import MOST_STEPS, TooMuchWork, bounded_work
from authlens.frozen import dataclass

_STEPS = MOST_STEPS // 8
"""For the near misses of one question."""


@dataclass(frozen=True, slots=True)
class Decision:
    """The decision on a question. The explanation is computed on request."""

    word: DecisionWord
    deciding: tuple[Deciding, ...]
    """The statements that deny, or else those that allow; none for an implicit deny."""
    asking: Asking = field(compare=False, repr=False)
    documents: tuple[Document, ...] = field(compare=False, repr=False)

    @property
    def allowed(self) -> bool:
        return self.word is DecisionWord.ALLOWED

    @property
    def reasons(self) -> tuple[str, ...]:
        """Sentences on what decided, and what else the action needs."""
        return reasons.reasons(self.word, self.deciding, self.asking, self.documents)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about the action that apply whatever the decision, and the keys that it depends on."""
        unknown = self.depends_on()
        verb = "has" if len(unknown) == 1 else "have"
        depends = (f"This depends on {' and '.join(unknown)}, which {verb} no value here",) if unknown else ()
        return (*notes(self.documents, self.asking), *depends)

    def depends_on(self, has_certificate: bool = False) -> tuple[str, ...]:
        """The context keys without a value here that decide whether the action is allowed on a real connection."""
        return depends_on(self.documents, self.asking, has_certificate)

    @property
    def near_misses(self) -> tuple[NearMiss, ...]:
        """What almost allowed the action, or almost denied it although it is allowed; nearest first.

        None where finding it would take too long.
        """
        if self.word is DecisionWord.EXPLICIT_DENY:
            return ()
        find = near_miss.almost_denied if self.allowed else near_miss.almost_allowed
        try:
            with bounded_work(_STEPS):
                return find(self.documents, self.asking)
        except TooMuchWork:
            return ()

    @property
    def substitutions(self) -> tuple[Substitution, ...]:
        """Every variable in the statements that name the action, with its value if it has one."""
        return reasons.substitutions(self.documents, self.asking)


def decide(
    documents: Sequence[Document],
    action: str,
    resource: str,
    variables: Values | Context | None = None,
    region: str | None = None,
    account: str | None = None,
) -> Decision:
    """Whether the documents allow an action on a resource: an ARN, or its tail, which region and account complete.

    A key of `variables` with no values is the empty set; a missing key is absent.
    """
    name = full_name(action)
    context = variables if isinstance(variables, Context) else Context(variables or {})
    asking = Asking(name, arn.asked(resource, region, account), context, name.lower())
    allows: list[Deciding] = []
    denies: list[Deciding] = []
    for index, document in enumerate(documents):
        for statement in document.statements:
            matched = matches(statement, asking)
            if matched:
                (denies if statement.effect == "Deny" else allows).append(Deciding(index, statement, *matched))
    word = DecisionWord.EXPLICIT_DENY if denies else DecisionWord.ALLOWED if allows else DecisionWord.IMPLICIT_DENY
    return Decision(word, tuple(denies or allows), asking, tuple(documents))

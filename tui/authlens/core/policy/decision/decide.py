"""Decisions: what all documents together say to one question. Default deny; an explicit deny beats every allow."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import field

from authlens.core.policy import arn
from authlens.core.policy.actions import full_name
from authlens.core.policy.decision import near_miss, reasons
from authlens.core.policy.decision.near_miss import NearMiss
from authlens.core.policy.decision.notes import notes
from authlens.core.policy.decision.reasons import Substitution
from authlens.core.policy.document import Document
from authlens.core.policy.matching import Asking, Deciding, Word, matches
from authlens.core.policy.variables import Context, Values
from authlens.frozen import dataclass

__all__ = ["Decision", "Word", "decide"]


@dataclass(frozen=True, slots=True)
class Decision:
    """The answer to a question. Why it is so is worked out when it is asked for."""

    word: Word
    deciding: tuple[Deciding, ...]
    """The denying statements, or the allowing ones; none for an implicit deny."""
    asking: Asking = field(compare=False, repr=False)
    documents: tuple[Document, ...] = field(compare=False, repr=False)

    @property
    def allowed(self) -> bool:
        return self.word is Word.ALLOWED

    @property
    def reasons(self) -> tuple[str, ...]:
        """Sentences that say what decided, and what else the action needs."""
        return reasons.reasons(self.word, self.deciding, self.asking, self.documents)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences about the action that hold whatever was decided."""
        return notes(self.documents, self.asking)

    @property
    def near_misses(self) -> tuple[NearMiss, ...]:
        """What almost allowed it, or almost denied what is allowed; nearest first."""
        if self.word is Word.EXPLICIT_DENY:
            return ()
        find = near_miss.almost_denied if self.allowed else near_miss.almost_allowed
        return find(self.documents, self.asking)

    @property
    def substitutions(self) -> tuple[Substitution, ...]:
        """Every variable in the statements that name the action, with the value it was given or none."""
        return reasons.substitutions(self.documents, self.asking)


def decide(
    documents: Sequence[Document],
    action: str,
    resource: str,
    variables: Values | None = None,
    region: str | None = None,
    account: str | None = None,
) -> Decision:
    """Whether the documents allow an action on a resource: an ARN, or its tail, which region and account complete.

    A key of `variables` with no values is the empty set; a key that is not there is absent.
    """
    name = full_name(action)
    asking = Asking(name, arn.asked(resource, region, account), Context(variables or {}), name.lower())
    allows: list[Deciding] = []
    denies: list[Deciding] = []
    for index, document in enumerate(documents):
        for statement in document.statements:
            matched = matches(statement, asking)
            if matched:
                (denies if statement.effect == "Deny" else allows).append(Deciding(index, statement, *matched))
    word = Word.EXPLICIT_DENY if denies else Word.ALLOWED if allows else Word.IMPLICIT_DENY
    return Decision(word, tuple(denies or allows), asking, tuple(documents))

"""What the samples that fail are for: that each is an exercise, how it is solved, and that it is solved. Pure."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import PurePath
from typing import TYPE_CHECKING

from textual.content import Content

from authlens.core.expect.check import Judgement, JudgementState
from authlens.core.request.target import DEMO
from authlens.core.saved.source import split_source
from authlens.ui.text.history_text import EXERCISE, outcome_word_of
from authlens.ui.text.key_words import in_own_keys

if TYPE_CHECKING:
    from authlens.core.invocation.invocation import Invocation
    from authlens.store.history.history import HistoryRow

_FIXES = {
    "3-wrong-password": "type the password of sample 1, correct-horse, and press F5.",
    "4-function-that-raises": "give a username on the MQTT page, such as sensor7, and press F5.",
    "5-answer-that-AWS-refuses": (
        "press Ctrl+P, choose Edit the function, let it return the principalId sensor7, and press F5."
    ),
    "6-policy-that-helps-nobody": (
        "press Ctrl+P, choose Edit the function, add CONNECT to its statements, and press F5."
    ),
    "7-signature-of-another-token": (
        "press Ctrl+T, sign the token with the key ../keys/private.pem, take it with F5, and press F5."
    ),
    "8-authorizer-out-of-use": (
        "press Ctrl+P, choose Edit the target's file, set the status of Retired to ACTIVE, and press F5."
    ),
}
"""By the name of the sample; those that are not here pass from the beginning."""


def sample_text(invocation: Invocation, judgement: Judgement) -> Content | None:
    """What there is to say instead of the judgement; `None` if it is not a sample, or one that passes anyway."""
    fix = _fix_of(invocation)
    if not fix:
        return None
    if is_exercise(invocation, judgement):
        return Content.assemble((f"{' '.join(EXERCISE)}: ", "bold $text-primary"), in_own_keys(fix))
    return Content.styled("✓ solved: this sample failed on purpose, and passes now", "$text-success")


def is_exercise(invocation: Invocation, judgement: Judgement) -> bool:
    """Whether it is a sample that fails on purpose and still does."""
    if not _fix_of(invocation):
        return False
    authorizer = invocation.authorizer
    # A test call cannot see that: the authorizer answers it, and refuses every device.
    is_inactive = authorizer is not None and authorizer.status == "INACTIVE"
    return judgement.state is not JudgementState.KEPT or is_inactive


def is_exercise_row(row: HistoryRow, inactive: Collection[str]) -> bool:
    """The same of what the history lists. inactive: the names of the demo's authorizers that are."""
    has_passed = outcome_word_of(row)[0] == "✓" and row.authorizer not in inactive
    return row.target == DEMO and bool(_fix_named(row.source)) and not has_passed


def _fix_of(invocation: Invocation) -> str:
    return _fix_named(invocation.source) if invocation.target.local == DEMO else ""


def _fix_named(source: str | None) -> str:
    return _FIXES.get(PurePath(split_source(source)[0]).stem, "") if source else ""

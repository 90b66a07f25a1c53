"""What the samples that fail are for: that each is meant to, what fixes it, and that it is fixed. Pure."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from textual.content import Content

from authlens.core.expect.check import Judgement, JudgementState
from authlens.core.request.target import DEMO
from authlens.core.saved.source import split_source

if TYPE_CHECKING:
    from authlens.core.invocation.invocation import Invocation

_IN_THE_CODE = "A sample's code cannot be edited; 'authlens init DIR' makes a project whose code can"
_FIXES = {
    "3-wrong-password": "type the password of sample 1, correct-horse, and press F5.",
    "4-function-that-raises": (
        "choose the MQTT page, give a username such as sensor7, and press F5; or let the function cope without one."
    ),
    "5-answer-that-AWS-refuses": (
        f"the function must return a principalId of letters and digits only. {_IN_THE_CODE}."
    ),
    "6-policy-that-helps-nobody": (f"the policy must allow iot:Connect, see Lint. {_IN_THE_CODE}."),
    "7-signature-of-another-token": (
        "press Ctrl+T, sign the token with the key ../keys/private.pem, take it with F5, and press F5."
    ),
    "8-authorizer-out-of-use": (
        "its status must be ACTIVE, which a sample cannot change. The test call passes even so: see Device."
    ),
}
"""By the name of the sample; those that are not here are meant to pass."""


def sample_text(invocation: Invocation, judgement: Judgement) -> Content | None:
    """What there is to say instead of the judgement; `None` if it is not a sample, or one that is meant to pass."""
    fix = _FIXES.get(PurePath(split_source(invocation.source)[0]).stem) if invocation.source else None
    if fix is None or invocation.target.local != DEMO:
        return None
    outcome = invocation.outcome
    if judgement.state is JudgementState.KEPT:
        return Content.assemble(
            ("✓ meant to fail: ", "$text-success"), "this sample shows how. ", ("To fix it: ", "bold"), fix
        )
    if judgement.state is JudgementState.BROKEN and outcome is not None and outcome.is_authenticated:
        return Content.styled("✓ fixed: this sample was meant to fail, and is authenticated now.", "bold $text-success")
    return None

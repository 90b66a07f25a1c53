"""Stages that a call got through without being checked there: a signature that nothing requires, for one. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from authlens.core.contract.stage import Stage
from authlens.core.invocation.invocation import Invocation
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.token_place import signature_of
from authlens.core.verdict.verdict import StageState, Verdict


def with_skipped(verdict: Verdict, invocation: Invocation, authorizer: Authorizer | None) -> Verdict:
    """The verdict, with what was not checked marked as that instead of as passed."""
    reasons = _reasons(invocation, authorizer)
    stages = tuple(
        replace(each, state=StageState.SKIPPED, why=each.why or reasons[each.stage])
        if each.state is StageState.PASSED and each.stage in reasons
        else each
        for each in verdict.stages
    )
    return replace(verdict, stages=stages) if stages != verdict.stages else verdict


def _reasons(invocation: Invocation, authorizer: Authorizer | None) -> Mapping[str, str]:
    """Why each of these stages checked nothing."""
    reasons: dict[str, str] = {}
    if invocation.target.local is not None:
        reasons[Stage.CREDENTIALS] = "A local target needs no AWS credentials."
    if invocation.via == "function":
        reasons[Stage.FITS] = "The function was called directly, without AWS IoT."
        reasons[Stage.SIGNATURE] = "The function was called directly: nothing verified a signature."
    elif authorizer is not None and authorizer.signing_disabled:
        reasons[Stage.SIGNATURE] = "Not required: signing is disabled for this authorizer."
    elif authorizer is None and invocation.sign is None and signature_of(invocation.request) is None:
        reasons[Stage.SIGNATURE] = "No signature was sent, so none was verified."
    return reasons

"""Which code of a function ran, as a short digest, and whether it is the same for two invocations.

The rule: two digests are compared only where both are known and of the same kind; the digest of local files is not
that of a deployed package.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from authlens.core.deployment.deployment import Function
from authlens.frozen import dataclass

if TYPE_CHECKING:
    from authlens.core.invocation.invocation import Invocation

MOST_NAMED = 3
"""How many changed files a sentence names."""


@dataclass(frozen=True, slots=True)
class RanCode:
    """The code that ran."""

    digest: str
    files: tuple[tuple[str, str], ...] = ()
    """Its files by path, each with a digest of its own; not all of them where there are many."""
    is_deployed: bool = False
    """Whether the digest is Lambda's CodeSha256."""


def ran_code(invocation: Invocation) -> RanCode | None:
    """Of a local run its files; of a deployed function what was read of the deployment; `None` if it is unknown."""
    run, deployment = invocation.local_run, invocation.deployment
    if run is not None:
        return RanCode(run.code, run.code_files) if run.code else None
    function = deployment.function if deployment is not None else None
    if not isinstance(function, Function) or not function.code_sha256:
        return None
    return RanCode(function.code_sha256, is_deployed=True)


def code_change(before: RanCode | None, after: RanCode | None) -> str:
    """`the function's code changed (app.py)`; empty if it is the same, or unknown on one side."""
    if before is None or after is None or before.is_deployed is not after.is_deployed or before.digest == after.digest:
        return ""
    if before.is_deployed:
        return "the function's deployed code changed"
    changed = sorted({name for name, _ in {*before.files} ^ {*after.files}}) if before.files and after.files else []
    more = f" and {len(changed) - MOST_NAMED} more" if len(changed) > MOST_NAMED else ""
    named = f" ({', '.join(changed[:MOST_NAMED])}{more})" if changed else ""
    return f"the function's code changed{named}"

"""The stages of a test call, used by refusals and verdicts."""

from __future__ import annotations

from enum import StrEnum


class Stage(StrEnum):
    """The stages of a test call, in order."""

    CREDENTIALS = "credentials"
    WELL_FORMED = "request well-formed"
    FOUND = "authorizer found"
    FITS = "request fits the authorizer"
    SIGNATURE = "signature verified"
    RAN = "function ran"
    VALID = "answer valid"
    AUTHENTICATED = "authenticated"
    POLICY = "policy allows"


ALLOWED = "allowed"
"""The word for what passed every stage."""
STAGE_WORDS: dict[str, str] = {
    Stage.CREDENTIALS: "no access",
    Stage.WELL_FORMED: "malformed",
    Stage.FOUND: "not found",
    Stage.FITS: "rejected",
    Stage.SIGNATURE: "signature",
    Stage.RAN: "function",
    Stage.VALID: "answer",
    Stage.AUTHENTICATED: "refused",
    Stage.POLICY: "denied",
}
"""The word for what failed there; `denied` for a client that was authenticated and may not even connect."""
CONNECTION_WORDS: dict[str, str] = {
    "network": "network",
    "TLS": "TLS",
    "upgrade": "upgrade",
    Stage.FOUND: "authorizer",
    Stage.SIGNATURE: "signature",
    Stage.RAN: "function",
    Stage.VALID: "answer",
    Stage.AUTHENTICATED: "refused",
    "connected": "denied",
    "subscribe": "denied",
    "publish": "denied",
}
"""The same for the stages of a real connection."""


def stage_word(stage: str, is_connection: bool) -> str:
    """The word for the name of a stage; a file of a later version may have others."""
    return (CONNECTION_WORDS if is_connection else STAGE_WORDS).get(stage, "refused")

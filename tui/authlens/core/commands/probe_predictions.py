"""What the documents of an earlier answer say of all that a probe tries, for the client id that it uses."""

from __future__ import annotations

from collections.abc import Sequence

from authlens.core.commands.probe_plan import with_client_id
from authlens.core.invocation.access import AccessQuestions
from authlens.core.invocation.invocation import Invocation
from authlens.core.probe.plan import PROBE_CLIENT_ID, Trial
from authlens.core.request.request import AuthorizerRequest
from authlens.core.saved.expectation import Question

CONNECT = "iot:Connect"


def predictions(
    earlier: Invocation | None, request: AuthorizerRequest, trials: Sequence[Trial]
) -> dict[tuple[str, str], str]:
    """By action and by client id, topic or filter, where the documents alone decide.

    Empty where the earlier answer has no documents.
    """
    outcome = earlier and earlier.outcome
    if not earlier or not outcome or not outcome.policy_documents:
        return {}
    client_id = request.client_id or PROBE_CLIENT_ID
    asking = with_client_id(request, client_id)
    has_certificate = earlier.certificate is not None
    access = AccessQuestions(outcome, asking, dict(earlier.variables), has_certificate=has_certificate)
    asked = [(CONNECT, client_id, f"client/{client_id}")]
    asked += [(trial.action, trial.topic, trial.resource) for trial in trials]
    words = {(action, name): access.settled_word(Question(action, resource)) for action, name, resource in asked}
    return {what: word for what, word in words.items() if word is not None}

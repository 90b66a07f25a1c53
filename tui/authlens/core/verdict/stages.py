"""The stage verdict of an invocation: what passed, what failed first and why, and the one thing to do next."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from authlens.core.contract import test_call
from authlens.core.contract.answer import FUNCTION_FAILED
from authlens.core.contract.caveat import Caveat
from authlens.core.contract.outcome import Outcome
from authlens.core.contract.refusal import RefusalRule
from authlens.core.contract.stage import Stage as Stage
from authlens.core.deployment.deployment import Deployment
from authlens.core.deployment.findings import deployment_caveats
from authlens.core.invocation.access import ALLOWED, IMPLICIT_DENY, Access, AccessQuestions
from authlens.core.invocation.failing_line import failing_line
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.invocation.read_for import read_for
from authlens.core.policy.wildcards import MOST_STEPS, TooMuchWork, bounded_work
from authlens.core.preflight.finding import MISSING_AUTHORIZER, Finding, PreflightSubject
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.saved.expectation import Question
from authlens.core.secrets.redaction import MASK
from authlens.core.verdict.caveats import Passed, caveats, client_id_of, depending
from authlens.core.verdict.explanations import ANSWERED_TO_KNOWN_CALLERS, StageExplanation, explain
from authlens.core.verdict.local_causes import possible_cause
from authlens.core.verdict.verdict import Conclusion as Conclusion
from authlens.core.verdict.verdict import StageResult as StageResult
from authlens.core.verdict.verdict import StageState as StageState
from authlens.core.verdict.verdict import Verdict as Verdict
from authlens.core.verdict.verdict import with_skipped

if TYPE_CHECKING:
    from authlens.core.policy.document import ActionElement, Statement


def stages(
    invocation: Invocation,
    questions: Iterable[Question] = (),
    authorizer: Authorizer | None = None,
    variables: Mapping[str, tuple[str, ...]] | None = None,
    deployment: Deployment | None = None,
    claims_authenticated: bool | None = None,
) -> Verdict:
    """The verdict of an invocation, from what was read for it.

    authorizer, deployment: for an invocation without them; those of a different authorizer are ignored. variables:
    policy variables in addition to those of the invocation. claims_authenticated: what the function's own answer says,
    if AWS would refuse it and it is known.
    """
    if invocation.device is not None and invocation.is_probe:
        from authlens.core.verdict.probe_verdict import probe_verdict  # most answers are not a probe's

        return probe_verdict(invocation, invocation.device)
    read = read_for(invocation, authorizer, deployment)
    known, deployment = read.authorizer, read.deployment
    variables = {**read.variables, **(variables or {})}
    result = invocation.result
    if isinstance(result, Failure):
        explanation = _with_advice(explain(result, invocation.request, known, claims_authenticated), invocation, known)
        verdict = with_deployment(_failed(explanation, result), deployment, invocation.request)
    elif not result.is_authenticated:
        verdict = with_deployment(_refused(result, possible_cause(invocation)), deployment, invocation.request)
    else:
        answers = AccessQuestions(result, invocation.request, variables, known, has_certificate=read.has_certificate)
        passed = Passed(invocation, result, known, answers, deployment, read.transport)
        verdict = _authenticated(passed, tuple(map(answers.ask, questions)))
    return with_skipped(verdict, invocation, known)


def with_deployment(verdict: Verdict, deployment: Deployment | None, request: AuthorizerRequest) -> Verdict:
    """The verdict of a failed call with the findings about the deployment, which may be the cause."""
    if deployment is None:
        return verdict
    found = deployment_caveats(deployment, request)
    verdict = replace(verdict, caveats=found)
    if verdict.conclusion is Conclusion.READY and found and found[0].severity == "warning":
        return replace(verdict, headline=f"{verdict.headline} But: {found[0].message}", next_step=found[0].next_step)
    cause = next((each for each in found if each.severity == "warning" and each.stage is Stage.RAN), None)
    lit = verdict.lit
    if cause is None or lit is None or lit.stage is not Stage.RAN or verdict.explanation in _OWN_ERRORS:
        return verdict
    why = f"{lit.why} {cause.message}"
    changed = tuple(
        replace(each, why=why, next_step=cause.next_step) if each is lit else each for each in verdict.stages
    )
    return replace(verdict, stages=changed, headline=why, next_step=cause.next_step)


CONNECT_AS_DEVICE = "Connect as a device would ('authlens connect')."

_OWN_ERRORS = frozenset({FUNCTION_FAILED.id})
"""The function ran and failed on its own, so the deployment is not to blame."""


def foreseen(findings: Iterable[Finding], authorizer: Authorizer | None = None) -> Verdict:
    """The verdict before sending: the stage at which the first error of preflight would end the call."""
    error = next((finding for finding in findings if finding.severity == "error"), None)
    if error is None:
        results = _results(Stage.CREDENTIALS, StageState.NOT_REACHED)
        passed = (Stage.WELL_FORMED, Stage.FITS, *((Stage.FOUND,) if authorizer else ()))
        words = "Preflight finds nothing that AWS would refuse."
        return Verdict(Conclusion.READY, _passed(results, passed), words, "Send it.")
    stage = _foreseen_stage(error)
    next_step = error.fix.label + "." if error.fix else "Correct it, or send it anyway to see what AWS says."
    results = _results(stage, StageState.FAILED, error.message, next_step, error.aws_words, StageState.NOT_REACHED)
    judged = (Stage.WELL_FORMED, *((Stage.FOUND,) if authorizer else ()), Stage.FITS)
    passed = tuple(each for each in judged if _index(each) < _index(stage))
    return Verdict(Conclusion.FAILED, _passed(results, passed), error.message, next_step, error.id)


def _failed(explanation: StageExplanation, failure: Failure) -> Verdict:
    words = f"{failure.error}: {'null' if failure.message is None else failure.message}"
    earlier = StageState.PASSED if explanation.earlier_passed else StageState.NOT_REACHED
    state = StageState.FAILED if explanation.judged else StageState.NOT_REACHED
    results = _results(explanation.stage, state, explanation.why, explanation.next_step, words, earlier)
    if failure.error in ANSWERED_TO_KNOWN_CALLERS:
        results = _passed(results, (Stage.CREDENTIALS,))
    return Verdict(Conclusion.FAILED, results, explanation.why, explanation.next_step, explanation.id)


_LOCAL_CAUSES = frozenset({FUNCTION_FAILED.id, test_call.UNKNOWN_AUTHORIZER.id})


def _with_advice(
    explanation: StageExplanation, invocation: Invocation, authorizer: Authorizer | None
) -> StageExplanation:
    """Adds what the machine that ran the function knows: what is wrong in its answer, or the cause of its failure.

    And what the authorizer's keys say of a signature that fits none of them.
    """
    failure = invocation.failure
    if failure is not None and failure.kind is FailureKind.REFUSED_HERE and not invocation.request.authorizer_name:
        why = "The request names no authorizer."
        return replace(explanation, id=MISSING_AUTHORIZER, why=why, next_step="Give the name of an authorizer.")
    if explanation.id == test_call.SIGNATURE_MISMATCH.id:
        return _with_mistake(explanation, invocation, authorizer)
    run = invocation.local_run
    if run is not None and run.problem and explanation.stage is Stage.VALID:
        return replace(explanation, why=run.problem)
    explanation = _on_this_machine(_at_its_line(explanation, invocation), invocation)
    if explanation.id not in _LOCAL_CAUSES or (cause := possible_cause(invocation)) is None:
        return explanation
    why, next_step = cause
    return replace(explanation, why=f"{explanation.why} {why}".rstrip(), next_step=next_step or explanation.next_step)


def _with_mistake(
    explanation: StageExplanation, invocation: Invocation, authorizer: Authorizer | None
) -> StageExplanation:
    """The same reason that preflight gives, where the token and the keys are known."""
    from authlens.core.preflight.signature_checks import signature_mismatch  # refusals of this kind are few

    if MASK in str(invocation.request.to_api()):
        return explanation
    subject = PreflightSubject(invocation.request, invocation.request, authorizer, None)
    finding = next(signature_mismatch(subject), None)
    if finding is None or finding.severity != "error":
        return explanation
    step = f"{finding.fix.label}." if finding.fix else _SIGN_AGAIN
    return replace(explanation, why=finding.message, next_step=step)


_SIGN_AGAIN = (
    "Sign the token alone, without a line feed, with the private key of a registered public key ('authlens sign')."
)


def _at_its_line(explanation: StageExplanation, invocation: Invocation) -> StageExplanation:
    """Where in its code the function raised."""
    failure = invocation.failure
    has_raised = explanation.id == FUNCTION_FAILED.id and failure is not None and not _was_ended(failure)
    line = failing_line(invocation.function_log) if has_raised else ""
    return replace(explanation, why=f"{explanation.why} It failed at {line}.") if line else explanation


def _on_this_machine(explanation: StageExplanation, invocation: Invocation) -> StageExplanation:
    """A local target has no account, Region or profile to look for an authorizer in, and nothing is deployed again."""
    if invocation.target.local is None:
        return explanation
    if explanation.id != test_call.UNKNOWN_AUTHORIZER.id:
        return replace(explanation, next_step=explanation.next_step.replace(" and deploy again", ""))
    why = f"The local target has no authorizer {invocation.request.authorizer_name}."
    return replace(
        explanation, why=why, next_step="Check the name against the authorizers that the target's file defines."
    )


def _was_ended(failure: Failure) -> bool:
    """Whether Lambda ended the function, so that a trace in its log is of something else."""
    return (failure.message or "").endswith((": Sandbox.Timedout", ": Runtime.OutOfMemory"))


def _refused(outcome: Outcome, cause: tuple[str, str] | None = None) -> Verdict:
    why = f"The function refused this login: isAuthenticated is false for the principal {outcome.principal_id!r}."
    next_step = "Compare the event it received with what it expects, and read its log."
    if cause is not None:
        why, next_step = f"{why} {cause[0]}".rstrip(), cause[1] or next_step
    results = _results(Stage.AUTHENTICATED, StageState.FAILED, why, next_step)
    return Verdict(Conclusion.REFUSED, results, why, next_step, "refused")


def _authenticated(passed: Passed, answers: tuple[Access, ...]) -> Verdict:
    found = caveats(passed)
    denied = [access for access in answers if access.word != ALLOWED]
    conclusion = _conclusion(passed, denied)
    headline, next_step = _policy_words(conclusion, passed, answers, denied)
    if conclusion is Conclusion.DENIED and (cause := possible_cause(passed.invocation)):
        headline, next_step = f"{headline} {cause[0]}".rstrip(), cause[1] or next_step
    if conclusion is Conclusion.ALLOWED and not answers:
        results = _unasked(passed)
    else:
        states = {Conclusion.ALLOWED: StageState.PASSED, Conclusion.OPEN: StageState.NOT_REACHED}
        state = states.get(conclusion, StageState.FAILED)
        results = _results(Stage.POLICY, state, headline, next_step)
    if conclusion is Conclusion.ALLOWED and found and found[0].severity == "warning":
        headline, next_step = f"{headline[:-1]}, but: {_lowered(found[0].message)}", found[0].next_step
    return Verdict(conclusion, _warned(results, found), headline, next_step, "", found, answers)


def _conclusion(passed: Passed, denied: list[Access]) -> Conclusion:
    if _nothing_allowed(passed):
        return Conclusion.DENIED
    if denied and passed.is_x509 and all(access.word == IMPLICIT_DENY for access in denied):
        return Conclusion.OPEN
    return Conclusion.PARTLY if denied else Conclusion.ALLOWED


def _unasked(passed: Passed) -> tuple[StageResult, ...]:
    """Without an open question, checks the one that every client depends on: may it connect?"""
    client = client_id_of(passed)
    if client is None:
        return _results(Stage.POLICY, StageState.NOT_REACHED, "Nothing was asked, and there is no client id to check.")
    question = Question("iot:Connect", f"client/{client}")
    word, unknown = passed.answers.word(question), passed.answers.depends_on(question)
    if unknown:
        return _results(Stage.POLICY, StageState.NOT_REACHED, depending(client, unknown))
    if passed.is_x509 and word == IMPLICIT_DENY:
        why = f"The documents attached to the certificate decide whether the client id {client!r} may connect."
        return _results(Stage.POLICY, StageState.NOT_REACHED, why)
    return _results(Stage.POLICY, StageState.PASSED, f"The client id {client!r} may connect.")


def _policy_words(
    conclusion: Conclusion, passed: Passed, answers: tuple[Access, ...], denied: list[Access]
) -> tuple[str, str]:
    outcome = passed.outcome
    who = f"Authenticated as {outcome.principal_id!r}"
    if conclusion is Conclusion.ALLOWED:
        asked = f", and the policies allow {_asked(answers)}" if answers else ""
        return f"{who}{asked}.", CONNECT_AS_DEVICE if answers else "Ask what the client may do."
    if conclusion is Conclusion.DENIED:
        return f"{who}, but everything is denied: {_nothing_allowed(passed)}.", _instead(outcome)
    first = denied[0]
    verb = "is" if len(denied) == 1 else "are"
    count = f"{len(denied)} of {len(answers)} questions {verb} denied: " if len(answers) > 1 else ""
    if conclusion is Conclusion.OPEN:
        headline = (
            f"{who}. The function's documents do not allow {first.question.action} on {first.question.resource}; those "
            "attached to the certificate add to them."
        )
        return headline, "Look at the policies of the certificate: aws iot list-attached-policies --target ARN."
    headline = (
        f"{who}, but {count}{first.question.action} on {first.question.resource} is {first.word}{_without(first)}."
    )
    return headline, first.because or "Allow it in a policy document."


def _asked(answers: tuple[Access, ...]) -> str:
    question = answers[0].question
    if len(answers) > 1:
        unknown = next((each for each in answers if each.unknown), answers[0])
        return f"all {len(answers)} questions{_without(unknown)}"
    return f"{question.action} on {question.resource}{_without(answers[0])}"


def _without(access: Access) -> str:
    """On what the decision depends, as the end of a sentence."""
    return f" without a value for {' and '.join(access.unknown)}" if access.unknown else ""


_MOST_PAIRS = 2_500
"""The most pairs of statements compared; documents that AWS accepts have fewer."""


def _instead(outcome: Outcome) -> str:
    if not outcome.policy_documents:
        return "If the login was meant to pass, return at least one document that allows iot:Connect for the client id."
    return "If the login was meant to pass, find out why the function returned a policy that denies."


def _nothing_allowed(passed: Passed) -> str:
    """Why nothing is allowed; empty if something may be, such as by the documents of a certificate."""
    outcome, is_x509 = passed.outcome, passed.is_x509
    from authlens.core.policy.covering import applies_always, includes, is_plain
    from authlens.core.policy.document import parse_answer

    statements = [statement for document in parse_answer(outcome.policy_documents) for statement in document.statements]
    allows = [statement for statement in statements if statement.allows]
    denies = [statement for statement in statements if statement.denies and is_plain(statement)]
    if any(map(applies_always, denies)) and (allows or is_x509):
        return "a Deny of everything overrides every Allow"
    if is_x509:
        return ""
    if not outcome.policy_documents:
        return "there is no policy document"
    if not allows:
        return "no statement allows anything"
    few = len(allows) * len(denies) <= _MOST_PAIRS
    try:
        with bounded_work(MOST_STEPS // 4):
            if few and all(is_plain(one) and any(includes(deny, one) for deny in denies) for one in allows):
                return "everything allowed is also denied, and a Deny overrides every Allow"
            return _no_allow_applies(passed, allows)
    except TooMuchWork:
        return ""


def _no_allow_applies(passed: Passed, allows: list[Statement]) -> str:
    """Why no Allow applies to this connection; empty if one does, or if that cannot be determined."""
    if any(one.not_action or not all(map(_is_known, one.actions)) for one in allows):
        return ""
    is_dead = is_unmet = False
    for one in passed.answers.permissions():
        if one.grants:
            return ""
        is_dead, is_unmet = is_dead or bool(one.dead), is_unmet or bool(one.unmet)
    if is_dead:
        return "what is allowed contains a variable that has no value for this connection"
    return "what is allowed has a condition that this connection does not meet" if is_unmet else ""


def _is_known(element: ActionElement) -> bool:
    """Whether it names actions that authlens knows; what others allow cannot be determined."""
    from authlens.core.policy.actions import actions_matching

    return bool(actions_matching(element.text))


def _passed(results: tuple[StageResult, ...], passed: tuple[Stage, ...]) -> tuple[StageResult, ...]:
    return tuple(replace(each, state=StageState.PASSED) if each.stage in passed else each for each in results)


def _index(stage: Stage) -> int:
    return tuple(Stage).index(stage)


def _results(
    stage: Stage,
    state: StageState,
    why: str = "",
    next_step: str = "",
    aws_words: str | None = None,
    earlier: StageState = StageState.PASSED,
) -> tuple[StageResult, ...]:
    """The results of all stages for a call that ended at this one."""
    order, at = tuple(Stage), _index(stage)
    return (
        *(StageResult(each, earlier) for each in order[:at]),
        StageResult(stage, state, why, next_step, aws_words),
        *(StageResult(each, StageState.NOT_REACHED) for each in order[at + 1 :]),
    )


def _warned(results: tuple[StageResult, ...], found: tuple[Caveat, ...]) -> tuple[StageResult, ...]:
    """The results with the first warning for each passed stage."""
    first: dict[str, Caveat] = {}
    for caveat in found:
        if caveat.severity == "warning":
            first.setdefault(caveat.stage, caveat)
    return tuple(
        replace(
            result, state=StageState.WARNED, why=first[result.stage].message, next_step=first[result.stage].next_step
        )
        if result.state is StageState.PASSED and result.stage in first
        else result
        for result in results
    )


_RULES: dict[str, RefusalRule] = {rule.id: rule for rule in test_call.TEST_CALL}


def _foreseen_stage(error: Finding) -> Stage:
    rule = _RULES.get(error.id)
    return Stage(rule.stage) if rule is not None and rule.stage else Stage.WELL_FORMED


def _lowered(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]

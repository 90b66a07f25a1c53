from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace

import pytest

from authlens.core.contract.outcome import Outcome
from authlens.core.deployment.deployment import Deployment, Function, Unread
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation
from authlens.core.invocation.local_run import LocalRun, Unresolved
from authlens.core.preflight.preflight import preflight
from authlens.core.request.authorizer import AUTHORIZER_NAME, Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext
from authlens.core.request.target import Target
from authlens.core.saved.certificate import Certificate
from authlens.core.saved.expectation import Question
from authlens.core.verdict.stages import Conclusion, Stage, StageState, Verdict, foreseen, stages, with_deployment
from support import device_records
from support.preflight import NOW, SIGNED

MARKS = {
    StageState.PASSED: "✓",
    StageState.FAILED: "✗",
    StageState.WARNED: "!",
    StageState.SKIPPED: "·",
    StageState.NOT_REACHED: "–",
}
REQUEST = AuthorizerRequest("A", mqtt_context=MqttContext(f"u?{AUTHORIZER_NAME}=A", "p", "c1"))


def policy(*statements: tuple[str, object, object]) -> str:
    listed = [{"Effect": effect, "Action": action, "Resource": resource} for effect, action, resource in statements]
    return json.dumps({"Version": "2012-10-17", "Statement": listed})


ARN = "arn:aws:iot:eu-west-1:1:"
CONNECT = ("Allow", "iot:Connect", f"{ARN}client/c1")
PUBLISH = ("Allow", "iot:Publish", f"{ARN}topic/a")


def line(verdict: Verdict) -> str:
    return "".join(MARKS[result.state] for result in verdict.stages)


def judged(
    result: Outcome | Failure,
    questions: Sequence[Question] = (),
    request: AuthorizerRequest = REQUEST,
    authorizer: Authorizer | None = None,
) -> Verdict:
    return stages(Invocation(request, Target(), result, NOW, 0.1, authorizer=authorizer), questions)


def passed(*statements: tuple[str, object, object]) -> Outcome:
    return Outcome(True, "p1", (policy(*statements),), 300, 86400)


def refused(error: str, message: str | None, status: int = 400) -> Failure:
    return Failure(FailureKind.AWS, error, message, status)


@pytest.mark.parametrize(
    ("failure", "expected"),
    [
        (Failure(FailureKind.CREDENTIALS, "NoCredentialsError", "none"), "✗––––––––"),
        (Failure(FailureKind.REFERENCE, "MissingReference", "x"), "–✗–––––––"),
        (Failure(FailureKind.BROKEN_ANSWER, "BrokenAnswer", "x"), "––––––✗––"),
        (refused("InvalidRequestException", "1 validation error detected: Value at 'x' failed"), "✓✗–––––––"),
        (refused("ResourceNotFoundException", "Authorizer A not found", 404), "✓✓✗––––––"),
        (refused("InvalidRequestException", "Invalid arguments in the call"), "✓✓✓✗–––––"),
        (refused("InvalidRequestException", None), "✓✓✓✓✗––––"),
        (refused("InvalidResponseException", "Lambda function encountered error in execution: a: B"), "✓✓✓✓·✗–––"),
        (refused("InvalidResponseException", "Lambda invocation result is in invalid format"), "✓✓✓✓·✓✗––"),
        (refused("InvalidRequestException", "Something new"), "✓––✗–––––"),
    ],
    ids=lambda value: value.error if isinstance(value, Failure) else value,
)
def test_a_failure_lights_its_stage_alone(failure: Failure, expected: str) -> None:
    verdict = judged(failure)
    assert line(verdict) == expected
    assert verdict.conclusion is Conclusion.FAILED
    lit = verdict.lit
    assert lit is not None
    assert (lit.why, lit.next_step) == (verdict.headline, verdict.next_step)
    assert lit.aws_words == f"{failure.error}: {'null' if failure.message is None else failure.message}"


@pytest.mark.parametrize(
    ("kind", "error"),
    [
        (FailureKind.UNREACHABLE, "EndpointConnectionError"),
        (FailureKind.TIMED_OUT, "ConnectTimeoutError"),
        (FailureKind.LOCAL, "LocalEndpointFailed"),
        (FailureKind.FAULT, "KeyError"),
        (FailureKind.ABANDONED, "Abandoned"),
    ],
)
def test_a_call_that_nobody_judged_blames_no_stage(kind: FailureKind, error: str) -> None:
    verdict = judged(Failure(kind, error, "x"))
    assert (line(verdict), verdict.conclusion, verdict.lit) == ("–" * 9, Conclusion.FAILED, None)
    assert (verdict.headline, verdict.next_step) in [(each.why, each.next_step) for each in verdict.stages]
    assert verdict.aws_words == f"{error}: x"


def test_a_refused_login_fails_at_authenticated() -> None:
    verdict = judged(Outcome(False, "p1", (), 300, 86400))
    assert (line(verdict), verdict.conclusion) == ("✓✓✓✓·✓✓✗–", Conclusion.REFUSED)
    assert "isAuthenticated is false" in verdict.headline


def test_a_login_that_may_do_what_is_asked_passes_every_stage() -> None:
    verdict = judged(passed(CONNECT, PUBLISH), [Question("iot:Publish", "topic/a")])
    assert (line(verdict), verdict.conclusion, verdict.lit) == ("✓✓✓✓·✓✓✓✓", Conclusion.ALLOWED, None)
    assert verdict.headline == "Authenticated as 'p1', and the policies allow iot:Publish on topic/a."
    assert [each.word for each in verdict.answers] == ["ALLOWED"]


def test_without_a_question_the_client_still_has_to_connect() -> None:
    verdict = judged(passed(CONNECT))
    assert (line(verdict), verdict.headline) == ("✓✓✓✓·✓✓✓✓", "Authenticated as 'p1'.")
    assert verdict.stages[-1].why == "The client id 'c1' may connect."
    condition = '"Resource": "*", "Condition": {"StringEquals": {"iot:DomainName": "a"}}'
    text = policy(("Allow", "iot:*", "*")).replace('"Resource": "*"', condition)
    depending = judged(Outcome(True, "p1", (text,)))
    assert (line(depending), depending.headline) == ("✓✓✓✓·✓✓✓–", "Authenticated as 'p1'.")
    assert depending.stages[-1].why == (
        "Whether the client id 'c1' may connect depends on iot:DomainName, unknown before it connects."
    )
    connect, publish = Question("iot:Connect", "client/c1"), Question("iot:Publish", "topic/a")
    without = "IMPLICIT_DENY without a value for iot:DomainName."
    asked = judged(Outcome(True, "p1", (text,)), [connect]).headline
    assert asked == f"Authenticated as 'p1', but iot:Connect on client/c1 is {without}"
    text = text.replace("StringEquals", "StringNotEquals")
    allowing = [judged(Outcome(True, "p1", (text,)), [connect, publish][:count]).headline for count in (1, 2)]
    assert allowing == [
        "Authenticated as 'p1', and the policies allow iot:Connect on client/c1 without a value for iot:DomainName.",
        "Authenticated as 'p1', and the policies allow all 2 questions without a value for iot:DomainName.",
    ]
    nobody = judged(passed(CONNECT), request=AuthorizerRequest("A", mqtt_context=MqttContext("u")))
    assert (line(nobody), nobody.conclusion) == ("✓✓✓✓·✓✓✓–", Conclusion.ALLOWED)


@pytest.mark.parametrize(
    ("questions", "words"),
    [
        ([Question("iot:Publish", "topic/b")], "iot:Publish on topic/b is IMPLICIT_DENY"),
        (
            [Question("iot:Publish", "topic/a"), Question("iot:Receive", "topic/a")],
            "1 of 2 questions is denied: iot:Receive on topic/a is IMPLICIT_DENY",
        ),
        (
            [Question("iot:Publish", f"topic/{name}") for name in "abc"],
            "2 of 3 questions are denied: iot:Publish on topic/b is IMPLICIT_DENY",
        ),
    ],
)
def test_a_denied_question_lights_the_last_stage(questions: list[Question], words: str) -> None:
    verdict = judged(passed(CONNECT, PUBLISH), questions)
    assert (line(verdict), verdict.conclusion) == ("✓✓✓✓·✓✓✓✗", Conclusion.PARTLY)
    assert words in verdict.headline


_NO_ALLOW, _ALL_DENIED = "no statement allows anything", "a Deny of everything overrides every Allow"
NOTHING = {
    "no document": ((), "there is no policy document"),
    "only a deny": ((policy(("Deny", "iot:Publish", "*")),), _NO_ALLOW),
    "a deny of everything": ((policy(CONNECT, ("Deny", "*", "*")),), _ALL_DENIED),
    "a deny of all of iot in a list": ((policy(CONNECT), policy(("Deny", ["iot:*"], ["*"]))), _ALL_DENIED),
    "a deny of what is allowed": (
        (policy(CONNECT), policy(("Deny", "iot:Conn*", "*"))),
        "everything allowed is also denied, and a Deny overrides every Allow",
    ),
    "a variable without a value": (
        (policy(("Allow", "iot:*", f"{ARN}client/${{iot:Connection.Thing.ThingName}}")),),
        "what is allowed contains a variable that has no value for this connection",
    ),
    "a condition that does not hold": (
        (policy(CONNECT).replace("}]}", ', "Condition": {"Bool": {"iot:Connection.Thing.IsAttached": "true"}}}]}'),),
        "what is allowed has a condition that this connection does not meet",
    ),
    "no statement": (('{"Version":"2012-10-17","Statement":[]}',), _NO_ALLOW),
    "an empty object": (("{}",), _NO_ALLOW),
    "an allow that counts for nothing": (('{"Statement":[{"Effect":"Allow","Action":"iot:Connect"}]}',), _NO_ALLOW),
}


@pytest.mark.parametrize(("documents", "cause"), NOTHING.values(), ids=NOTHING.keys())
def test_authenticated_but_everything_denied_is_a_conclusion_of_its_own(documents: tuple[str, ...], cause: str) -> None:
    verdict = judged(Outcome(True, "p1", documents, 300, 86400), [Question("iot:Connect", "client/c1")])
    assert (line(verdict), verdict.conclusion) == ("✓✓✓✓·✓✓✓✗", Conclusion.DENIED)
    assert verdict.headline == f"Authenticated as 'p1', but everything is denied: {cause}."
    assert ("return at least one document" in verdict.next_step) == (not documents)


def test_an_unknown_action_may_allow_something() -> None:
    unknown = policy(("Allow", "iot:NewTomorrow", f"{ARN}topic/${{iot:Connection.Thing.ThingName}}"))
    assert judged(Outcome(True, "p1", (unknown,))).conclusion is Conclusion.ALLOWED
    dead = ("Allow", "iot:Publish", f"{ARN}topic/${{iot:Connection.Thing.ThingName}}")
    assert judged(passed(dead, CONNECT)).conclusion is Conclusion.ALLOWED


@pytest.mark.parametrize(
    "deny",
    [
        {"Effect": "Deny", "Action": "iot:*", "Resource": "*", "Condition": {"Bool": {"aws:x": "true"}}},
        {"Effect": "Deny", "NotAction": "iot:*", "Resource": "*"},
        {"Effect": "Deny", "Action": "iot:*", "NotResource": "*"},
        {"Effect": "Deny", "Action": "iot:*", "Resource": f"{ARN}topic/*"},
    ],
    ids=["with a condition", "NotAction", "NotResource", "topics only"],
)
def test_a_deny_of_less_than_everything_leaves_something(deny: dict[str, object]) -> None:
    document = json.dumps({"Statement": [json.loads(policy(CONNECT))["Statement"][0], deny]})
    assert judged(Outcome(True, "p1", (document,))).conclusion is Conclusion.ALLOWED


def test_a_warning_marks_its_stage_and_goes_into_the_headline() -> None:
    inactive = Authorizer("A", status="INACTIVE")
    verdict = judged(passed(CONNECT), authorizer=inactive)
    assert (line(verdict), verdict.conclusion) == ("✓✓!✓✓✓✓✓✓", Conclusion.ALLOWED)
    assert verdict.headline.startswith("Authenticated as 'p1', but: the authorizer is INACTIVE")
    assert verdict.next_step == "Activate it: aws iot update-authorizer --status ACTIVE --authorizer-name A."
    assert line(judged(passed(PUBLISH))) == "✓✓✓✓·✓✓✓!"
    assert line(judged(passed(CONNECT), request=AuthorizerRequest("A", "t", "s"))) == "✓✓✓✓✓!✓✓–"


def test_a_failed_stage_keeps_its_reason_when_it_is_warned_of_too() -> None:
    verdict = judged(Outcome(True, "p1", ()))
    assert verdict.stages[-1].state is StageState.FAILED
    assert [caveat.id for caveat in verdict.caveats][:1] == ["no-documents"]


def test_variables_of_the_caller_are_used() -> None:
    outcome = passed(("Allow", "iot:Publish", f"{ARN}topic/${{iot:Connection.Thing.ThingName}}"))
    invocation = Invocation(REQUEST, Target(), outcome, NOW, 0.1)
    asked = [Question("iot:Publish", "topic/t1")]
    variables = {"iot:Connection.Thing.ThingName": ("t1",)}
    assert stages(invocation, asked).conclusion is Conclusion.DENIED
    assert stages(invocation, asked, variables=variables).conclusion is Conclusion.ALLOWED


def test_a_request_is_foreseen_before_it_is_sent() -> None:
    good = preflight(REQUEST, Authorizer("A", signing_disabled=True))
    assert (line(foreseen(good)), foreseen(good).conclusion) == ("–✓–✓–––––", Conclusion.READY)
    assert line(foreseen(good, Authorizer("A"))) == "–✓✓✓–––––"


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (AuthorizerRequest("A!", "t", "AAAA"), "–✗–––––––"),
        (AuthorizerRequest("A", "t"), "–✓✓✗–––––"),
        (AuthorizerRequest("A", http_context=HttpContext(query_string="a")), "–✓✓✗–––––"),
        (AuthorizerRequest("A", "t", "AAAA"), "–✓✓✓✗––––"),
        (AuthorizerRequest("A", mqtt_context=MqttContext("u")), "–✓✓✓✗––––"),
    ],
)
def test_the_first_error_of_preflight_lights_its_stage(request_: AuthorizerRequest, expected: str) -> None:
    findings = preflight(request_, SIGNED)
    verdict = foreseen(findings, SIGNED)
    assert (line(verdict), verdict.conclusion) == (expected, Conclusion.FAILED)
    assert verdict.headline == findings[0].message
    assert verdict.explanation == findings[0].id


def test_stages_are_in_the_order_a_call_passes_them() -> None:
    assert [result.stage for result in judged(passed(CONNECT)).stages] == list(Stage)


NO_PERMISSION = Deployment(
    Authorizer("A", arn=f"{ARN}authorizer/A", function_arn="arn:aws:lambda:eu-west-1:1:function:f"),
    Function("arn:aws:lambda:eu-west-1:1:function:f", 3),
    None,
)


def deployed(result: Outcome | Failure) -> Verdict:
    return stages(Invocation(REQUEST, Target(), result, NOW, 0.1), deployment=NO_PERMISSION)


def test_a_missing_permission_is_the_cause_where_aws_fails_inside() -> None:
    verdict = deployed(refused("InternalFailureException", "x", 500))
    assert "does not let iot.amazonaws.com invoke it" in verdict.headline
    assert verdict.next_step.startswith("Add the permission: aws lambda add-permission")
    assert verdict.lit is not None
    assert verdict.lit.next_step == verdict.next_step


@pytest.mark.parametrize(
    "result",
    [
        refused("InvalidResponseException", "Lambda function encountered error in execution: x: ValueError"),
        refused("InvalidRequestException", "Invalid arguments in the call"),
        Outcome(False, "p1"),
    ],
    ids=["the function ran", "another stage", "a refused login"],
)
def test_what_is_deployed_is_reported_with_another_cause(result: Outcome | Failure) -> None:
    verdict, without = deployed(result), judged(result)
    assert (verdict.headline, verdict.next_step, verdict.stages) == (
        without.headline,
        without.next_step,
        without.stages,
    )
    assert [caveat.id for caveat in verdict.caveats] == ["permission-missing"]


def test_a_pass_is_warned_of_what_a_device_would_meet() -> None:
    verdict = deployed(passed(CONNECT))
    assert verdict.headline.startswith("Authenticated as 'p1', but: the function's resource policy does not let")
    assert line(verdict) == "✓✓✓✓·!✓✓✓"
    assert [caveat.id for caveat in verdict.caveats] == ["permission-missing", "alpn-and-port"]


X509 = Certificate(thing_name="sensor-7")
MAY_CONNECT = Question("iot:Connect", "client/c1")


def of_certificate(*documents: str) -> Invocation:
    request = AuthorizerRequest("A", mqtt_context=MqttContext("u", client_id="c1"))
    return Invocation(request, Target(), Outcome(True, "p", documents), NOW, 0.1, certificate=X509)


def one(effect: str, resource: str = "*") -> str:
    return json.dumps(
        {"Version": "2012-10-17", "Statement": {"Effect": effect, "Action": "iot:*", "Resource": resource}}
    )


@pytest.mark.parametrize(
    ("documents", "conclusion"),
    [
        ((), Conclusion.OPEN),
        ((one("Allow", "arn:aws:iot:eu-west-1:1:client/c2"),), Conclusion.OPEN),
        ((one("Allow"),), Conclusion.ALLOWED),
        ((one("Deny", "arn:aws:iot:eu-west-1:1:client/c1"),), Conclusion.PARTLY),
        ((one("Deny"),), Conclusion.DENIED),
    ],
)
def test_with_a_certificate_the_function_alone_does_not_forbid(
    documents: tuple[str, ...], conclusion: Conclusion
) -> None:
    assert stages(of_certificate(*documents), [MAY_CONNECT]).conclusion is conclusion


def test_thing_and_certificate_variables_resolve_with_a_certificate() -> None:
    policy = one("Allow", "arn:aws:iot:eu-west-1:1:client/${iot:Connection.Thing.ThingName}")
    invocation = replace(of_certificate(policy), variables=(("iot:Connection.Thing.ThingName", ("c1",)),))
    assert stages(invocation, [MAY_CONNECT]).conclusion is Conclusion.ALLOWED
    assert stages(replace(invocation, variables=()), [MAY_CONNECT]).conclusion is Conclusion.OPEN


def test_a_verdict_is_of_what_was_read_for_its_invocation() -> None:
    """Neither another authorizer of the form nor its deployment changes it."""
    request = AuthorizerRequest("A", mqtt_context=MqttContext("u", client_id="c1"))
    bare = Invocation(request, Target(), Outcome(True, "p", (one("Allow"),)), NOW, 0.1)
    own = replace(bare, authorizer=Authorizer("A"))
    of_form = Authorizer("B", status="INACTIVE")
    missing = Deployment(of_form, None, None)
    for invocation in (bare, own):
        known = stages(invocation)
        assert stages(invocation, authorizer=of_form, deployment=missing) == known
    assert stages(own, authorizer=Authorizer("A", status="INACTIVE")) == stages(own)
    kept = replace(own, deployment=Deployment(Authorizer("A"), None, None))
    assert "function-missing" in {each.id for each in stages(kept).caveats}


def test_a_missing_principal_of_a_login_that_passed_is_not_a_refusal() -> None:
    message = "null at principalId failed to satisfy constraint: Member must satisfy ([a-zA-Z0-9]){1,128}"
    failure = Failure(FailureKind.AWS, "InvalidResponseException", message, 400)
    invocation = Invocation(AuthorizerRequest("A"), Target(), failure, NOW, 0.1)
    assert "refused without a principal" in stages(invocation).headline
    assert stages(invocation, claims_authenticated=True).headline.startswith("The answer has no principalId")


def test_every_explanation_says_how_it_is_known() -> None:
    failure = Failure(FailureKind.AWS, "StrangeException", "?", 400)
    verdict = stages(Invocation(AuthorizerRequest("A"), Target(), failure, NOW, 0.1))
    assert verdict.source is not None
    assert verdict.source.mark == "assumed"


READY = "Preflight finds nothing that AWS would refuse."


def test_a_request_that_is_ready_is_warned_of_its_deployment() -> None:
    ready = foreseen(preflight(REQUEST, Authorizer("A", signing_disabled=True)))
    assert (ready.headline, ready.next_step) == (READY, "Send it.")
    warned = with_deployment(ready, NO_PERMISSION, REQUEST)
    assert warned.headline.startswith(f"{READY} But: The function's resource policy does not let iot.amazonaws.com")
    assert warned.next_step.startswith("Add the permission: aws lambda add-permission")
    assert warned == replace(ready, headline=warned.headline, next_step=warned.next_step, caveats=warned.caveats)
    assert [each.id for each in warned.caveats] == ["permission-missing"]
    assert with_deployment(ready, None, REQUEST) is ready
    quiet = Deployment(Authorizer("A"), Unread("a", "b"), Unread("a", "b"))
    noted = with_deployment(ready, quiet, REQUEST)
    assert (noted.headline, noted.next_step, [each.severity for each in noted.caveats]) == (READY, "Send it.", ["info"])


@pytest.mark.parametrize(
    ("request_", "step"),
    [
        (AuthorizerRequest("A", http_context=HttpContext(query_string="a")), "Put '?' before the query string."),
        (AuthorizerRequest("A", "t"), "Correct it, or send it anyway to see what AWS says."),
    ],
)
def test_the_next_step_before_sending(request_: AuthorizerRequest, step: str) -> None:
    verdict = foreseen(preflight(request_, SIGNED), SIGNED)
    assert verdict.lit is not None
    assert (verdict.next_step, verdict.lit.next_step) == (step, step)


def ran(result: Outcome | Failure, log: str | None = None, run: LocalRun | None = None, local: bool = True) -> Verdict:
    target = Target(local="demo") if local else Target()
    return stages(Invocation(REQUEST, target, result, NOW, 0.1, function_log=log, local_run=run))


def raised(kind: str) -> Failure:
    return refused("InvalidResponseException", f"Lambda function encountered error in execution: x: {kind}")


TRACE = 'Traceback\n  File "/src/app.py", line 12, in handler\n'


@pytest.mark.parametrize(
    ("failure", "log", "local", "why", "step"),
    [
        (
            raised("ValueError"),
            TRACE,
            True,
            "The function raised ValueError. It failed at app.py, line 12.",
            "Read the",
        ),
        (raised("ValueError"), "no trace", True, "The function raised ValueError.", "Read the"),
        (raised("Runtime.OutOfMemory"), TRACE, True, "The function ran out of memory.", "Give the function more"),
        (
            raised("Sandbox.Timedout"),
            TRACE,
            True,
            "The function did not answer in time; AWS gives an authorizer's function 5 seconds, whatever its own "
            "timeout.",
            "Make the function",
        ),
        (raised("ValueError"), None, False, "The function raised ValueError.", "Read the"),
        (
            raised("Runtime.UserCodeSyntaxError"),
            None,
            True,
            "The function's code has a syntax error.",
            "Fix the line named in the message.",
        ),
        (
            raised("Runtime.UserCodeSyntaxError"),
            None,
            False,
            "The function's code has a syntax error.",
            "Fix the line named in the message and deploy again.",
        ),
        (
            refused("ResourceNotFoundException", "Authorizer A not found", 404),
            None,
            True,
            "The local target has no authorizer A.",
            "Check the name against the authorizers that the target's file defines.",
        ),
        (
            refused("ResourceNotFoundException", "Authorizer A not found", 404),
            None,
            False,
            "There is no authorizer A in this account and region.",
            "Check the name, then the region and the profile",
        ),
        (
            refused("InvalidResponseException", "Lambda invocation result is in invalid format"),
            TRACE,
            True,
            "The function's answer is not an object with a boolean isAuthenticated.",
            "Return a JSON object whose isAuthenticated is the boolean true or false.",
        ),
    ],
)
def test_a_target_on_this_machine_and_one_on_aws(
    failure: Failure, log: str | None, local: bool, why: str, step: str
) -> None:
    verdict = ran(failure, log, local=local)
    assert verdict.headline == why
    assert verdict.next_step.startswith(step)


def test_what_is_wrong_with_an_answer_is_what_the_machine_found() -> None:
    run = LocalRun("Python", problem="isAuthenticated is the text 'true'.", advice="run 'npm install'")
    unfit = ran(refused("InvalidResponseException", "Lambda invocation result is in invalid format"), run=run)
    assert unfit.headline == run.problem
    assert unfit.next_step == "Return a JSON object whose isAuthenticated is the boolean true or false."
    failed = ran(raised("ValueError"), run=run)
    assert (failed.headline, failed.next_step) == ("The function raised ValueError.", run.advice)
    plain = ran(refused("InvalidRequestException", "Invalid arguments in the call"), run=run)
    assert plain == ran(refused("InvalidRequestException", "Invalid arguments in the call"))
    unknown = ran(refused("ResourceNotFoundException", "Authorizer A not found", 404), run=run)
    assert unknown.next_step == run.advice


NETWORK = " Its log contains a network error: getaddrinfo ENOTFOUND x."
REACH = "Check that this machine can reach what the function calls, or point the function to a substitute."


def test_a_denial_of_everything_may_come_from_the_network() -> None:
    plain, caused = (ran(Outcome(True, "p1"), log) for log in (None, "getaddrinfo ENOTFOUND x"))
    everything = "Authenticated as 'p1', but everything is denied: there is no policy document."
    assert (plain.headline, caused.headline) == (everything, everything + NETWORK)
    assert caused.next_step == REACH
    allowed = passed(CONNECT)
    assert ran(allowed, "getaddrinfo ENOTFOUND x") == ran(allowed)
    advised = ran(Outcome(True, "p1"), run=LocalRun(advice="Do this."))
    assert (advised.headline, advised.next_step) == (everything, "Do this.")


def test_a_refusal_in_words() -> None:
    why = "The function refused this login: isAuthenticated is false for the principal 'p1'."
    step = "Compare the event it received with what it expects, and read its log."
    for log, run, expected in (
        (None, None, (why, step)),
        ("getaddrinfo ENOTFOUND x", None, (why + NETWORK, REACH)),
        (None, LocalRun(advice="Do this."), (why, "Do this.")),
        (None, LocalRun(unresolved=(Unresolved("a", "b"),)), (f"{why} A: b.", step)),
    ):
        verdict = ran(Outcome(False, "p1"), log, run)
        assert (verdict.headline, verdict.next_step) == expected


def test_without_a_question_the_certificate_may_decide() -> None:
    verdict = stages(of_certificate(one("Allow", "arn:aws:iot:eu-west-1:1:client/c2")))
    assert (verdict.conclusion, verdict.stages[-1].state) == (Conclusion.ALLOWED, StageState.NOT_REACHED)
    assert verdict.stages[-1].why == (
        "The documents attached to the certificate decide whether the client id 'c1' may connect."
    )
    allowed = stages(of_certificate(one("Allow")))
    assert (allowed.stages[-1].state, allowed.stages[-1].why) == (StageState.PASSED, "The client id 'c1' may connect.")


@pytest.mark.parametrize(
    ("questions", "headline", "step"),
    [
        ((), "Authenticated as 'p1'.", "Ask what the client may do."),
        (
            (MAY_CONNECT,),
            "Authenticated as 'p1', and the policies allow iot:Connect on client/c1.",
            "Connect as a device would ('authlens connect').",
        ),
        (
            (MAY_CONNECT, Question("iot:Publish", "topic/a")),
            "Authenticated as 'p1', and the policies allow all 2 questions.",
            "Connect as a device would ('authlens connect').",
        ),
    ],
)
def test_a_pass_in_words(questions: tuple[Question, ...], headline: str, step: str) -> None:
    verdict = judged(passed(CONNECT, PUBLISH), questions)
    assert (verdict.headline, verdict.next_step) == (headline, step)


def test_what_the_certificate_decides_in_words() -> None:
    verdict = stages(of_certificate(one("Allow", "arn:aws:iot:eu-west-1:1:client/c2")), [MAY_CONNECT])
    assert verdict.headline == (
        "Authenticated as 'p'. The function's documents do not allow iot:Connect on client/c1; those attached to the "
        "certificate add to them."
    )
    assert verdict.stages[-1].state is StageState.NOT_REACHED
    mixed = stages(
        of_certificate(one("Deny", "arn:aws:iot:eu-west-1:1:client/c1")),
        [MAY_CONNECT, Question("iot:Publish", "topic/a")],
    )
    assert mixed.conclusion is Conclusion.PARTLY


@pytest.mark.parametrize(
    ("documents", "step"),
    [
        ((), "If the login was meant to pass, return at least one document that allows iot:Connect for the client id."),
        (
            (policy(("Deny", "iot:Publish", "*")),),
            "If the login was meant to pass, find out why the function returned a policy that denies.",
        ),
    ],
)
def test_what_to_do_where_everything_is_denied(documents: tuple[str, ...], step: str) -> None:
    assert judged(Outcome(True, "p1", documents)).next_step == step


@pytest.mark.parametrize(("allows", "denies", "is_compared"), [(50, 50, True), (41, 61, False)])
def test_up_to_2500_pairs_of_statements_are_compared(allows: int, denies: int, is_compared: bool) -> None:
    """Others could take long, and AWS accepts no such documents."""
    statements = [("Allow", "iot:Publish", f"{ARN}topic/{number}") for number in range(allows)]
    statements += [("Deny", "iot:Publish", f"{ARN}topic/{number}") for number in range(denies)]
    verdict = judged(Outcome(True, "p1", (policy(*statements),)))
    assert (verdict.conclusion is Conclusion.DENIED) is is_compared


@pytest.mark.parametrize(
    "statements",
    [
        (CONNECT, ("Deny", "iot:Connect", f"{ARN}client/c2")),
        (CONNECT, PUBLISH, ("Deny", "iot:Connect", "*")),
    ],
)
def test_an_allow_that_is_not_denied_is_enough(statements: tuple[tuple[str, object, object], ...]) -> None:
    assert judged(passed(*statements)).conclusion is Conclusion.ALLOWED


def test_the_first_warning_of_a_stage_is_shown() -> None:
    request = AuthorizerRequest("A", "t", "s")
    slow = stages(Invocation(request, Target(), passed(CONNECT), NOW, 4.5))
    warned = [each for each in slow.stages if each.state is StageState.WARNED]
    assert [(each.stage, each.why) for each in warned] == [
        (
            Stage.RAN,
            "Token mode sent no protocolData: the function saw no username, password, headers or query string.",
        )
    ]
    assert [each.id for each in slow.caveats if each.severity == "warning"] == ["no-protocol-data", "slow"]
    assert warned[0].next_step == "Test it in context mode too, with what the device sends."


def test_what_aws_said_is_at_the_stage_where_it_failed() -> None:
    verdict = judged(refused("InvalidRequestException", None))
    assert [each.aws_words for each in verdict.stages] == [*[None] * 4, "InvalidRequestException: null", *[None] * 4]


def test_what_a_listener_saw_is_judged_like_a_test_call() -> None:
    seen = device_records.invocation(device_records.CONNECTED)
    assert [each.stage for each in stages(seen).stages] == list(Stage)
    probed = replace(seen, device=replace(device_records.CONNECTED, is_probe=True))
    assert not set(Stage) & {each.stage for each in stages(probed).stages}


@pytest.mark.parametrize(
    ("token", "authorizer", "why"),
    [
        ("token", SIGNED, "The signature fits no key of the authorizer ("),
        ("[redacted]", SIGNED, "The signature fits none of the authorizer's public keys"),
        ("token", None, "The signature fits none of the authorizer's public keys"),
    ],
)
def test_a_mismatch_is_explained_as_preflight_does(token: str, authorizer: Authorizer | None, why: str) -> None:
    mismatch = refused("InvalidRequestException", "Token signature mismatch for authorizer A")
    request = AuthorizerRequest("A", token, "A" * 342 + "==")
    assert judged(mismatch, request=request, authorizer=authorizer).headline.startswith(why)

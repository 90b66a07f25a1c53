from dataclasses import replace

import pytest

from authlens.core.compare.changes import Change
from authlens.core.compare.compare import Side, asked, compare, members, target_words
from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.local_run import LocalRun
from authlens.core.mqtt.connection import DeviceConnection
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext
from authlens.core.request.target import Target
from authlens.core.saved.certificate import Certificate
from authlens.core.saved.expectation import Expectation, Question
from authlens.core.saved.saved_request import SavedRequest, Sign
from support import device_records
from support.invocations import CLIENT, CONNECT, PUBLISH, REFUSAL, REQUEST, TOPIC, invocation, outcome, policy

PUBLISHING = Question("iot:Publish", "topic/sensors/7/data")


def test_an_invocation_equals_itself() -> None:
    comparison = compare(invocation(), invocation(number=2))

    assert comparison.equal
    assert comparison.flips == ()
    assert comparison.words == ("document 1 unchanged",)


def test_time_duration_and_target_are_shown_and_are_not_a_difference() -> None:
    comparison = compare(invocation(duration=1.0), invocation(target=Target(profile="prod", region="eu-west-1")))

    assert comparison.equal
    assert comparison.differing == ()
    assert comparison.words == ("document 1 unchanged", "target local demo → profile prod, region eu-west-1")


def test_changed_code_is_shown_and_is_not_a_difference() -> None:
    before, after = (invocation(local_run=LocalRun(code=code, code_files=(("app.py", code),))) for code in "12")

    comparison = compare(before, after)
    assert comparison.equal
    assert comparison.words == ("the function's code changed (app.py)", "document 1 unchanged")
    other = replace(REQUEST, authorizer_name="Other")
    assert not [each for each in compare(before, replace(after, request=other)).changes if each.about == "function"]


def test_what_describe_said_is_shown_and_is_not_a_difference() -> None:
    before = Authorizer("A", status="ACTIVE", token_signing_public_keys=(("k", "pem"),))

    comparison = compare(
        invocation(authorizer=before), invocation(authorizer=Authorizer("A", status="INACTIVE")), questions=()
    )

    assert comparison.equal
    assert comparison.words == (
        "document 1 unchanged",
        "status ACTIVE → INACTIVE",
        "authorizer's token signing public keys changed",
    )


def test_flipped_decisions_come_first_with_the_reason() -> None:
    right = outcome(policy(CONNECT, {**PUBLISH, "Resource": f"{TOPIC}sensors/8/data"}), principal="sensor8")

    comparison = compare(invocation(), invocation(right), (PUBLISHING, Question("iot:Connect", "client/sensor-7")))

    assert not comparison.answer_equal
    assert comparison.words[0].startswith("publish to sensors/7/data: ALLOWED → IMPLICIT_DENY, because ")
    assert comparison.words[1:] == (
        "principal sensor7 → sensor8",
        f"statement 2: resource {TOPIC}sensors/7/data → {TOPIC}sensors/8/data",
    )


def test_without_questions_the_documents_raise_their_own() -> None:
    right = outcome(policy(CONNECT, PUBLISH, {**PUBLISH, "Effect": "Deny"}))

    (flip,) = compare(invocation(), invocation(right)).flips

    assert (flip.before.word, flip.after.word) == ("ALLOWED", "EXPLICIT_DENY")


def test_each_client_is_asked_to_connect_as_itself_beside_what_is_asked() -> None:
    other = replace(REQUEST, mqtt_context=MqttContext("sensor-7", "correct-horse", "sensor-8"))

    comparison = compare(invocation(), invocation(request=other), also=(PUBLISHING,))

    assert comparison.differing[0].startswith(
        "connect as sensor-8 (before as sensor-7): ALLOWED → IMPLICIT_DENY, because "
    )
    assert comparison.differing[2] == "mqttContext.clientId sensor-7 → sensor-8"


def test_what_is_asked_comes_beside_what_the_documents_ask() -> None:
    comparison = compare(invocation(), invocation(outcome(policy())), also=(PUBLISHING,))

    assert [asked(flip.after.question) for flip in comparison.flips] == [
        "publish to sensors/7/data",
        "connect as sensor-7",
    ]


def test_dates_of_an_authorizer_count_only_beside_something_else() -> None:
    before = Authorizer("SensorAuth", creation_date="2026-01-01", last_modified_date="2026-01-01")
    after = replace(before, creation_date="2026-02-02", last_modified_date="2026-02-02")

    for other, words in ((after, ()), (replace(after, status="INACTIVE"), ("status ACTIVE → INACTIVE",))):
        left, right = (replace(invocation(), authorizer=each) for each in (before, other))
        said = tuple(each.words for each in compare(left, right).changes if each.about == "authorizer")
        assert said[:1] == words
        assert len(said) == 3 * len(words)


def test_a_denial_of_everything_flips_what_others_allow() -> None:
    right = outcome(policy(CONNECT, PUBLISH, {"Effect": "Deny", "Action": "iot:*", "Resource": "*"}))

    flips = compare(invocation(), invocation(right)).flips

    assert [(asked(flip.after.question), flip.before.word, flip.after.word) for flip in flips[:3]] == [
        ("connect as sensor-7", "ALLOWED", "EXPLICIT_DENY"),
        ("publish to sensors/7/data", "ALLOWED", "EXPLICIT_DENY"),
        ("connect as *", "IMPLICIT_DENY", "EXPLICIT_DENY"),
    ]


def test_a_client_that_is_let_in_no_more_may_do_nothing_it_might_before() -> None:
    words = compare(invocation(), invocation(outcome(policy(CONNECT, PUBLISH), authenticated=False))).words

    assert words == (
        "connect as sensor-7: ALLOWED → IMPLICIT_DENY, because the client is not authenticated",
        "publish to sensors/7/data: ALLOWED → IMPLICIT_DENY, because the client is not authenticated",
        "authenticated yes → no",
        "document 1 unchanged",
    )


def test_policies_alone_are_compared_with_policies() -> None:
    alone = Side("policy.json", result=outcome(policy(PUBLISH, CONNECT), principal=None), policies_alone=True)

    assert compare(alone, invocation()).equal


def test_refused_logins_may_do_nothing() -> None:
    refused = outcome(policy(CONNECT, PUBLISH), authenticated=False)

    comparison = compare(invocation(), invocation(refused), (PUBLISHING,))

    assert comparison.words[:2] == (
        "publish to sensors/7/data: ALLOWED → IMPLICIT_DENY, because the client is not authenticated",
        "authenticated yes → no",
    )


def test_an_answer_and_a_failure() -> None:
    comparison = compare(invocation(), invocation(REFUSAL))

    assert not comparison.answer_equal
    assert comparison.words == (
        "authenticated as sensor7 → ResourceNotFoundException: Authorizer SensorAuth not found",
    )


def test_secrets_are_compared_and_never_shown() -> None:
    other = replace(REQUEST, mqtt_context=MqttContext("sensor-7", "battery staple", "sensor-7"))

    comparison = compare(invocation(), invocation(request=other))

    assert not comparison.request_equal
    assert comparison.answer_equal
    assert "mqttContext.password changed ([redacted])" in comparison.words
    assert not any(secret in words for words in comparison.words for secret in ("horse", "staple"))


def test_a_password_is_its_bytes() -> None:
    text, octets = (AuthorizerRequest("A", mqtt_context=MqttContext(password=word)) for word in ("é", "é".encode()))

    assert compare(invocation(request=text), invocation(request=octets)).request_equal


def test_order_of_headers_means_nothing() -> None:
    one = AuthorizerRequest("A", http_context=HttpContext((("a", "1"), ("b", "2"))))
    two = AuthorizerRequest("A", http_context=HttpContext((("b", "2"), ("a", "1"))))

    assert compare(invocation(request=one), invocation(request=two)).request_equal


def test_a_stored_answer_has_no_request_to_compare() -> None:
    assert compare(Side("answer.json", result=outcome(policy(PUBLISH, CONNECT))), invocation()).equal


def test_a_draft_has_no_answer_to_compare() -> None:
    draft = SavedRequest(replace(REQUEST, authorizer_name="Other"))

    comparison = compare(invocation(), Side.of_draft(draft))

    assert comparison.answer_equal
    assert comparison.words[0] == "authorizerName SensorAuth → Other"


@pytest.mark.parametrize(
    ("question", "words"),
    [
        (Question("iot:Connect", f"{CLIENT}c1"), "connect as c1"),
        (Question("iot:Publish", "topic/a/b"), "publish to a/b"),
        (Question("iot:Receive", "topic/a"), "receive on a"),
        (Question("iot:Subscribe", "topicfilter/a/#"), "subscribe to a/#"),
        (Question("iot:Subscribe", "topic/a"), "subscribe to topic/a"),
        (Question("iot:GetThingShadow", "thing/t"), "iot:GetThingShadow on thing/t"),
        (Question("iot:Publish", "arn:x"), "publish to x"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_questions_in_words(question: Question, words: str) -> None:
    assert asked(question) == words


def test_members_by_their_dotted_names() -> None:
    request = AuthorizerRequest("A", http_context=HttpContext((), "?a"), mqtt_context=MqttContext(password=b"\xff"))

    assert members(request) == {
        "authorizerName": "A",
        "httpContext.headers": "(empty)",
        "httpContext.queryString": "?a",
        "mqttContext.password": "0xff",
    }


@pytest.mark.parametrize(
    ("target", "words"),
    [
        (Target(), "AWS's own configuration"),
        (Target(local="demo", region="r"), "local demo"),
        (Target(endpoint_url="http://127.0.0.1:1"), "endpoint http://127.0.0.1:1"),
    ],
)
def test_targets_in_words(target: Target, words: str) -> None:
    assert target_words(target) == words


def test_a_device_that_is_refused_differs_from_a_test_call_that_passes() -> None:
    connected, refused = (replace(device_records.invocation(each), result=Outcome(True, "s7")) for each in DEVICES)
    test_call = replace(connected, device=None)
    assert [change.words for change in compare(test_call, connected).changes if "connection" in change.words] == [
        "connection test call → MQTT 5 over TLS, connected"
    ]
    assert compare(test_call, connected).answer_equal
    comparison = compare(test_call, refused)
    assert not comparison.answer_equal
    assert any("refused: the authorizer A is INACTIVE" in change.words for change in comparison.changes)


DEVICES = (device_records.CONNECTED, device_records.REFUSED)


def test_what_two_saved_requests_say_besides_their_requests() -> None:
    before = SavedRequest(REQUEST, description="a", sign=Sign("k.pem"))
    cases: list[tuple[SavedRequest, tuple[str, ...]]] = [
        (before, ()),
        (replace(before, description="b"), ("description a → b",)),
        (replace(before, description=None), ("description a → (absent)",)),
        (replace(before, sign=None), ("sign k.pem (token) → (absent)",)),
        (replace(before, sign=Sign("other.pem")), ("sign k.pem (token) → other.pem (token)",)),
        (replace(before, expect=Expectation(is_authenticated=True)), ("expect changed",)),
    ]
    for after, words in cases:
        comparison = compare(Side.of_draft(before), Side.of_draft(after))
        assert tuple(change.words for change in comparison.changes) == words
        assert comparison.equal == (not words or words[0].startswith("description"))


def test_an_invocation_with_a_certificate_is_compared_with_its_variables() -> None:
    own = policy({**CONNECT, "Resource": f"{CLIENT}${{iot:Connection.Thing.ThingName}}"})
    plain = Side.of(invocation(outcome(own)))
    assert (plain.has_certificate, plain.policies_alone, plain.variables) == (False, False, ())
    known = (("iot:Connection.Thing.ThingName", ("sensor-7",)),)
    certified = Side.of(replace(invocation(outcome(own)), certificate=Certificate("c.pem"), variables=known))
    assert certified.has_certificate
    comparison = compare(plain, certified, (Question("iot:Connect", "client/sensor-7"),))
    assert [(flip.before.word, flip.after.word) for flip in comparison.flips] == [("IMPLICIT_DENY", "ALLOWED")]


def test_a_side_holds_what_is_compared_of_an_invocation() -> None:
    sent = invocation(number=7, authorizer=Authorizer("SensorAuth"))
    assert Side.of(sent) == Side(
        "invocation 7", REQUEST, sent.result, Target(local="demo"), Authorizer("SensorAuth"), 0.012
    )
    assert Side.of(sent, "before").label == "before"
    assert Side.of(invocation()).label == "this invocation"
    assert Side.of_draft(SavedRequest(REQUEST)) == Side("draft", REQUEST, target=Target(), saved=SavedRequest(REQUEST))


def test_how_it_was_sent_is_noted() -> None:
    direct = invocation(via="function")
    note = Change("target", "sent as test call → the function called directly", differs=False)
    assert [change for change in compare(invocation(), direct).changes if change.about == "target"] == [note]
    assert compare(invocation(), direct).equal
    assert compare(direct, direct).words == ("document 1 unchanged",)


def test_authorizers_of_other_names_are_not_compared() -> None:
    one, other = (invocation(authorizer=Authorizer(name, status=name)) for name in "AB")
    assert compare(one, other).words == ("document 1 unchanged",)


def test_policies_alone_are_asked_as_of_a_client_that_is_let_in() -> None:
    alone = Side("policy.json", result=outcome(policy(PUBLISH), authenticated=False), policies_alone=True)
    for left, right, change in (
        (alone, invocation(), "IMPLICIT_DENY → ALLOWED"),
        (invocation(), alone, "ALLOWED → IMPLICIT_DENY"),
    ):
        words = compare(left, right).words
        assert len(words) == 2
        assert words[0].startswith(f"connect as sensor-7: {change}, because ")
        assert words[1].startswith("statement 1 ")
    assert compare(alone, invocation(REFUSAL)).words == (
        "authenticated → ResourceNotFoundException: Authorizer SensorAuth not found",
    )


def test_what_is_denied_in_another_way_comes_after_what_is_allowed_or_no_longer() -> None:
    other = Question("iot:Publish", "topic/sensors/8/data")
    right = outcome(policy(CONNECT, PUBLISH, {"Effect": "Deny", "Action": "iot:Publish", "Resource": "*"}))
    flips = compare(invocation(), invocation(right), (other, PUBLISHING)).flips
    assert [(flip.after.question, flip.before.word, flip.after.word) for flip in flips] == [
        (PUBLISHING, "ALLOWED", "EXPLICIT_DENY"),
        (other, "IMPLICIT_DENY", "EXPLICIT_DENY"),
    ]
    assert [flip.is_about_allowing for flip in flips] == [True, False]


@pytest.mark.parametrize(
    ("left", "right", "words", "differs"),
    [
        (None, None, None, False),
        (device_records.CONNECTED, device_records.CONNECTED, None, False),
        (None, device_records.CONNECTED, "test call → MQTT 5 over TLS, connected", False),
        (device_records.CONNECTED, None, "MQTT 5 over TLS, connected → test call", False),
        (
            None,
            device_records.REFUSED,
            "test call → MQTT 5 over WSS, refused: the authorizer A is INACTIVE",
            True,
        ),
        (
            device_records.REFUSED,
            device_records.CONNECTED,
            "MQTT 5 over WSS, refused: the authorizer A is INACTIVE → MQTT 5 over TLS, connected",
            True,
        ),
    ],
)
def test_connections_differ_by_whether_the_device_is_let_in(
    left: DeviceConnection | None, right: DeviceConnection | None, words: str | None, differs: bool
) -> None:
    sent = replace(device_records.invocation(device_records.CONNECTED), result=Outcome(True, "s7"))
    changes = compare(replace(sent, device=left), replace(sent, device=right)).changes
    assert changes == (() if words is None else (Change("answer", f"connection {words}", differs),))


def test_a_secret_that_an_answer_repeats_is_hidden_in_all_that_is_said() -> None:
    token = "a-token-of-some-length"
    request = AuthorizerRequest("A", token=token, token_signature="c2ln")
    echoing = outcome(policy(CONNECT, {**PUBLISH, "Resource": f"{TOPIC}{token}"}), principal=token)
    before, after = invocation(echoing, request), invocation(outcome(policy(CONNECT), principal="p"), request)
    comparison = compare(before, after)
    assert comparison.words == (
        "publish to [redacted]: ALLOWED → IMPLICIT_DENY, because no statement allows iot:Publish on "
        "arn:aws:iot:us-west-2:123456789012:topic/[redacted]",
        "principal [redacted] → p",
        "statement 2 removed: Allow iot:Publish on arn:aws:iot:us-west-2:123456789012:topic/[redacted]",
    )

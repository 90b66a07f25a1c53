"""Invocations to store: a complete one, a failure, short ones, and Hypothesis strategies for arbitrary ones."""

from __future__ import annotations

import json
from datetime import UTC, datetime

from hypothesis import strategies as st

from authlens.core.contract.outcome import Outcome
from authlens.core.invocation.invocation import Failure, FailureKind, Invocation, Wire
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext, TlsContext
from authlens.core.request.target import Identity, Target
from authlens.core.saved.saved_request import Sign

STARTED = datetime(2026, 11, 23, 8, 0, 0, 123456, UTC)

FULL = Invocation(
    request=AuthorizerRequest(
        "SensorAuth",
        "the-token-value",
        "c2lnbmF0dXJlLXZhbHVl",
        HttpContext((("X-Api-Key", "api-key-value"), ("Host", "example.com")), "?a=1&token=query-token"),
        MqttContext("sensor-7?sig=username-sig", b"\x00secret\xff", "sensor-7"),
        TlsContext("iot.example.com"),
    ),
    target=Target("dev", "us-west-2", ca_bundle="ca.pem", verify_ssl=False, connect_timeout=5.0, read_timeout=30.0),
    result=Outcome(True, "p1", (json.dumps({"Version": "2012-10-17", "Statement": []}),), 300, 86400),
    started_at=STARTED,
    duration=0.25,
    source="requests/sensor.yaml",
    sign=Sign("keys/sensor.pem", "${env:P}", "headers"),
    authorizer=Authorizer(
        "SensorAuth", "arn:a", "arn:f", token_key_name="token", token_signing_public_keys=(("k", "P"),)
    ),
    identity=Identity("000000000000", "arn:aws:iam::000000000000:user/dev", "us-west-2"),
    wire=Wire("POST", "https://iot.example.com/", (("A", "b"),), b"{}", 200, (("C", "d"), ("C", "e")), b"\xff"),
    function_log="START\n",
)

FAILED = Invocation(
    request=AuthorizerRequest("Missing"),
    target=Target(local="demo"),
    result=Failure(FailureKind.AWS, "ResourceNotFoundException", "No such authorizer", 404, "r-1", "Look at the name."),
    started_at=STARTED,
    duration=0.1,
)


def short(
    authorizer: str | None = "SensorAuth",
    *,
    principal: str | None = "p1",
    authenticated: bool = True,
    token: str | None = None,
    source: str | None = None,
    log: str | None = None,
) -> Invocation:
    """One with few members."""
    return Invocation(
        request=AuthorizerRequest(authorizer, token=token),
        target=Target(local="demo"),
        result=Outcome(authenticated, principal),
        started_at=STARTED,
        duration=0.25,
        source=source,
        function_log=log,
    )


any_text = st.text(st.characters(codec=None, exclude_categories=()), max_size=20)
_texts = st.none() | any_text
_pairs = st.lists(st.tuples(any_text, any_text), max_size=3).map(lambda pairs: tuple(pairs))
_integers = st.none() | st.integers()

any_request = st.builds(
    AuthorizerRequest,
    _texts,
    _texts,
    _texts,
    st.none() | st.builds(HttpContext, st.none() | _pairs, _texts),
    st.none() | st.builds(MqttContext, _texts, _texts | st.binary(), _texts),
    st.none() | st.builds(TlsContext, _texts),
)
_outcome = st.builds(
    Outcome, st.booleans(), _texts, st.lists(any_text, max_size=2).map(lambda texts: tuple(texts)), _integers, _integers
)
_failure = st.builds(Failure, st.sampled_from(FailureKind), any_text, _texts, _integers, _texts, _texts)
any_invocation: st.SearchStrategy[Invocation] = st.builds(
    Invocation,
    request=any_request,
    target=st.builds(Target, profile=_texts, region=_texts, local=_texts, verify_ssl=st.booleans()),
    result=_outcome | _failure,
    started_at=st.datetimes(timezones=st.just(UTC)),
    duration=st.floats(0, 1e6),
    source=_texts,
    sign=st.none() | st.builds(Sign, any_text, _texts, st.sampled_from(["token", "username", "queryString"])),
    wire=st.none() | st.builds(Wire, any_text, any_text, _pairs, st.binary(), _integers, _pairs, st.binary()),
    function_log=_texts,
)

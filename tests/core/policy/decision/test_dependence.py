"""A decision that a key without a value could change is never taken for certain."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from authlens.core.policy.decision.decide import decide
from authlens.core.policy.decision.dependence import is_open
from authlens.core.policy.variables import Context
from support.policies import allow, ask, deny, document

CLIENT = "client/c1"
EVERYTHING = allow("iot:*", "*")
THING = "${iot:Connection.Thing.ThingName}"


def where(operator: str, key: str, *values: str) -> dict[str, Any]:
    return {"Condition": {operator: {key: list(values)}}}


OWN_NETWORK = where("IpAddress", "aws:SourceIp", "10.0.0.0/8")


@pytest.mark.parametrize(
    ("statements", "keys"),
    [
        ([EVERYTHING], ()),
        ([allow("iot:Publish", "*", **OWN_NETWORK)], ()),
        ([allow("iot:*", "*", **OWN_NETWORK)], ("aws:SourceIp",)),
        ([allow("iot:*", "*", **where("NotIpAddress", "aws:SourceIp", "10.0.0.1"))], ("aws:SourceIp",)),
        ([allow("iot:*", "*", **OWN_NETWORK), EVERYTHING], ()),
        ([EVERYTHING, deny("iot:*", "*", **OWN_NETWORK)], ("aws:SourceIp",)),
        ([EVERYTHING, deny("iot:*", "*", **OWN_NETWORK), deny("*", CLIENT)], ()),
        ([deny("iot:*", "*", **OWN_NETWORK)], ()),
        (
            [allow("*", "*", **where("Null", "iot:DomainName", "true")), deny("*", "*", **OWN_NETWORK)],
            ("iot:DomainName", "aws:SourceIp"),
        ),
        ([allow("*", "*", **where("StringEquals", "iot:ClientId", "c1"))], ()),
        ([allow("*", "*", **where("StringEquals", "iot:ClientId", "c2"))], ()),
        ([allow("*", "*", **where("StringEquals", "my:key", "c2"))], ()),
        ([allow("*", "*", **where("Nope", "aws:SourceIp", "1"))], ()),
        ([allow("*", "*", **where("Bool", "iot:Connection.Thing.IsAttached", "true"))], ()),
        ([allow("*", "client/${aws:SourceIp}")], ("aws:SourceIp",)),
        ([allow("*", "client/${aws:SourceIp, 'c1'}")], ("aws:SourceIp",)),
        ([allow("*", "topic/${aws:SourceIp}")], ()),
        ([allow("*", ["client/${aws:SourceIp}", CLIENT])], ()),
        ([{"Effect": "Allow", "Action": "*", "NotResource": "arn:*:client/${aws:SourceIp}"}], ("aws:SourceIp",)),
        ([{"Effect": "Allow", "Action": "*", "NotResource": ["arn:*:client/${aws:SourceIp}", "*"]}], ()),
        ([allow("*", "*", **where("StringLike", "iot:ClientId", "${aws:SourceIp}*"))], ("aws:SourceIp",)),
    ],
)
def test_the_keys_that_connecting_depends_on(statements: list[dict[str, Any]], keys: tuple[str, ...]) -> None:
    decision = ask(document(*statements), "iot:Connect", CLIENT, {"iot:ClientId": "c1"})
    assert decision.depends_on() == keys
    verb = "has" if len(keys) == 1 else "have"
    assert decision.notes == ((f"This depends on {' and '.join(keys)}, which {verb} no value here",) if keys else ())


def test_a_certificate_opens_its_keys() -> None:
    for statement in (
        allow("*", f"client/{THING}"),
        allow("*", "*", **where("StringEquals", "iot:ClientId", THING)),
        allow("*", "*", **where("StringEquals", "iot:Connection.Thing.ThingName", "c1")),
    ):
        decision = ask(document(statement), "iot:Connect", CLIENT, {"iot:ClientId": "c1"})
        assert decision.depends_on() == ()
        assert decision.depends_on(has_certificate=True) == ("iot:Connection.Thing.ThingName",)
    plain = document(allow("*", f"client/{THING}"), Version="2008-10-17")
    assert ask(plain, "iot:Connect", CLIENT).depends_on(has_certificate=True) == ()


@pytest.mark.parametrize(
    ("key", "without", "with_certificate"),
    [
        ("aws:SourceIp", True, True),
        ("AWS:RequestedRegion", True, True),
        ("iot:clientid", False, False),
        ("iot:Certificate.SerialNumber", False, True),
        ("my:key", False, False),
    ],
)
def test_the_keys_that_may_have_a_value(key: str, without: bool, with_certificate: bool) -> None:
    context = Context({"iot:ClientId": ("c1",)})
    assert (is_open(key, context, False), is_open(key, context, True)) == (without, with_certificate)


CONDITIONS: st.SearchStrategy[dict[str, Any]] = st.builds(
    where,
    st.sampled_from(["StringEquals", "StringNotEquals", "StringLikeIfExists", "ForAllValues:StringEquals", "Null"]),
    st.sampled_from(["aws:SourceIp", "iot:DomainName", "iot:ClientId"]),
    st.sampled_from(["a", "c1", "*", "true", "${iot:DomainName}"]),
) | st.just({})
STATEMENTS = st.builds(
    lambda make, name, more: make("iot:Connect", f"client/{name}", **more),
    st.sampled_from([allow, allow, deny]),
    st.sampled_from(["*", "c1", "${iot:ClientId}", "${aws:SourceIp}*", "c2"]),
    CONDITIONS,
)


@given(st.lists(STATEMENTS, min_size=1, max_size=4))
@settings(max_examples=60)
def test_whatever_is_certain_holds_for_every_value(statements: list[dict[str, Any]]) -> None:
    one, known = document(*statements), {"iot:ClientId": ("c1",)}
    decision = decide([one], "iot:Connect", CLIENT, known)
    for address in ("a", "c1", None):
        for domain in ("a", "c1", None):
            values = {"aws:SourceIp": address, "iot:DomainName": domain}
            context = known | {key: (value,) for key, value in values.items() if value is not None}
            same = decide([one], "iot:Connect", CLIENT, context).allowed is decision.allowed
            assert same or decision.depends_on()

from __future__ import annotations

from authlens.core.policy.decision.decide import Decision
from authlens.core.policy.document import Document
from support.policies import ARN, allow, ask, deny, document

CONNECT = allow("iot:Connect", "client/c1")


def reasons(
    documents: Document | list[Document], action: str, resource: str, client: str | None = None
) -> tuple[str, ...]:
    return decision(documents, action, resource, client).reasons


def decision(documents: Document | list[Document], action: str, resource: str, client: str | None = None) -> Decision:
    return ask(documents, action, resource, {"iot:ClientId": client} if client else {})


def test_an_allow_names_its_statement_and_lines() -> None:
    assert reasons(document(CONNECT), "iot:Connect", "client/c1") == (
        f"Document 1, statement 1 (lines 4-8) allows iot:Connect on {ARN}client/c1",
    )


def test_variables_and_conditions_are_listed() -> None:
    one = document(allow("iot:Connect", "client/${iot:ClientId}", Condition={"Null": {"iot:Nothing": "true"}}))
    assert reasons(one, "iot:Connect", "client/c1", "c1") == (
        f"Document 1, statement 1 (lines 4-13) allows iot:Connect on {ARN}client/${{iot:ClientId}}, "
        f"that is {ARN}client/c1, and its conditions are met",
    )


def test_not_resource_is_explained() -> None:
    one = document({"Effect": "Deny", "Action": "*", "NotResource": ARN + "topic/a"})
    assert reasons(one, "iot:Publish", "topic/b")[0].endswith(
        "denies iot:Publish on topic/b, which its NotResource does not list"
    )


def test_a_deny_names_the_allow_that_it_beats() -> None:
    found = reasons([document(allow("*", "*")), document(deny("*", "*"))], "iot:Publish", "topic/a")
    assert found == (
        "Document 2, statement 1 (lines 4-8) denies iot:Publish on *",
        "An explicit deny overrides every allow, here that of document 1, statement 1 (lines 4-8)",
    )


def test_denial_by_default() -> None:
    assert reasons([], "iot:Publish", "topic/a") == ("There is no policy document, and anything not allowed is denied",)
    only_denies = document(deny("iot:Publish", "topic/b"))
    assert reasons(only_denies, "iot:Publish", "topic/a")[0].startswith("The documents contain no usable Allow")
    assert reasons(document(CONNECT), "iot:Publish", "topic/a") == ("No statement allows iot:Publish on topic/a",)


def test_an_action_that_needs_another_says_so() -> None:
    publish = allow("iot:Publish", "topic/a")
    missing = "iot:Publish does not work without iot:Connect on client/c1, which is not allowed"
    assert missing in reasons(document(publish), "iot:Publish", "topic/a", "c1")
    assert len(reasons(document(publish, CONNECT), "iot:Publish", "topic/a", "c1")) == 1
    assert len(reasons(document(publish), "iot:Publish", "topic/a")) == 1
    denied = document(publish, CONNECT, deny("iot:Connect", "*"))
    assert missing in reasons(denied, "iot:Publish", "topic/a", "c1")


def test_what_is_needed_lies_in_the_same_account() -> None:
    found = reasons(document(allow("iot:RetainPublish", "topic/a")), "iot:RetainPublish", ARN + "topic/a")
    assert found[1] == f"iot:RetainPublish does not work without iot:Publish on {ARN}topic/a, which is not allowed"
    subscribe = document(allow("iot:Subscribe", "topicfilter/a"))
    assert f"iot:Connect on {ARN}client/c1" in reasons(subscribe, "iot:Subscribe", ARN + "topicfilter/a", "c1")[1]


def test_every_substitution_is_listed() -> None:
    one = document(
        allow("iot:Publish", "topic/${iot:ClientId}/${iot:DomainName}"),
        allow("iot:Connect", "client/${iot:ClientId}"),
        allow("iot:*", "*", Condition={"StringLike": {"iot:DomainName": "${iot:ClientId}${*}"}}),
    )
    found = [
        (each.statement, each.variable, each.value, each.becomes.removeprefix(ARN), each.span.line)
        for each in decision(one, "iot:Publish", "topic/a", "c1").substitutions
    ]
    assert found == [
        (0, "${iot:ClientId}", "c1", "topic/c1/${iot:DomainName}", 7),
        (0, "${iot:DomainName}", None, "topic/c1/${iot:DomainName}", 7),
        (2, "${iot:ClientId}", "c1", "c1*", 20),
    ]


def test_a_value_is_absent_or_one_of_several() -> None:
    tail = "${iot:ClientId}${iot:DomainName}${iot:Several}${iot:None}"
    known = {"iot:ClientId": "c1", "iot:Several": ["a", "b"], "iot:None": []}
    found = [
        [(one.variable, one.value, one.is_absent) for one in ask(each, "iot:Publish", "topic/a", known).substitutions]
        for each in (document(allow("*", f"topic/{tail}")), document(allow("*", f"topic/{tail}"), Version="2008-10-17"))
    ]
    assert found == [
        [
            ("${iot:ClientId}", "c1", False),
            ("${iot:DomainName}", None, True),
            ("${iot:Several}", None, False),
            ("${iot:None}", None, False),
        ],
        [
            ("${iot:ClientId}", None, False),
            ("${iot:DomainName}", None, False),
            ("${iot:Several}", None, False),
            ("${iot:None}", None, False),
        ],
    ]


def test_a_statement_on_one_line() -> None:
    assert "(line 1)" in reasons(document_on_one_line(), "iot:Connect", "client/c1")[0]


def document_on_one_line() -> Document:
    from authlens.core.policy.document import parse

    return parse(f'{{"Statement": {{"Effect": "Allow", "Action": "*", "Resource": "{ARN}client/c1"}}}}')


def test_a_tail_that_could_be_in_several_accounts_says_so() -> None:
    one = document(allow("iot:Publish", "topic/a"), allow("iot:Receive", "arn:aws:iot:us-west-2:999999999999:topic/a"))
    said = "The question names no region or account, and the documents name several: "
    assert reasons(one, "iot:Publish", "topic/a")[1] == said + "us-east-1:123456789012, us-west-2:999999999999"
    assert len(reasons(one, "iot:Publish", ARN + "topic/a")) == 1


def test_a_sentence_stays_readable_whatever_it_quotes() -> None:
    one = document(allow("iot:Publish", "topic/" + "a" * 5000))
    assert len(reasons(one, "iot:Publish", "topic/" + "a" * 5000)[0]) <= 1000

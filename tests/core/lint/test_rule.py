from __future__ import annotations

from dataclasses import replace

from authlens.core.contract.outcome import Outcome
from authlens.core.contract.statement import assumed
from authlens.core.lint.rule import Hit, LintedAnswer, LintFinding, LintSubject, StatementAt, Surroundings
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest, MqttContext, TlsContext
from support.policies import allow, document

AUTHORIZER = Authorizer("a", "arn:aws:iot:eu-west-1:123456789012:authorizer/a")
REQUEST = AuthorizerRequest("a", mqtt_context=MqttContext(client_id="c1"))


def test_region_account_and_client_come_from_the_authorizer_and_the_request() -> None:
    subject = LintSubject((), Surroundings(REQUEST, AUTHORIZER))
    assert (subject.region, subject.account, subject.client_id) == ("eu-west-1", "123456789012", "c1")


def test_what_is_given_in_hand_wins() -> None:
    subject = LintSubject((), Surroundings(REQUEST, AUTHORIZER, "us-east-1", "999999999999", "c2"))
    assert (subject.region, subject.account, subject.client_id) == ("us-east-1", "999999999999", "c2")


def test_nothing_known_is_none() -> None:
    for subject in (LintSubject(()), LintSubject((), Surroundings(AuthorizerRequest("a"), Authorizer("a")))):
        assert (subject.region, subject.account, subject.client_id) == (None, None, None)


def test_permissions_are_those_of_the_known_client_and_request() -> None:
    documents = (document(allow("iot:Connect", "client/${iot:ClientId}/${iot:DomainName}")),)
    request = replace(REQUEST, tls_context=TlsContext(server_name="d"))

    def connecting(surroundings: Surroundings) -> tuple[str | None, list[str]]:
        permissions = LintSubject(documents, surroundings).permissions
        return permissions.client_id, [grant.area.text for grant in permissions.of("iot:Connect").grants]

    assert connecting(Surroundings()) == (None, ["${iot:ClientId}/${iot:DomainName}"])
    assert connecting(Surroundings(client_id="c2")) == ("c2", ["c2/${iot:DomainName}"])
    assert connecting(Surroundings(request)) == ("c1", ["c1/d"])
    assert connecting(Surroundings(request, client_id="c2")) == ("c2", ["c2/d"])


def test_a_certificate_and_text_are_the_exception() -> None:
    assert not Surroundings().has_certificate
    assert not LintedAnswer({}, {}).is_text


def test_an_outcome_is_an_answer_without_places() -> None:
    answer = LintedAnswer.of_outcome(Outcome(True, None, ("{}",), 300))
    assert answer.values == {"isAuthenticated": True, "policyDocuments": ["{}"], "refreshAfterInSeconds": 300}
    assert not answer.spans


def test_statements_of_one_effect() -> None:
    broken = allow("iot:Connect", "*") | {"Effect": "allow"}
    subject = LintSubject((document(allow("iot:Connect", "*"), broken), document(allow("*", "*") | {"Effect": "Deny"})))
    assert [(one.document, one.statement.index) for one in subject.statements()] == [(0, 0), (0, 1), (1, 0)]
    assert [(one.document, one.statement.index) for one in subject.usable()] == [(0, 0), (1, 0)]
    assert [one.name for one in subject.usable("Deny")] == ["statement 1 of document 2"]


def test_a_hit_is_at_its_statement_by_default() -> None:
    statement = document(allow("iot:Connect", "*")).statements[0]
    placed = StatementAt(2, statement)
    assert placed.hit("x") == Hit("x", 2, 0, statement.span)
    assert placed.hit("x", statement.actions[0].span).span == statement.actions[0].span


def test_a_finding_without_a_span_is_at_the_beginning() -> None:
    finding = LintFinding("a", "info", "m", None, None, None, "r", "f", assumed())
    assert (finding.line, finding.column) == (1, 1)

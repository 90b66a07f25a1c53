"""Each thing that was read of a deployment is one sentence, and so is each that was not."""

from __future__ import annotations

from authlens.core.deployment.deployment import Deployment, Domain, Function, Unread
from authlens.core.deployment.facts import facts
from authlens.core.request.authorizer import Authorizer

AUTHORIZER = Authorizer("A", function_arn="arn:aws:lambda:eu-west-1:111122223333:function:f")
FUNCTION = Function("arn:aws:lambda:eu-west-1:111122223333:function:f", 3)


def test_what_could_not_be_read_names_the_permission_that_is_missing() -> None:
    unread = Unread("lambda:GetFunctionConfiguration", "AccessDeniedException")
    by_id = {fact.id: fact for fact in facts(Deployment(AUTHORIZER, unread, None))}

    assert not by_id["function"].is_read
    assert "lambda:GetFunctionConfiguration" in by_id["function"].text


def test_each_domain_is_a_fact_of_its_own() -> None:
    domains = (Domain("shop", "iot.example.com"), Domain("works", "iot.example.org"))
    found = [
        fact.text for fact in facts(Deployment(AUTHORIZER, FUNCTION, None, domains=domains)) if fact.id == "domain"
    ]

    assert len(found) == 2
    assert "iot.example.org" in found[1]

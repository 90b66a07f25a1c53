from __future__ import annotations

import pytest

from authlens.core.deployment.deployment import Deployment, Domain, Unread, qualifier, unqualified
from authlens.core.request.authorizer import Authorizer

FUNCTION = "arn:aws:lambda:eu-west-1:111122223333:function:f"
DENIED = Unread("iot:ListDomainConfigurations", "AccessDeniedException")


@pytest.mark.parametrize(
    ("arn", "name"), [(FUNCTION, ""), (f"{FUNCTION}:prod", "prod"), (f"{FUNCTION}:7", "7"), ("", "")]
)
def test_an_alias_or_version_is_at_the_end(arn: str, name: str) -> None:
    assert qualifier(arn) == name
    assert unqualified(arn) == (FUNCTION if arn else "")


def test_a_domain_is_found_by_its_host() -> None:
    shop = Domain("shop", "iot.Example.com")
    deployment = Deployment(Authorizer("A"), None, None, domains=(shop,))
    assert deployment.domain_of("IOT.example.com") is shop
    assert deployment.domain_of("other") is None
    assert Deployment(Authorizer("A"), None, None, domains=DENIED).domain_of("iot.example.com") is None


def test_what_was_not_read_is_counted() -> None:
    assert Deployment(Authorizer("A"), None, None).unread == ()
    assert Deployment(Authorizer("A"), DENIED, None, domains=DENIED).unread == (DENIED, DENIED)

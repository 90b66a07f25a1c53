"""Destinations as people write them."""

from __future__ import annotations

import re

import pytest

from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Target
from authlens.core.saved.destination import read_destination
from authlens.core.saved.saved_request import SavedRequest

HERE = SavedRequest(AuthorizerRequest("A", token="t"), target=Target(profile="dev", region="eu-west-1"))
LOCAL = SavedRequest(AuthorizerRequest("A"), target=Target(local="authorizers.yaml", region="eu-west-1"))


@pytest.mark.parametrize(
    ("saved", "text", "target", "name"),
    [
        (HERE, "profile=prod", Target(profile="prod", region="eu-west-1"), "A"),
        (HERE, "region=us-east-1, authorizer=B", Target(profile="dev", region="us-east-1"), "B"),
        (HERE, "local=authorizers.yaml", Target(profile="dev", region="eu-west-1", local="authorizers.yaml"), "A"),
        (HERE, "endpoint-url=http://127.0.0.1:1", Target("dev", "eu-west-1", "http://127.0.0.1:1"), "A"),
        (HERE, "authorizer=B", Target(profile="dev", region="eu-west-1"), "B"),
        (LOCAL, "profile=prod", Target(profile="prod", region="eu-west-1"), "A"),
        (LOCAL, "authorizer=B", Target(local="authorizers.yaml", region="eu-west-1"), "B"),
    ],
)
def test_what_is_named_changes_and_the_rest_stays(saved: SavedRequest, text: str, target: Target, name: str) -> None:
    there = read_destination(text).of(saved)
    assert (there.target, there.request.authorizer_name) == (target, name)
    assert there.request.token == saved.request.token


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("local=a.yaml,local=b.yaml", "has local twice"),
        ("endpointUrl=http://a,endpoint-url=http://b", "has endpointUrl twice"),
        ("local=a.yaml,endpointUrl=http://a", "both local and endpointUrl"),
    ],
)
def test_one_destination_is_one_place(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_destination(text)


@pytest.mark.parametrize("text", ["", "prod", "profile=", "colour=red", "profile=a,"])
def test_what_is_not_a_destination_says_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match="KEY=VALUE"):
        read_destination(text)


def test_the_target_of_the_text_alone() -> None:
    for text, target in (
        ("profile=p,region=r,endpointUrl=http://h", Target("p", "r", "http://h")),
        ("local=a.yaml,authorizer=B", Target(local="a.yaml")),
        ("authorizer=B", Target()),
    ):
        destination = read_destination(text)
        assert (destination.text, destination.target) == (text, target)


ELSEWHERE = SavedRequest(AuthorizerRequest("A"), target=Target("dev", "eu-west-1", "http://h"))


@pytest.mark.parametrize(
    ("saved", "text", "target"),
    [
        (ELSEWHERE, "profile=prod", Target("prod", "eu-west-1")),
        (ELSEWHERE, "authorizer=B", Target("dev", "eu-west-1", "http://h")),
        (ELSEWHERE, "local=a.yaml", Target("dev", "eu-west-1", local="a.yaml")),
        (LOCAL, "region=r", Target(region="r")),
        (LOCAL, "endpointUrl=http://h", Target(None, "eu-west-1", "http://h")),
        (LOCAL, "local=b.yaml,profile=p,region=r", Target("p", "r", local="b.yaml")),
    ],
)
def test_another_place_replaces_the_endpoint(saved: SavedRequest, text: str, target: Target) -> None:
    assert read_destination(text).of(saved).target == target


def test_the_whole_sentence_of_what_is_wrong() -> None:
    for text, said in (
        (
            "colour=red",
            "'colour=red': must be KEY=VALUE,… with the keys local, profile, region, endpointUrl, authorizer",
        ),
        ("local=a,local=b", "'local=a,local=b' has local twice; use a second --target for another destination"),
        ("local=a,endpoint-url=b", "'local=a,endpoint-url=b' has both local and endpointUrl; use a --target for each"),
    ):
        with pytest.raises(ValueError, match=f"^{re.escape(said)}$"):
            read_destination(text)

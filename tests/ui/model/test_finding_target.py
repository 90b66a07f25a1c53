from __future__ import annotations

import pytest

from authlens.core.preflight.finding import Finding, Fix
from authlens.core.request.request import AuthorizerRequest
from authlens.ui.model.finding_target import fixable, location, member_of, next_finding, notable, unsaid

FIX = Fix("Fix it", AuthorizerRequest())
ERROR = Finding("e", "error", "token", "An error.")
WARNING = Finding("w", "warning", "mqttContext.username", "A warning.", fix=FIX)
NOTE = Finding("n", "info", "mqttContext.clientId", "A note.", fix=FIX)
ALL = (ERROR, WARNING, NOTE)


@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("token", "token"),
        ("authorizerName", "authorizer_name"),
        ("mqttContext.clientId", "client_id"),
        ("httpContext.headers[X-Key]", "headers"),
        ("httpContext.headers", "headers"),
        ("httpContext", "query_string"),
        ("mqttContext", "username"),
        ("", None),
    ],
)
def test_every_member_has_its_place_in_the_form(path: str, member: str | None) -> None:
    assert member_of(path) == member


@pytest.mark.parametrize(
    ("pointed", "fixed", "words"),
    [
        (None, WARNING, [ERROR, WARNING]),
        (ERROR, None, [ERROR, WARNING]),
        (WARNING, WARNING, [ERROR, WARNING]),
        (NOTE, NOTE, [ERROR, WARNING, NOTE]),
    ],
    ids=["nothing", "an error without a fix", "a warning", "a note"],
)
def test_only_what_is_shown_can_be_fixed(pointed: Finding | None, fixed: Finding | None, words: list[Finding]) -> None:
    assert fixable(ALL, pointed) is fixed
    assert notable(ALL, pointed) == words


def test_the_key_goes_round() -> None:
    pointed, went = None, []
    for _ in range(5):
        pointed = next_finding(ALL, pointed)
        went.append(pointed)
    assert went == [ERROR, WARNING, NOTE, None, ERROR]


@pytest.mark.parametrize(
    ("offset", "place"), [(0, (0, 0)), (2, (0, 2)), (3, (1, 0)), (5, (1, 2)), (6, (2, 0))], ids=str
)
def test_a_character_is_found_by_line_and_column(offset: int, place: tuple[int, int]) -> None:
    assert location("ab\ncd\n", offset) == place


def test_what_the_answer_says_is_not_said_again_unless_a_key_fixes_it() -> None:
    assert unsaid(ALL, None, frozenset()) == [ERROR, WARNING, NOTE]
    assert unsaid(ALL, None, frozenset({"e", "w"})) == [WARNING, NOTE]
    assert unsaid(ALL, ERROR, frozenset({"e"})) == [ERROR, WARNING, NOTE], "the user went to it"

"""The limits agree with the words of AWS that quote them."""

from __future__ import annotations

import re

from authlens.core.contract import answer, limits


def test_the_messages_quote_the_limits() -> None:
    assert str(limits.LONGEST_DOCUMENT) in (answer.TOO_LONG.words or "")
    assert str(limits.MOST_DOCUMENTS) in (answer.TOO_MANY.words or "")
    assert limits.PRINCIPAL_PATTERN in (answer.PRINCIPAL.words or "")


def test_both_ends_of_the_seconds_are_allowed_and_the_defaults_lie_within() -> None:
    assert limits.SHORTEST_SECONDS in limits.SECONDS
    assert limits.LONGEST_SECONDS in limits.SECONDS
    assert limits.LONGEST_SECONDS + 1 not in limits.SECONDS
    assert {limits.DEFAULT_REFRESH, limits.DEFAULT_DISCONNECT} <= set(limits.SECONDS)


def test_the_limits_are_those_of_the_contract() -> None:
    assert (limits.SHORTEST_SECONDS, limits.LONGEST_SECONDS) == (5 * 60, 24 * 60 * 60)
    assert (limits.DEFAULT_REFRESH, limits.DEFAULT_DISCONNECT) == (5 * 60, 24 * 60 * 60)
    assert (limits.MOST_DOCUMENTS, limits.LONGEST_DOCUMENT, limits.FUNCTION_LIMIT) == (10, 2048, 5)


def test_a_principal_is_1_to_128_letters_and_digits() -> None:
    assert re.fullmatch(limits.PRINCIPAL_PATTERN, "a" * 128)
    assert not re.fullmatch(limits.PRINCIPAL_PATTERN, "a" * 129)
    assert not re.fullmatch(limits.PRINCIPAL_PATTERN, "a-b")

"""What is said of AWS has a source, unless it is assumed."""

from __future__ import annotations

import pytest

from authlens.core.mqtt import limits, rules
from authlens.core.mqtt.known import ASSUMED, Confidence, Known, assumed, documented

EVERYTHING = [
    *(limit.known for limit in limits.OF_AWS),
    *(known for rule in rules.RULES for known in (rule.v3.known, rule.v5.known)),
]


@pytest.mark.parametrize("known", EVERYTHING, ids=str)
def test_every_row_names_its_source(known: Known) -> None:
    assert known.source.startswith("https://") == (known.confidence is not Confidence.ASSUMED)


def test_how_it_is_said() -> None:
    assert str(ASSUMED) == "assumed"
    assert str(assumed("the code")) == "assumed (the code)"
    assert str(documented("https://a.example")) == "documented"

from dataclasses import FrozenInstanceError

import pytest

from authlens.core.saved.expectation import Expectation, ExpectedError, Question


def test_an_absent_key_is_not_judged() -> None:
    expectation = Expectation()

    assert expectation == Expectation(None, None, (), (), {}, None, None, None, None, None, None)


@pytest.mark.parametrize("value", [Expectation(), Question("iot:Connect", "client/c"), ExpectedError("E")])
def test_values_are_frozen(value: object) -> None:
    with pytest.raises((FrozenInstanceError, TypeError)):
        value.error = "other"  # type: ignore[attr-defined]  # the assignment that must fail

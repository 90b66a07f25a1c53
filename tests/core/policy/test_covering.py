from __future__ import annotations

from typing import Any

import pytest

from authlens.core.policy.covering import applies_always, includes, is_plain
from support.policies import allow, document

ATTACHED = {"Condition": {"Bool": {"aws:SecureTransport": "true"}}}


@pytest.mark.parametrize(
    ("wide", "narrow", "expected"),
    [
        (allow("iot:*", "*"), allow(["iot:Connect", "iot:Publish"], ["client/a", "topic/a"]), True),
        (allow("iot:Connect", "client/*"), allow("iot:connect", "client/a*"), True),
        (allow("iot:Connect", "client/a*"), allow("iot:Connect", "client/*"), False),
        (allow("iot:Connect", "*"), allow(["iot:Connect", "iot:Publish"], "*"), False),
        (allow("iot:Connect", "*"), allow("iot:Connect", "*", **ATTACHED), True),
        (allow("iot:Connect", "*", **ATTACHED), allow("iot:Connect", "*"), False),
        (allow("iot:Connect", "*", **ATTACHED), allow("iot:Connect", "client/a", **ATTACHED), True),
    ],
)
def test_a_statement_includes_what_it_applies_to(wide: Any, narrow: Any, expected: bool) -> None:
    one, other = document(wide, narrow).statements
    assert includes(one, other) is expected


def test_what_speaks_of_everything() -> None:
    unplain = {"Effect": "Deny", "NotAction": "*", "Resource": "*"}
    statements = document(allow("*", "*"), allow("iot:*", "client/*"), unplain, allow("*", "*", **ATTACHED)).statements
    assert [applies_always(one) for one in statements] == [True, False, False, False]
    assert [is_plain(one) for one in statements] == [True, True, False, True]

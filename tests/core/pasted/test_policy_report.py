from __future__ import annotations

from authlens.core.pasted.policy_report import policy_report
from support.app_services import POLICY


def test_a_policy_alone_is_summarised_and_checked() -> None:
    lines = policy_report(POLICY)
    assert "connect as" in lines[0]
    assert any("Publish" in line and "sensors/7/data" in line and "line 1" in line for line in lines)
    assert any("finding" in line for line in lines)
    broken = policy_report(
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:Conect", "Resource": "*"}]}'
    )
    assert any("unknown-action" in line for line in broken)

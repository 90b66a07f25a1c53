from __future__ import annotations

from authlens.core.verdict.log_message_rows import LOG_ROWS


def test_every_authentication_error_of_custom_authorizers_is_known() -> None:
    """As the guide's page of log entries lists them."""
    for reason in ("LAMBDA_EXECUTION_ERROR", "NOT_FOUND", "PARAMETER_INVALID"):
        assert f"CUSTOM_AUTHORIZER_{reason}" in LOG_ROWS

from __future__ import annotations

from pathlib import Path

import pytest

from authlens.core.request.request import AuthorizerRequest, HttpContext, MqttContext
from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest, Sign
from authlens.core.secrets.redaction import MASK
from authlens.ui.model.batch import BatchItem, base_of, counted, is_redacted
from support.invocations import invocation


def test_an_old_request_is_sent_as_it_was_from_where_it_was() -> None:
    sign = Sign("keys/k.pem")
    old = invocation(number=7, sign=sign, source="/project/requests/a.yaml", target=Target(local="../authorizers.yaml"))
    assert BatchItem.of_old(old, Path("/elsewhere")) == BatchItem(
        "#7",
        SavedRequest(old.request, target=old.target, sign=sign),
        Path("/project/requests"),
        "/project/requests/a.yaml",
        old,
    )


def test_one_of_no_file_starts_where_the_form_does() -> None:
    assert base_of(invocation(), Path("/here")) == Path("/here")
    assert base_of(invocation(), None) is None


@pytest.mark.parametrize(
    ("request_", "expected"),
    [
        (AuthorizerRequest("A", MASK, MASK), True),
        (AuthorizerRequest("A", mqtt_context=MqttContext("u", MASK)), True),
        (AuthorizerRequest("A", mqtt_context=MqttContext("u", b"\xff", "c")), False),
        (AuthorizerRequest("A", http_context=HttpContext((("X-Key", MASK),))), True),
        (AuthorizerRequest("A", http_context=HttpContext((("X-Key", "k"),))), False),
    ],
    ids=["token", "password", "bytes", "header", "whole"],
)
def test_what_was_kept_redacted_cannot_be_sent_again(request_: AuthorizerRequest, expected: bool) -> None:
    assert is_redacted(invocation(request=request_)) is expected


def test_things_are_counted_in_words() -> None:
    assert [counted(number, "request") for number in (0, 1, 2)] == ["0 requests", "1 request", "2 requests"]

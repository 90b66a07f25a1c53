"""Targets are compared by value: the gateway keeps one client for each."""

from __future__ import annotations

from dataclasses import replace

from authlens.core.request.target import DEMO, StaticCredentials, Target


def test_equal_targets_share_a_key() -> None:
    located = Target(local=DEMO, endpoint_url="http://127.0.0.1:1", credentials=StaticCredentials("a", "b"))
    assert {located: 1}[replace(located)] == 1
    assert located != replace(located, endpoint_url="http://127.0.0.1:2")
    assert (Target().verify_ssl, Target().sign_request) == (True, True)

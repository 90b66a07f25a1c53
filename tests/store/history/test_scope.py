"""Rows of a project are told from those of others."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from authlens.core.invocation.invocation import Invocation
from authlens.core.request.request import AuthorizerRequest, MqttContext
from authlens.core.request.target import Target
from authlens.store.history.history import History, Scope
from support.invocations import invocation

SHOP = Path("/projects/Shop")


def sent(target: Target, source: str | None, client_id: str = "c") -> Invocation:
    request = AuthorizerRequest("A", mqtt_context=MqttContext(client_id=client_id))
    return replace(invocation(request=request), target=target, source=source)


DEMO = Target(local="demo")
RUNS = {
    1: sent(Target(local="../authorizers.yaml"), "/projects/Shop/requests/one.yaml"),
    2: sent(Target(local="../authorizers.yaml"), "/projects/Shop-2/requests/one.yaml"),
    3: sent(DEMO, "/state/demo/requests/1.yaml"),
    4: sent(DEMO, None),
    5: sent(Target(profile="dev"), None, "demo"),
    6: sent(Target(local="/projects/Shop/authorizers.yaml"), None),
    7: sent(DEMO, "/projects/Shop/requests/two.yaml::case"),
}


@pytest.mark.parametrize("indexed", [True, False])
@pytest.mark.parametrize(
    ("scope", "search", "numbers"),
    [
        (None, "", [7, 6, 5, 4, 3, 2, 1]),
        (Scope(SHOP), "", [7, 6, 1]),
        (Scope(SHOP, numbers=(5, 99)), "", [7, 6, 5, 1]),
        (Scope(Path("/state/demo"), "demo"), "", [7, 4, 3]),
        (Scope(SHOP), "two", [7]),
        (Scope(SHOP), "authorizers", [6, 1]),
        (Scope(SHOP), "e", [7, 6, 1]),
        (Scope(Path("/nowhere")), "", []),
    ],
)
def test_only_the_rows_of_the_project_are_found(
    tmp_path: Path, scope: Scope | None, search: str, numbers: list[int], indexed: bool
) -> None:
    with History(tmp_path / "history.db", use_index=indexed) as history:
        for run in RUNS.values():
            history.record(run)
        found = [row.number for row in history.page(search, scope=scope)]
        assert found == numbers
        assert history.count(search, scope) == len(found)
        assert [row.number for row in history.page(search, 6, scope=scope)] == [each for each in found if each < 6]
        assert [row.number for row in history.page(search, limit=1, scope=scope)] == found[:1]

"""Many calls on a real endpoint with a real function lose none."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from support.many_calls import concurrent, sequential
from support.serve_process import Serving, project, serving


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    with serving("--authorizers", project(tmp_path_factory.mktemp("project"))) as started:
        yield started


@pytest.mark.parametrize("count", [50, pytest.param(1000, marks=pytest.mark.slow)])
def test_calls_in_a_row(served: Serving, count: int) -> None:
    assert len(sequential(served.url, count)) == count


@pytest.mark.parametrize("each", [2, pytest.param(50, marks=pytest.mark.slow)])
def test_sixteen_clients_at_once(served: Serving, each: int) -> None:
    assert len(concurrent(served.url, 16, each)) == 16 * each

"""The pytest plugin: with `--authlens`, or `authlens = true` in the ini file, each saved request is a test item.

Every pytest run in the environment imports this file, so it imports nothing until it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    import pytest


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("authlens", "saved requests of authlens")
    group.addoption("--authlens", action="store_true", help="collect saved requests (*.yaml, *.yml) as tests")
    group.addoption("--authlens-serve", metavar="FILE", help="send them to the local endpoint of this authorizers.yaml")
    group.addoption("--authlens-environment", metavar="NAME", help="send them to what environments/NAME.yaml says")
    parser.addini("authlens", "collect saved requests (*.yaml, *.yml) as tests", type="bool", default=False)
    parser.addini("authlens_serve", "the authorizers.yaml whose local endpoint they are sent to", default="")
    parser.addini("authlens_environment", "the environment that they are sent in", default="")


def pytest_collect_file(file_path: Path, parent: pytest.Collector) -> pytest.Collector | None:
    if file_path.suffix.lower() not in (".yaml", ".yml"):
        return None
    if not (parent.config.getoption("authlens") or parent.config.getini("authlens")):
        return None
    from authlens.pytest_items import SavedRequestFile

    file: pytest.Collector = SavedRequestFile.from_parent(parent, path=file_path)
    return file

"""The pytest plugin in a real pytest run of its own: what it collects, what it says, and what it costs when unused."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from authlens.core.request.authorizer import Authorizer
from support.invocations import CONNECT, policy
from support.local_endpoint import REGION, Running, StandIn, definitions, running

CANARY = "canary-of-a-password"


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Running]:
    answer = {"isAuthenticated": True, "principalId": CANARY.replace("-", ""), "policyDocuments": [policy(CONNECT)]}
    with running(definitions(Authorizer("Sensor", signing_disabled=True)), StandIn(lambda event: answer)) as started:
        yield started


@pytest.fixture
def folder(endpoint: Running, tmp_path: Path) -> Path:
    """A saved request that is kept, one that is not, one that is invalid, YAML of another kind, and a plain test."""
    target = f"target: {{endpointUrl: '{endpoint.url}', region: {REGION}}}\n"
    request = (
        f"request: {{authorizerName: Sensor, mqttContext: {{clientId: c, password: {CANARY.replace('-', '')}}}}}\n"
    )
    (tmp_path / "a.yaml").write_text(f"description: Kept\n{target}{request}")
    (tmp_path / "b.yaml").write_text(f"description: Broken\n{target}{request}expect: {{principalId: other}}\n")
    (tmp_path / "c.yml").write_text("request:\n  tokken: x\n")
    (tmp_path / "other.yaml").write_text("a: 1\n")
    (tmp_path / "test_plain.py").write_text("def test_plain():\n    pass\n")
    return tmp_path


OTHERS = ("asyncio", "hypothesispytest", "pytest_cov", "timeout")
"""Plugins that are installed here and have no part in these tests."""


def pytest_run(folder: Path, *words: str) -> tuple[int, str]:
    environ = {**os.environ, "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-W", "ignore", "-rA", *words]
    command += [f"-pno:{name}" for name in OTHERS]
    ended = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True, timeout=50, check=False)
    return ended.returncode, ended.stdout + ended.stderr


def test_saved_requests_are_items_where_asked_for(folder: Path) -> None:
    code, text = pytest_run(folder, "--authlens", "--junit-xml", "junit.xml")

    assert code == 1
    assert "PASSED a.yaml::Kept" in text
    assert "FAILED b.yaml::Broken - principalId: expected other, got [redacted]" in text
    assert "FAILED c.yml::c - cannot be judged: line 2, column 3: " in text
    assert "PASSED test_plain.py::test_plain" in text
    assert "other.yaml" not in text
    assert "Traceback" not in text
    assert CANARY.replace("-", "") not in text + (folder / "junit.xml").read_text()


@pytest.mark.slow
def test_items_are_shared_among_processes(folder: Path) -> None:
    code, text = pytest_run(folder, "--authlens", "-n", "2", "--deselect", "b.yaml", "--ignore", "c.yml")

    assert code == 0
    assert "2 passed" in text


def test_nothing_is_collected_unasked(folder: Path) -> None:
    code, text = pytest_run(folder)

    assert code == 0
    assert "1 passed" in text
    assert "Kept" not in text


def test_a_run_that_does_not_ask_loads_nothing_of_ours(tmp_path: Path) -> None:
    (tmp_path / "test_loaded.py").write_text(
        "import sys\ndef test_loaded():\n"
        "    ours = {name for name in sys.modules if name.startswith('authlens')}\n"
        "    assert ours == {'authlens', 'authlens.interrupts', 'authlens.pytest_plugin'}\n"
        "    assert not {'boto3', 'textual', 'yaml'} & sys.modules.keys()\n"
    )

    code, text = pytest_run(tmp_path)

    assert code == 0, text


def test_the_ini_file_asks_and_names_the_endpoint(folder: Path) -> None:
    (folder / "bad.yaml").write_text("authorizers: {A: {}}\n")
    (folder / "pytest.ini").write_text("[pytest]\nauthlens = true\nauthlens_serve = bad.yaml\n")

    code, text = pytest_run(folder, "a.yaml")

    assert code == 1
    assert "FAILED a.yaml::Kept - cannot be judged: LocalEndpointFailed: " in text

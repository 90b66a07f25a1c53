"""Every test runs with a scrubbed environment: no AWS settings, no proxies, a home of its own, loopback only."""

from __future__ import annotations

import gc
import itertools
import os
import socket
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings

settings.register_profile("quick", max_examples=25, deadline=None)
settings.register_profile("slow", max_examples=2000, deadline=None)
settings.load_profile("quick")

# Painting makes values by the million that live for a moment. Python's own pace of looking for garbage among them takes
# a quarter of the tests' time.
gc.set_threshold(100_000, 20, 100)

_SCRUBBED = ("AWS_", "AUTHLENS_", "XDG_", "NO_COLOR", "TEXTUAL", "SSL_CERT", "CI")
_NUMBERS = itertools.count()
_KEPT = {"AUTHLENS_AWS_CLI", "AUTHLENS_NODE_CLIENTS", "AUTHLENS_UPDATE_SCREENSHOTS"}


SLOW_LIMIT = 1800
"""Seconds that one slow test may take. Plain `pytest` leaves them out, `pytest -m slow` runs them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SLOW_LIMIT))


@pytest.fixture(scope="session")
def homes(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the tests' homes lie. pytest's own numbering would look at all of them for each new one."""
    return tmp_path_factory.mktemp("homes")


@pytest.fixture(autouse=True)
def scrubbed_environment(homes: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home without anybody's settings. Returns it."""
    for name in list(os.environ):
        if name.endswith(("_proxy", "_PROXY")) or (name.startswith(_SCRUBBED) and name not in _KEPT):
            monkeypatch.delenv(name)
    home = homes / str(next(_NUMBERS))
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    # What is cached can be made again at any time, so all tests share it.
    monkeypatch.setenv("XDG_CACHE_HOME", str(homes / "cache"))
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    # What the tests write is their own; those of trust take this back.
    monkeypatch.setenv("AUTHLENS_TRUST", os.pathsep.join((tempfile.gettempdir(), str(Path(__file__).parent.parent))))
    return home


@pytest.fixture(autouse=True)
def loopback_only(monkeypatch: pytest.MonkeyPatch) -> None:
    """A test that would leave the machine fails instead."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(("127.", "::1", "localhost")):
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", guarded)

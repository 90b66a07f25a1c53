"""Every test runs with a scrubbed environment: no AWS settings, no proxies, a home of its own, loopback only."""

from __future__ import annotations

import gc
import itertools
import os
import signal
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from _pytest.runner import runtestprotocol
from hypothesis import settings

settings.register_profile("quick", max_examples=25, deadline=None)
settings.register_profile("slow", max_examples=2000, deadline=None)
settings.load_profile("quick")

# Painting makes values by the million that live for a moment. Python's own pace of looking for garbage among them takes
# a quarter of the tests' time.
_YOUNG = 100_000
gc.set_threshold(_YOUNG, 20, 100)

# A shell that starts the tests in the background has them ignore Ctrl+C, and so would every program that they start.
signal.signal(signal.SIGINT, signal.default_int_handler)

_SCRUBBED = ("AWS_", "AUTHLENS_", "XDG_", "NO_COLOR", "TEXTUAL", "SSL_CERT", "CI")
_KEPT = {"AUTHLENS_AWS_CLI", "AUTHLENS_NODE_CLIENTS", "AUTHLENS_UPDATE_SCREENSHOTS"}


SLOW_LIMIT = 1800
"""Seconds that one slow test may take. Plain `pytest` leaves them out, `pytest -m slow` runs them."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("slow") and not item.get_closest_marker("timeout"):
            item.add_marker(pytest.mark.timeout(SLOW_LIMIT))


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item, nextitem: pytest.Item | None) -> bool | None:
    """Of thousands of tests side by side, nothing but their outcome goes from process to process: sending on that each
    began, was set up, was torn down and ended took as long as running most of them."""
    if not hasattr(item.config, "workerinput"):
        return None
    for report in runtestprotocol(item, log=False, nextitem=nextitem):
        if report.when == "call" or not report.passed:
            item.ihook.pytest_runtest_logreport(report=report)
    return True


@pytest.fixture(scope="session", autouse=True)
def homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Iterator[Path]]:
    """The environment of all tests. A test that would leave the machine fails instead. Yields their homes."""
    folder = tmp_path_factory.mktemp("homes")
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: Any) -> None:
        if isinstance(address, tuple) and not str(address[0]).startswith(("127.", "::1", "localhost")):
            raise AssertionError(f"a test tried to reach {address[0]}")
        connect(self, address)

    with pytest.MonkeyPatch.context() as session:
        for name in list(os.environ):
            if name.endswith(("_proxy", "_PROXY")) or (name.startswith(_SCRUBBED) and name not in _KEPT):
                session.delenv(name)
        # What is cached can be made again at any time, so all tests share it.
        session.setenv("XDG_CACHE_HOME", str(folder / "cache"))
        session.setenv("AWS_EC2_METADATA_DISABLED", "true")
        # What the tests write is their own; those of trust take this back.
        session.setenv("AUTHLENS_TRUST", os.pathsep.join((tempfile.gettempdir(), str(Path(__file__).parent.parent))))
        session.setenv("HOME", str(folder))
        session.setattr(socket.socket, "connect", guarded)
        yield _empty_homes(folder)


def _empty_homes(folder: Path) -> Iterator[Path]:
    """Most tests write nothing there: a home that is still empty serves the next test too."""
    for number in itertools.count():
        home = folder / str(number)
        home.mkdir()
        while not os.listdir(home):
            yield home


@pytest.fixture(autouse=True)
def scrubbed_environment(homes: Iterator[Path]) -> Iterator[Path]:
    """A home without anybody's settings. Yields it."""
    home = next(homes)
    os.environ["HOME"] = str(home)
    # What ends other objects must not run amid a text that is nested as deep as Python's stack.
    if gc.get_count()[0] > _YOUNG // 2:
        gc.collect(0)
    yield home
    # What a module's tests share starts in none of them.
    os.environ["HOME"] = str(home.parent)

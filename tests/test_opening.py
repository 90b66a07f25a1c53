"""Opening a hostile folder starts no program and sends nothing: by a canary, a server and a proxy that count."""

from __future__ import annotations

import socket
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.hostile_folders import FOLDERS, Outside, Writer, interpreter, names
from support.terminal import Terminal

SETTLED = ("not trusted", "looked up when it is sent")
"""What the header says once it is decided that nothing is looked up."""


class Counting:
    """A port of loopback that only counts who connects."""

    def __init__(self) -> None:
        self.connections = 0
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listening.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)
        self._thread.start()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listening.accept()
            except OSError:
                return
            self.connections += 1
            connection.close()

    def close(self) -> None:
        self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        self._thread.join(5)


@contextmanager
def counting() -> Iterator[Counting]:
    server = Counting()
    try:
        yield server
    finally:
        server.close()


@pytest.fixture
def mark(tmp_path: Path) -> Path:
    return tmp_path / "the canary sang"


def open_folder(write: Writer, folder: Path, mark: Path, home: Path, *keys: str) -> None:
    canary = folder / "bin" / "canary"
    canary.parent.mkdir(parents=True)
    canary.write_text(f'#!/bin/sh\necho "$0 $*" >> "{mark}"\nsleep 5\n')
    canary.chmod(0o755)
    hostile, elsewhere = folder / "hostile", folder / "elsewhere"
    hostile.mkdir()
    elsewhere.mkdir()
    with counting() as server, counting() as proxy:
        (hostile / "a.yaml").write_text(write(hostile, Outside(canary, server.port, elsewhere)))
        (home / ".aws").mkdir(exist_ok=True)
        keys_of = "aws_access_key_id = AKIDEXAMPLE\naws_secret_access_key = secret\nregion = eu-west-1\n"
        (home / ".aws" / "config").write_text(
            f"[profile with-a-program]\ncredential_process = {canary}\n"
            f"[profile with-a-host]\n{keys_of}endpoint_url = http://127.0.0.1:{server.port}\n"
        )
        proxies = dict.fromkeys(("HTTP_PROXY", "HTTPS_PROXY", "http_proxy", "https_proxy"), f"127.0.0.1:{proxy.port}")
        environ = {"AUTHLENS_TRUST": "", "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"}
        command = [str(Path(sys.executable).with_name("authlens")), str(hostile / "a.yaml")]
        with Terminal(command, environ={**environ, **proxies}, cwd=str(hostile)) as terminal:
            terminal.wait_for_any(SETTLED)
            for key in keys:
                terminal.press(key)
            if keys:
                terminal.wait_for("Trust")
                terminal.press("escape")
                terminal.wait_gone("Trust")
            terminal.press("ctrl+o")
            terminal.wait_for("a.yaml")
            terminal.press("escape", "ctrl+q")
            assert terminal.wait_for_exit() == 0
        assert (server.connections, proxy.connections) == (0, 0)
    assert not mark.exists(), mark.read_text()


@pytest.mark.skipif(sys.platform != "linux", reason="named pipes and links as on Linux")
def test_there_are_twenty() -> None:
    assert len(FOLDERS) == len(set(names())) == 20


def test_opening_runs_and_sends_nothing(tmp_path: Path, mark: Path, scrubbed_environment: Path) -> None:
    open_folder(interpreter, tmp_path, mark, scrubbed_environment, "f5")


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize("write", FOLDERS, ids=names())
def test_opening_each_runs_and_sends_nothing(
    write: Writer, tmp_path: Path, mark: Path, scrubbed_environment: Path
) -> None:
    asks = not write.__name__.startswith(("loopback", "profile", "patterns"))
    open_folder(write, tmp_path, mark, scrubbed_environment, *(("f5",) if asks else ()))

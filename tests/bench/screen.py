"""What a person waits for: start, typing, memory. Each against a bare Textual program in the same run."""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from bench.row import Row
from support.terminal import Terminal

HELLO = """
from textual.app import App
from textual.widgets import Label
class Hello(App):
    def compose(self):
        yield Label("ready to start")
Hello().run()
"""

HELLO_WITH_BOTO3 = """
import boto3
from botocore.config import Config
from textual.app import App
from textual.widgets import Label
class Hello(App):
    def compose(self):
        yield Label("ready to start")
    def on_ready(self):
        config = Config(retries={"total_max_attempts": 1}, connect_timeout=1)
        client = boto3.client("iot", region_name="eu-west-1", endpoint_url="http://127.0.0.1:9", config=config,
                              aws_access_key_id="a", aws_secret_access_key="b")
        try:
            client.test_invoke_authorizer(authorizerName="x", token="t")
        except Exception:
            pass
        self.query_one(Label).update("call is done")
Hello().run()
"""

FIRST_SCREEN = ("F5", "History")
"""What the first usable screen shows: its footer, and the last pane that is painted."""
RUNS = 7


def rows() -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as home:
        environ = {"HOME": home, "XDG_CONFIG_HOME": home, "XDG_STATE_HOME": home, "XDG_DATA_HOME": home}
        app = [str(Path(sys.executable).with_name("authlens")), "demo"]
        bare = [sys.executable, "-c", HELLO]
        # Taken in turns, so that whatever else the machine does touches both alike.
        pairs = [(start(bare, ["ready to start"], environ), start(app, FIRST_SCREEN, environ)) for _ in range(RUNS)]
        hello, ours = (statistics.median(times) for times in zip(*pairs, strict=True))
        yield Row("first usable screen, of a bare Textual program's", ours / hello, 2.0, note=f"{ours:.3f} s")
        yield memory(app, environ)
        yield from typing(app, environ)


def start(command: Sequence[str], wanted: Sequence[str], environ: dict[str, str]) -> float:
    with Terminal(command, environ=environ) as terminal:
        for words in wanted:
            terminal.wait_for(words)
        return time.perf_counter() - terminal.started


def memory(app: Sequence[str], environ: dict[str, str]) -> Row:
    bare = peak([sys.executable, "-c", HELLO_WITH_BOTO3], environ, lambda terminal: terminal.wait_for("call is done"))

    def send(terminal: Terminal) -> None:
        terminal.wait_for(FIRST_SCREEN[0])
        terminal.settle()
        terminal.press("f5")
        terminal.wait_for("AUTHENTICATED")
        terminal.settle()

    ours = peak(app, environ, send)
    return Row("peak memory after a send, of bare Textual with boto3", ours / bare, 1.25, note=f"{ours:.0f} MiB")


def peak(command: Sequence[str], environ: dict[str, str], act: Callable[[Terminal], object]) -> float:
    with Terminal(command, environ=environ) as terminal:
        act(terminal)
        return terminal.peak_mib()


def typing(app: Sequence[str], environ: dict[str, str]) -> Iterator[Row]:
    """Key to paint in the field that has the focus after the first Tab, at 120×40."""
    times = []
    with Terminal(app, environ=environ) as terminal:
        terminal.wait_for(FIRST_SCREEN[0])
        terminal.settle()
        terminal.press("tab")
        terminal.settle()
        for _ in range(60):
            seen = len(terminal.written)
            sent = time.perf_counter()
            terminal.type("x")
            while len(terminal.written) == seen:
                terminal.read_once(0.005)
            times.append((time.perf_counter() - sent) * 1000)
            terminal.settle(quiet=0.05)
    yield Row("key to paint, median", statistics.median(times), 30, "ms")
    yield Row("key to paint, 95th percentile", statistics.quantiles(times, n=20)[-1], 50, "ms")

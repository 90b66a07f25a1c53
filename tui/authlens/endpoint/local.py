"""Local targets: runs `authlens serve` for a file of the user, or for the samples of the demo, as a child process.

The child's standard input is a lifeline: when this process ends, by whatever means, the endpoint ends too.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from typing import IO

from authlens.core.request.target import DEMO, StaticCredentials, Target
from authlens.core.text.visible import visible
from authlens.core.text.yaml_reader import YamlError, load
from authlens.endpoint.samples.unpack import demo_file
from authlens.endpoint.templates.child_environment import endpoint_environment
from authlens.endpoint.templates.definition_file import DEFAULT_REGION, content_of, looks_like_template
from authlens.endpoint.templates.noticed import stamp
from authlens.user_path import NotAPath, user_path

START_LIMIT = 30.0
"""Seconds until a starting endpoint must have printed its URL."""
END_LIMIT = 8.0
"""Seconds that an endpoint has to end its functions."""
RETRY_AFTER = 1.0
"""Seconds after which a failed start is retried with the same file."""
KEPT_LINES = 50
"""How many lines of its standard error are kept for error messages."""
CREDENTIALS = StaticCredentials("AUTHLENSLOCAL", "authlens-local")
"""The endpoint verifies no credentials, but a client needs some to sign with."""

YAML = (".yaml", ".yml")
_BARE = re.compile(r"\.(?:py|js|mjs|cjs|ts|mts|cts):[A-Za-z_$][\w$.]*$")
"""A function's file and its handler, as in `app.py:handler`."""

MOST_PRINTED = 16 * 1024
"""Characters kept of what functions print while they run."""


class LocalTargetError(RuntimeError):
    """A local endpoint could not be started; the text is its own error message."""


class LocalTargets:
    """The local endpoints of this process, one per file. Thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._running: dict[Path, LocalEndpoint] = {}

    def locate(self, target: Target, base: Path | None = None) -> Target:
        """The target with URL, region and credentials of its endpoint, started if necessary. Others are unchanged.

        Raises LocalTargetError.
        """
        if target.local is None:
            return target
        path = definition_file(target.local, base)
        url = self._endpoint(path).url()
        return replace(
            target, endpoint_url=url, region=target.region or region_of(path), credentials=CREDENTIALS, verify_ssl=True
        )

    def printed(self, target: Target, base: Path | None = None) -> str:
        """What its functions printed since this was last asked."""
        endpoint = self._running.get(definition_file(target.local, base)) if target.local else None
        return endpoint.printed() if endpoint else ""

    def close(self) -> None:
        """End every endpoint and its functions."""
        with self._lock:
            endpoints = list(self._running.values())
            self._running.clear()
        for endpoint in endpoints:
            endpoint.close_lifeline()
        for endpoint in endpoints:
            endpoint.end()

    def _endpoint(self, path: Path) -> LocalEndpoint:
        """The endpoint for the file; a new one if there is none or it died. It reloads changed files itself."""
        with self._lock:
            endpoint = self._running.get(path)
            if endpoint is None or not endpoint.is_current():
                if endpoint:
                    endpoint.close_lifeline()
                    threading.Thread(target=endpoint.end, daemon=True).start()
                endpoint = self._running[path] = LocalEndpoint(path)
            return endpoint


class LocalEndpoint:
    """One `authlens serve` child."""

    def __init__(self, path: Path) -> None:
        self._stamp = stamp(path)
        self._path = path
        self._lines: list[str] = []
        self._printed = ""
        self._url: Future[str] = Future()
        self._failed_at: float | None = None
        try:
            self._child = started(path)
        except OSError as error:
            raise LocalTargetError(f"The local endpoint of {path} cannot be started: {error.strerror}.") from error
        self._readers = [self._in_background(self._read_log), self._in_background(self._read_url)]

    def url(self) -> str:
        """Wait for it to be ready. Raises LocalTargetError."""
        try:
            return self._url.result(START_LIMIT)
        except TimeoutError:
            self.end()
            raise LocalTargetError(f"The local endpoint of {self._path} did not start in {START_LIMIT:g} s.") from None

    def printed(self) -> str:
        """What its functions printed since this was last asked."""
        printed, self._printed = self._printed, ""
        return printed

    def is_current(self) -> bool:
        """Whether it runs or is starting. A failed start counts for a moment, or until the file changes."""
        if self._child.poll() is None:
            return True
        failed_lately = self._failed_at is not None and time.monotonic() - self._failed_at < RETRY_AFTER
        return failed_lately and self._stamp == stamp(self._path)

    def close_lifeline(self) -> None:
        close_lifeline(self._child)

    def end(self) -> None:
        end_child(self._child)
        for reader in self._readers:
            reader.join()

    def _in_background(self, work: Callable[[], None]) -> threading.Thread:
        thread = threading.Thread(target=work, daemon=True)
        thread.start()
        return thread

    def _read_url(self) -> None:
        with pipe(self._child.stdout) as stdout:
            line = stdout.readline().strip()
            if line:
                self._url.set_result(line)
            for report in stdout:
                self._printed = (self._printed + printed_text(report))[-MOST_PRINTED:]
        if not line:
            self._child.wait()
            self._readers[0].join()
            self._failed_at = time.monotonic()
            self._url.set_exception(LocalTargetError(self._failure()))

    def _read_log(self) -> None:
        with pipe(self._child.stderr) as stderr:
            for line in stderr:
                self._lines.append(line.rstrip("\n"))
                del self._lines[:-KEPT_LINES]

    def _failure(self) -> str:
        """The child's error message, without the program's name."""
        mark = "authlens: error: "
        said = [line.removeprefix(mark) for line in self._lines if line.startswith(mark)] or self._lines[-1:]
        return said[-1] if said else f"The local endpoint of {self._path} ended with code {self._child.returncode}."


def started(path: Path, *options: str) -> subprocess.Popen[str]:
    """`serve` for the file. Raises OSError if the system has no process or descriptor left."""
    return subprocess.Popen(
        [*command(path), *options],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        start_new_session=True,
        env=endpoint_environment(os.environ, path),
        cwd=path.parent if path.parent.is_dir() else None,
        text=True,
        errors="replace",
    )


def close_lifeline(child: subprocess.Popen[str]) -> None:
    """Ask it to end, without waiting for that."""
    with contextlib.suppress(OSError):
        pipe(child.stdin).close()


def end_child(child: subprocess.Popen[str]) -> None:
    close_lifeline(child)
    try:
        child.wait(END_LIMIT)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait()


def printed_line(printed: bytes) -> str:
    """How an endpoint passes a function's output to the app that started it, while the function runs."""
    return json.dumps({"printed": printed.decode("utf-8", "replace")})


def printed_text(line: str) -> str:
    """The opposite of `printed_line`; empty for another line."""
    try:
        report = json.loads(line)
    except (ValueError, RecursionError):
        return ""
    printed = report.get("printed") if isinstance(report, dict) else None
    return printed if isinstance(printed, str) else ""


def definition_file(local: str, base: Path | None) -> Path:
    """The file that a target's `local` names. Raises LocalTargetError."""
    if local == DEMO:
        return demo_file()
    try:
        return Path(os.path.abspath(user_path(local, base)))
    except NotAPath as error:
        raise LocalTargetError(f"The local target {visible(local)}: {error}.") from None


def command(path: Path) -> list[str]:
    """`-P` keeps the user's folder off the import path: a file of theirs must not shadow a library."""
    option = option_for(path)
    return [*(sys.executable, "-P", "-m", "authlens", "serve", option, str(path), "--until-stdin-closes")]


def option_for(path: Path) -> str:
    """The options of `serve` for the file, folder or `FILE:HANDLER`."""
    if not path.exists():
        return "--function" if _BARE.search(path.name) else "--authorizers"
    is_list = path.is_file() and path.suffix.lower() in YAML and path.name != "authlens.yaml"
    return "--authorizers" if is_list and not is_template(path) else "--template"


def is_template(path: Path) -> bool:
    """Whether the file is a CloudFormation template rather than an authorizers.yaml."""
    try:
        return looks_like_template(content_of(path).decode("utf-8", "replace"))
    except OSError:
        return False


def region_of(path: Path) -> str:
    """The region that the file names; the endpoint itself reports errors in the file."""
    # Late, because this runs where the app starts and most targets need neither.
    if option_for(path) != "--authorizers":
        from authlens.endpoint.projects.source import region_named

        return region_named(path)

    try:
        fields = load(content_of(path).decode("utf-8")).mapping()
        return fields["region"].string() if "region" in fields else DEFAULT_REGION
    except (YamlError, OSError, UnicodeDecodeError):
        return DEFAULT_REGION


def pipe(stream: IO[str] | None) -> IO[str]:
    assert stream is not None
    return stream

"""`authlens serve` as a real process: its URL, its request log, and whether it left anything behind."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

ALLOWING = """
import os, time

def handler(event, context):
    print("called", event.get("token"))
    if event.get("token") == "raise":
        raise ValueError("it broke")
    if event.get("protocolData", {}).get("mqtt", {}).get("clientId") == "hang":
        started = os.path.join(os.environ["LAMBDA_TASK_ROOT"], "started")
        with open(started + ".new", "w") as file:
            file.write(str(os.getpid()))
        os.rename(started + ".new", started)
        time.sleep(600)
    return {"isAuthenticated": True, "principalId": "p1", "policyDocuments": [{"Version": "2012-10-17"}]}
"""


def project(folder: Path, **settings: str) -> Path:
    """An authorizers.yaml with one function that authenticates; more lines by name."""
    (folder / "functions").mkdir(exist_ok=True)
    (folder / "functions" / "app.py").write_text(ALLOWING)
    lines = {"signingDisabled": "true", "codeUri": "functions", "handler": "app.handler", "runtime": "python3"}
    text = "".join(f"    {name}: {value}\n" for name, value in {**lines, **settings}.items())
    path = folder / "authorizers.yaml"
    path.write_text(f"authorizers:\n  Sensor:\n{text}")
    return path


class Serving:
    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process
        assert process.stdout is not None
        self.url = process.stdout.readline().rstrip("\n")

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def end(self, signal: int) -> tuple[int, str]:
        """Send a signal and return the exit code and all of standard error."""
        self.process.send_signal(signal)
        _, errors = self.process.communicate(timeout=20)
        return self.process.returncode, errors


def command(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "authlens", "serve", *map(str, arguments)]


@contextmanager
def serving(*arguments: str | Path, cwd: Path | None = None, env: Mapping[str, str] | None = None) -> Iterator[Serving]:
    with subprocess.Popen(
        command(*arguments),
        cwd=cwd,
        env=env,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as process:
        try:
            yield Serving(process)
        finally:
            if process.poll() is None:
                process.terminate()
                process.communicate(timeout=20)


def descendants(pid: int) -> Sequence[int]:
    """Every descendant of a process, from Linux's /proc."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            parents.setdefault(int(fields[1]), []).append(int(entry.name))
    found = list(parents.get(pid, []))
    for child in found:
        found.extend(parents.get(child, []))
    return found


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return "Z" not in Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]

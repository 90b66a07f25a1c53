"""Files that change while the endpoint runs are taken in before the next call; the last good state stays."""

from __future__ import annotations

import os
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from authlens.endpoint.api.reload import Reloader
from authlens.endpoint.api.state import Endpoint, build_endpoint
from authlens.endpoint.projects.source import ProjectSource, read_source
from authlens.endpoint.runtime.function_host import FunctionHost
from support.shapes import PYTHON, write

FILE = "authorizers:\n  A: {codeUri: src, handler: app.handler}\n"


async def serving(
    folder: Path, log: Callable[[str], None], name: str = "authorizers.yaml"
) -> tuple[Endpoint, Reloader]:
    definitions = read_source(ProjectSource(folder / name))
    endpoint = build_endpoint(definitions, FunctionHost(), lambda *_: True, lambda: datetime.now(UTC), lambda: "id")
    return endpoint, Reloader(endpoint, definitions, lambda: read_source(ProjectSource(folder / name)), log)


def names(endpoint: Endpoint) -> list[str]:
    return [found.name for found in endpoint.registry.all()]


def save(path: Path, text: str) -> None:
    """With a time of its own, whatever the clock's steps."""
    before = path.stat().st_mtime_ns if path.exists() else 0
    path.write_text(text)
    os.utime(path, ns=(before + 10**9, before + 10**9))


async def test_a_changed_file_is_taken_in_and_a_broken_one_is_not(tmp_path: Path) -> None:
    lines: list[str] = []
    write(tmp_path, {"authorizers.yaml": FILE, "src/app.py": PYTHON})
    endpoint, reloader = await serving(tmp_path, lines.append)
    await reloader.refresh()
    assert lines == []
    save(tmp_path / "authorizers.yaml", FILE + "  B: {codeUri: src, handler: app.handler, functionName: A}\n")
    await reloader.refresh()
    assert (names(endpoint), lines) == (["A", "B"], ["reloaded: A, B"])
    save(tmp_path / "authorizers.yaml", "authorizers: [")
    await reloader.refresh()
    await reloader.refresh()
    assert names(endpoint) == ["A", "B"]
    assert len(lines) == 2
    assert lines[1].startswith("Not reloaded, the last good state is still served: ")
    assert endpoint.problem == lines[1]
    save(tmp_path / "authorizers.yaml", FILE)
    await reloader.refresh()
    assert (names(endpoint), endpoint.problem) == (["A"], "")


async def test_settings_that_appear_next_to_a_template_count(tmp_path: Path) -> None:
    template = """
        Resources:
          Fn:
            Type: AWS::Lambda::Function
            Properties: {Code: src, Handler: app.handler, Runtime: python3.11}
          Auth:
            Type: AWS::IoT::Authorizer
            Properties: {AuthorizerFunctionArn: !GetAtt Fn.Arn, SigningDisabled: true}
    """
    write(tmp_path, {"template.yaml": template, "src/app.py": PYTHON})
    endpoint, reloader = await serving(tmp_path, lambda _: None, "template.yaml")
    save(tmp_path / "authlens.yaml", "env: {SAYS: hello}\nregion: eu-west-1\n")
    await reloader.refresh()
    assert endpoint.functions["Fn"].environment == {"SAYS": "hello"}
    assert endpoint.registry.all()[0].arn == "arn:aws:iot:eu-west-1:000000000000:authorizer/Auth"


async def test_what_calls_created_stays(tmp_path: Path) -> None:
    write(tmp_path, {"authorizers.yaml": FILE, "src/app.py": PYTHON})
    endpoint, reloader = await serving(tmp_path, lambda _: None)
    endpoint.registry.create("Made", {"authorizerFunctionArn": "arn:f"})
    save(tmp_path / "authorizers.yaml", FILE.replace("A:", "C:"))
    await reloader.refresh()
    assert names(endpoint) == ["Made", "C"]

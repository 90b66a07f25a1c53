"""Other people's projects run as they are: each shape is served by one command and answers."""

from __future__ import annotations

import argparse
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from authlens.cli.serve.sources import declare_source, source_of
from authlens.endpoint.projects.source import read_source
from authlens.endpoint.templates.definitions import Definitions
from authlens.endpoint.templates.unpack import Cache
from support.functions import invoke
from support.shapes import SHAPES

NEEDS_NODE = (
    "SAM, TypeScript built",
    "Serverless package",
    "Include, loop and intrinsics",
    "CDK, a stage with three stacks",
)


def served(folder: Path, monkeypatch: pytest.MonkeyPatch, *options: str) -> Definitions:
    """What `authlens serve OPTIONS` reads in that folder."""
    monkeypatch.chdir(folder)
    parser = argparse.ArgumentParser()
    declare_source(parser)
    return read_source(source_of(parser.parse_args(options)), Cache(folder / "cache"))


def answer_of(definitions: Definitions, name: str) -> dict[str, Any]:
    (function,) = (each.function for each in definitions.authorizers if each.authorizer.name == name)
    (result,) = invoke(function, {})
    assert result.payload is not None, result
    found: dict[str, Any] = json.loads(result.payload)
    return found


@pytest.mark.parametrize("name", SHAPES)
def test_each_shape_is_served_by_one_command_and_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    shape = SHAPES[name]
    if name in NEEDS_NODE and shutil.which("node") is None:
        pytest.skip("Node.js is not installed")
    shape.build(tmp_path)
    answer = answer_of(served(tmp_path, monkeypatch, *shape.command), shape.authorizer)
    assert (answer["isAuthenticated"], answer["says"]) == (True, shape.says)

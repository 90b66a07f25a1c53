"""Every file that was read for a project, or that is missing, is noticed: a change of it alone is taken in."""

from __future__ import annotations

import json
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from authlens.core.request.target import Target
from authlens.endpoint.local_code import CodeWatch, authorizers_named
from authlens.endpoint.projects.source import ProjectSource, read_source
from authlens.endpoint.templates.definitions import DefinitionError
from authlens.endpoint.templates.noticed import stamp
from authlens.endpoint.templates.unpack import Cache
from support.public_keys import pair
from support.shapes import (
    INNER,
    OUTER,
    PYTHON,
    cdk,
    layers,
    nested,
    sam_python,
    terraform,
    terraform_state,
    write,
    written_out,
)

AUTHORIZERS = "authorizers: {A: {codeUri: src, handler: app.handler}}\n"


def with_stage(folder: Path) -> None:
    """A pipeline's stage is an assembly of its own."""
    cdk(folder)
    (folder / "cdk.out").rename(folder / "stage")
    (folder / "cdk.out").mkdir()
    (folder / "stage").rename(folder / "cdk.out/assembly-Stage")
    stage = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Stage"}}
    write(folder, {"cdk.out/manifest.json": json.dumps({"artifacts": {"Stage": stage}})})


def with_values(folder: Path) -> None:
    sam_python(folder)
    write(folder, {"authlens.yaml": "envFile: values.env\npublicKey: key.pem\n", "values.env": "SAYS=file\n"})
    write(folder, {"key.pem": pair("a").public_pem})


def zipped_project(folder: Path) -> None:
    sam_python(folder)
    with zipfile.ZipFile(folder / "app.zip", "w") as packed:
        for name in ("template.yaml", "src/app.py"):
            packed.write(folder / name, name)


READ: dict[str, tuple[Callable[[Path], None], str, tuple[str, ...]]] = {
    "SAM": (sam_python, "template.yaml", ("template.yaml", "samconfig.toml", "authlens.yaml")),
    "a folder": (sam_python, ".", ("template.yaml", "cdk.out", ".aws-sam/build/template.yaml", "samconfig.toml")),
    "settings": (with_values, "template.yaml", ("authlens.yaml", "values.env")),
    "nested": (nested, "template.yaml", ("template.yaml",)),
    "include": (written_out, "template.yaml", ("parts/function.yaml",)),
    "CDK": (cdk, "cdk.out", tuple(f"cdk.out/{name}" for name in ("manifest.json", "CodeStack.assets.json"))),
    "CDK's code": (cdk, "cdk.out", ("cdk.out/asset.abc123.zip", "cdk.out/CodeStack.template.json")),
    "CDK's stage": (with_stage, "cdk.out", ("cdk.out/manifest.json", "cdk.out/assembly-Stage/manifest.json")),
    "plan": (terraform, "plan.json", ("plan.json", "authlens.yaml")),
    "state": (terraform_state, "terraform.tfstate", ("terraform.tfstate", "build/auth.zip")),
    "a zip": (zipped_project, "app.zip", ("app.zip",)),
}


@pytest.mark.parametrize("case", READ)
def test_every_file_that_was_read_or_looked_for_is_noticed(tmp_path: Path, case: str) -> None:
    build, name, files = READ[case]
    build(tmp_path)
    definitions = read_source(ProjectSource(tmp_path / name), Cache(tmp_path / "cache"), ask=False)
    assert definitions.files
    assert {tmp_path / file for file in files} <= set(definitions.files)
    assert len(set(definitions.files)) == len(definitions.files)


MISSING = {
    "code": ("{CodeUri: gone, Handler: app.handler, Runtime: python3.11}", "gone"),
    "package": ("{CodeUri: gone.zip, Handler: app.handler, Runtime: python3.11}", "gone.zip"),
    "handler's file": ("{CodeUri: src, Handler: gone.handler, Runtime: python3.11}", "src/gone.py"),
    "handler": ("{CodeUri: src, Handler: app.gone, Runtime: python3.11}", "src/app.py"),
    "built file": ("{CodeUri: src, Handler: gone.handler, Runtime: nodejs20.x}", "src/gone.js"),
    "program": ("{CodeUri: src, Handler: bootstrap, Runtime: provided.al2023}", "src/bootstrap"),
    "S3": ("{CodeUri: s3://bucket/key/abc, Handler: app.handler, Runtime: python3.11}", "abc.zip"),
}


@pytest.mark.parametrize("case", MISSING)
def test_what_is_missing_is_noticed_when_it_appears(tmp_path: Path, case: str) -> None:
    properties, file = MISSING[case]
    template = f"""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Fn: {{Type: AWS::Serverless::Function, Properties: {properties}}}
          Auth:
            Type: AWS::IoT::Authorizer
            Properties: {{AuthorizerFunctionArn: !GetAtt Fn.Arn, SigningDisabled: true}}
    """
    write(tmp_path, {"template.yaml": template, "src/app.py": PYTHON})
    with pytest.raises(DefinitionError) as caught:
        read_source(ProjectSource(tmp_path / "template.yaml"), ask=False)
    assert tmp_path / file in caught.value.files


@pytest.mark.parametrize("entry", ["interpreter: bin/python", "tokenSigningPublicKeys: {k: key.pem}"])
def test_a_missing_file_of_an_authorizers_yaml_is_noticed(tmp_path: Path, entry: str) -> None:
    write(tmp_path, {"authorizers.yaml": AUTHORIZERS.replace("}}", f", {entry}}}}}"), "src/app.py": PYTHON})
    with pytest.raises(DefinitionError) as caught:
        read_source(ProjectSource(tmp_path / "authorizers.yaml"), ask=False)
    assert tmp_path / entry.rpartition(": ")[2].strip("}") in caught.value.files


def test_working_code_is_not_among_the_files(tmp_path: Path) -> None:
    """A change of it restarts the function, and reloads no definition."""
    sam_python(tmp_path)
    definitions = read_source(ProjectSource(tmp_path / "template.yaml"), ask=False)
    assert not any("src" in file.parts for file in definitions.files)


def test_the_app_follows_a_nested_template(tmp_path: Path) -> None:
    write(tmp_path, {"template.yaml": OUTER, "parts/inner.yaml": INNER, "src/app.py": PYTHON})
    target, watch = Target(local="template.yaml"), CodeWatch("template.yaml", tmp_path)

    def named() -> list[str]:
        return [each.name for each in authorizers_named(target, tmp_path) or ()]

    states = [watch.state()]
    assert named() == ["first"]
    write(tmp_path, {"parts/inner.yaml": INNER.replace("first", "second-one")})
    states.append(watch.state())
    assert named() == ["second-one"]
    write(tmp_path, {"parts/inner.yaml": "Resources: ["})
    states.append(watch.state())
    assert named() == []
    write(tmp_path, {"parts/inner.yaml": INNER.replace("first", "the-third-and-last")})
    states.append(watch.state())
    assert named() == ["the-third-and-last"]
    assert len(set(states)) == 4


def test_a_change_of_a_layer_restarts_the_function_and_sends_again(tmp_path: Path) -> None:
    layers(tmp_path)
    watch = CodeWatch("template.yaml", tmp_path)
    before = watch.state()
    (function,) = read_source(ProjectSource(tmp_path / "template.yaml"), ask=False).functions
    (file,) = (file for folder in function.layers for file in folder.rglob("*.py"))
    file.write_text(file.read_text() + "# longer\n")
    assert watch.state() != before


def test_a_stamp_tells_a_missing_file_from_an_empty_one(tmp_path: Path) -> None:
    assert stamp(tmp_path / "a") is None
    assert stamp(tmp_path / "a\0b") is None
    (tmp_path / "a").touch()
    assert stamp(tmp_path / "a") is not None

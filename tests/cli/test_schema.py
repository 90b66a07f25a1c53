"""authlens schema: printed, written where saved requests point, and correct for what `init` writes."""

from __future__ import annotations

import json
from pathlib import Path

import jsonschema
import pytest
import yaml

from authlens.endpoint.samples.unpack import SAMPLES
from authlens.endpoint.templates.schema import authorizers_schema
from support.one_command import Command


@pytest.fixture
def authlens(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    monkeypatch.chdir(tmp_path)
    return Command(capsys, monkeypatch)


@pytest.mark.parametrize("kind", ["request", "authorizers"])
def test_the_schema_is_printed_or_written(authlens: Command, kind: str) -> None:
    printed = authlens("schema", kind)
    written = authlens("schema", kind, "--write")

    schema = json.loads(printed.out)
    jsonschema.Draft202012Validator.check_schema(schema)
    assert "properties" in schema
    assert written.out == f".authlens/{kind}.schema.json\n"
    assert json.loads(Path(written.out.strip()).read_text()) == schema


def test_what_init_writes_points_to_the_schema_and_is_valid(authlens: Command) -> None:
    authlens("init", "project")
    schema = json.loads(Path("project/.authlens/request.schema.json").read_text())
    requests = sorted(Path("project/requests").glob("*.yaml"))
    assert requests
    for path in requests:
        first, _, rest = path.read_text("utf-8").partition("\n")
        assert first == "# yaml-language-server: $schema=../.authlens/request.schema.json"
        assert (path.parent / first.partition("$schema=")[2]).is_file()
        jsonschema.Draft202012Validator(schema).validate(yaml.safe_load(rest))
    jsonschema.Draft202012Validator(authorizers_schema()).validate(
        yaml.safe_load(Path("project/authorizers.yaml").read_text())
    )


AUTHORIZER = {"codeUri": ".", "handler": "a.b"}
GOOD = [
    {"authorizers": {"A": AUTHORIZER}},
    {"authorizers": {"A": {"command": ["./run"]}}},
    {"authorizers": {"A": {"codeUri": ".", "runtime": "provided.al2023"}}},
    {"authorizers": {"A": {**AUTHORIZER, "timeout": 0.5, "memorySize": 128, "environment": {"A_1": "x"}}}},
    {"authorizers": {"A": AUTHORIZER}, "domains": {"a.example.com": {"applicationProtocol": "HTTPS"}}},
]
BAD = [
    {},
    {"authorizers": {}},
    {"authorizers": {"A": {}}},
    {"authorizers": {"A b": AUTHORIZER}},
    {"authorizers": {"A": {**AUTHORIZER, "handlr": "x"}}},
    {"authorizers": {"A": {**AUTHORIZER, "timeout": 0}}},
    {"authorizers": {"A": {**AUTHORIZER, "timeout": 901}}},
    {"authorizers": {"A": {**AUTHORIZER, "memorySize": 64}}},
    {"authorizers": {"A": {**AUTHORIZER, "status": "ON"}}},
    {"authorizers": {"A": {**AUTHORIZER, "environment": {"1": "x"}}}},
    {"authorizers": {"A": {**AUTHORIZER, "signingDisabled": "yes"}}},
    {"authorizers": {"A": AUTHORIZER}, "account": 123456789012},
    {"authorizers": {"A": AUTHORIZER}, "region": "here"},
    {"authorizers": {"A": AUTHORIZER}, "domains": {"http://a": {}}},
    {"authorizers": {"A": AUTHORIZER}, "domains": {"a": {"clientCertificates": "a.pem"}}},
]


@pytest.mark.parametrize(("document", "is_good"), [*((one, True) for one in GOOD), *((one, False) for one in BAD)])
def test_authorizers(authlens: Command, document: object, is_good: bool) -> None:
    """The reader agrees, as far as a schema can express it."""
    Path("a.py").write_text("def b(event, context): pass\n")
    for name in ("run", "bootstrap"):
        Path(name).write_text("#!/bin/sh\n")
        Path(name).chmod(0o755)
    Path("authorizers.yaml").write_text(yaml.safe_dump(document))

    assert jsonschema.Draft202012Validator(authorizers_schema()).is_valid(document) is is_good
    assert (authlens("lint", "authorizers.yaml").code == 0) is is_good


def test_the_samples_are_valid() -> None:
    sample = yaml.safe_load((SAMPLES / "authorizers.yaml").read_text())
    jsonschema.Draft202012Validator(authorizers_schema()).validate(sample)

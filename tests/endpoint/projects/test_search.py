"""Point authlens at a checkout: what lies below the folder is served, or named."""

from __future__ import annotations

import os
import time
from pathlib import Path
from textwrap import dedent

import pytest

from authlens.endpoint.projects.bare_function import is_program
from authlens.endpoint.projects.search import search
from authlens.endpoint.projects.source import ProjectSource, read_source
from authlens.endpoint.templates.definitions import DefinitionError, Definitions
from authlens.endpoint.templates.unpack import Cache
from support.shapes import PYTHON, cdk, sam, write


def names(definitions: Definitions) -> list[str]:
    return [each.authorizer.name for each in definitions.authorizers]


AUTHORIZER = "exports.handler = async () => ({ isAuthenticated: true, policyDocuments: [] });"


@pytest.mark.parametrize(
    ("files", "words"),
    [
        (
            {"a/one.yaml": dedent(sam()), "b/two.json": "{}", "b/two.yaml": dedent(sam())},
            "it has 2 templates with an authorizer; name one: HERE/a/one.yaml, HERE/b/two.yaml",
        ),
        (
            {"cdk.json": "{}", "package.json": "{}", "lambda/auth.js": AUTHORIZER},
            "cdk.json: this is a CDK app; run 'npm install && npx cdk synth' there and name its cdk.out instead; "
            "or name the function's own file: HERE/lambda/auth.js",
        ),
        (
            {"iot/cdk.json": "{}", "iot/lib/stack.py": "iot.CfnAuthorizer(", "web/cdk.json": "{}"},
            "iot/cdk.json: this is a CDK app; run 'cdk synth'",
        ),
        ({"infra/main.tf": 'resource "aws_iot_authorizer" "x" {'}, "infra/main.tf: this is Terraform's source"),
        (
            {"infra/main.tf": 'provider "aws" {', "infra/modules/iot/main.tf": 'resource "aws_iot_authorizer" "x" {'},
            "HERE: infra/main.tf: this is Terraform's source",
        ),
        (
            {
                "cdk.json": "{}",
                "lib/a.ts": "iot.CfnAuthorizer(",
                "fn/main.rs": "is_authenticated: true, policy_documents",
            },
            "name its cdk.out instead; or fn/main.rs: this is Rust; run 'cargo build --release'",
        ),
        (
            {"api/serverless.yml": "resources:\n  Resources:\n    A: {Type: 'AWS::IoT::Authorizer'}"},
            "api/serverless.yml: this is the Serverless Framework's; run 'serverless package'",
        ),
        (
            {"sst.config.ts": "", "src/auth.ts": "export const handler = realtime.authorizer(async (token) => {"},
            "sst.config.ts: this is SST's; name the function's own file instead: HERE/src/auth.ts",
        ),
        (
            {"go.mod": "", "auth/main.go": "IsAuthenticated: true, PolicyDocuments: documents"},
            "auth/main.go: this is Go; run 'go build",
        ),
        ({"a.js": "x_isAuthenticated, policyDocumentX: 1", "b.ts": "CfnAuthorizerProps"}, "holds no template"),
        ({"a.js": "isAuthenticated1, isAuthenticated, xPolicyDocument, PolicyDocument"}, "no handler was found in it"),
        ({"src/Auth.kt": '"isAuthenticated" to true, "policyDocuments" to x'}, "src/Auth.kt: this is Java; build"),
        ({"f.rb": "{ isAuthenticated: true, policyDocuments: [] }"}, "f.rb: this is Ruby; in an authorizers.yaml"),
        (
            {"a.js": AUTHORIZER, "b/b.py": 'return {"isAuthenticated": False, "policyDocuments": []}'},
            "it has 2 files that may be the authorizer's function; name one: HERE/a.js, HERE/b/b.py",
        ),
        ({"tests/a.js": AUTHORIZER, "node_modules/x/a.js": AUTHORIZER, "a.test.js": AUTHORIZER}, "holds no template"),
        (
            {"cloudformation/api.template.js": "export default { Auth: { Type: 'AWS::IoT::Authorizer' } };"},
            "cloudformation/api.template.js: it declares an authorizer; run the tool that makes a template of it",
        ),
        ({"client.js": "isAuthenticated = user.isAuthenticated;"}, "holds no template"),
    ],
)
def test_a_folder_names_what_lies_below_it(tmp_path: Path, files: dict[str, str], words: str) -> None:
    write(tmp_path, files)
    with pytest.raises(DefinitionError) as caught:
        read_source(ProjectSource(tmp_path))
    assert words.replace("HERE", str(tmp_path)) in str(caught.value)


def test_what_is_found_below_a_folder_is_said(tmp_path: Path) -> None:
    """A function in a project of another language is no program of it; what `sam build` made is preferred."""
    write(tmp_path, {"go.mod": "", "main.go": "func main() {}", "aws/auth.js": AUTHORIZER})
    found = read_source(ProjectSource(tmp_path))
    assert (names(found), f"{tmp_path}: serving aws/auth.js" in found.warnings[0]) == (["auth"], True)
    template = dedent(sam())
    built = {".aws-sam/build/template.yaml": template.replace("fleet", "built"), ".aws-sam/build/src/app.py": PYTHON}
    write(tmp_path / "x/y", {"template.yaml": template, "src/app.py": PYTHON, **built})
    found = read_source(ProjectSource(tmp_path))
    assert (names(found), any("x/y/.aws-sam/build/template.yaml" in each for each in found.warnings)) == (
        ["built"],
        True,
    )


def test_a_cdk_out_below_a_folder_is_one_project(tmp_path: Path) -> None:
    cdk(tmp_path / "infra")
    assert names(read_source(ProjectSource(tmp_path), Cache(tmp_path / "cache"))) == ["Auth"]


def test_a_cdk_out_without_a_stack_is_named_as_such(tmp_path: Path) -> None:
    """As a failed 'cdk synth' leaves it, whether it or its project is named."""
    (tmp_path / "cdk.out").mkdir()
    for named in (tmp_path, tmp_path / "cdk.out"):
        with pytest.raises(DefinitionError, match=r"cdk\.out: it holds no synthesised stack; run 'cdk synth'"):
            read_source(ProjectSource(named))


def test_links_and_large_or_odd_files_are_passed_over(tmp_path: Path) -> None:
    write(tmp_path, {"large.yaml": dedent(sam()) + "#" * 300_000})
    (tmp_path / "loop").symlink_to(tmp_path)
    (tmp_path / "binary.js").write_bytes(b"\xff\x00isAuthenticated")
    os.mkfifo(tmp_path / "pipe.yaml")
    with pytest.raises(DefinitionError, match="holds no template"):
        read_source(ProjectSource(tmp_path))


@pytest.mark.parametrize(
    ("name", "content", "mode"),
    [
        ("deploy.sh", "#!/bin/sh", 0o755),
        ("data", "text", 0o755),
        ("bootstrap", "#!/bin/sh", 0o644),
        ("folder/x", "", 0o755),
    ],
)
def test_what_is_no_program_is_not_started(tmp_path: Path, name: str, content: str, mode: int) -> None:
    """A script with an ending may deploy or delete something."""
    write(tmp_path, {name: content})
    (tmp_path / name).chmod(mode)
    assert not is_program(tmp_path / name)
    assert not is_program(tmp_path / "folder")


def test_the_search_ends_after_so_much_text(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path, {"a.py": "x", "b.js": AUTHORIZER, "c.js": AUTHORIZER})
    monkeypatch.setattr("authlens.endpoint.projects.search.MOST_TEXT", len(AUTHORIZER))
    assert search(tmp_path).functions == (tmp_path / "b.js",)


def test_a_folder_of_modules_is_searched_once_for_their_provider(tmp_path: Path) -> None:
    """Once for each module would take three times as long as this allows, and hours for some thousands."""
    write(tmp_path, {f"modules/m{n}.tf": 'resource "aws_iot_authorizer" "x" {}' for n in range(600)})
    begin = time.process_time()
    assert len(search(tmp_path).sources) == 600
    assert time.process_time() - begin < 5

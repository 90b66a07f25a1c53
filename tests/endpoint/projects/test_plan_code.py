"""Where the code of Terraform's functions is, by plan and by state, and what other files of Terraform are."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from authlens.endpoint.projects.source import ProjectSource, read_source
from authlens.endpoint.templates.definitions import DefinitionError, Definitions
from authlens.endpoint.templates.unpack import Cache

FUNCTION, OBJECT, ARCHIVE, LAYER = "aws_lambda_function", "aws_s3_object", "archive_file", "aws_lambda_layer_version"
IN_S3 = {"s3_bucket": "code", "s3_key": "auth.zip"}
DIGEST = {"source_code_hash": "6VeZ"}
UPLOADED = {"bucket": "code", "key": "auth.zip", "source": "./auth.zip"}
PACKED = {"output_path": "./auth.zip", "source_dir": "./src", "output_base64sha256": "6VeZ"}


def resource(kind: str, name: str, /, **values: Any) -> dict[str, Any]:
    data = "data." if kind == ARCHIVE else ""
    return {"address": f"{data}{kind}.{name}", "type": kind, "name": name, "values": values}


def state(folder: Path, function: dict[str, Any], *others: dict[str, Any], **more: Any) -> Path:
    """The JSON of a state with one authorizer, in a folder that has its code."""
    arn = "arn:aws:lambda:eu-west-1:111122223333:function:auth"
    code = {"function_name": "auth", "handler": "app.handler", "runtime": "python3.11", "arn": arn}
    authorizer = {"name": "fleet", "authorizer_function_arn": f"{arn}:live", "signing_disabled": True}
    resources = [
        resource(FUNCTION, "auth", **code, **function),
        resource("aws_iot_authorizer", "fleet", **authorizer),
        *others,
    ]
    (folder / "src").mkdir()
    (folder / "src/app.py").write_text("def handler(event, context): ...")
    with zipfile.ZipFile(folder / "auth.zip", "w") as packed:
        packed.writestr("app.py", "def handler(event, context): ...")
        packed.writestr("python/layer.py", "")
    root = {"format_version": "1.0", "values": {"root_module": {"resources": resources}}, **more}
    (folder / "state.json").write_text(json.dumps(root))
    return folder / "state.json"


def read(path: Path) -> Definitions:
    return read_source(ProjectSource(path), Cache(path.parent / "cache"), ask=False)


@pytest.mark.parametrize(
    ("function", "others", "place"),
    [
        (DIGEST, [resource(ARCHIVE, "x", **PACKED)], "src"),
        (IN_S3, [resource(OBJECT, "x", **UPLOADED), resource(ARCHIVE, "x", **PACKED)], "src"),
        (IN_S3, [resource(OBJECT, "x", **UPLOADED)], "cache"),
        (IN_S3, [resource("aws_s3_bucket_object", "x", **UPLOADED)], "cache"),
        (IN_S3, [resource(OBJECT, "x", **UPLOADED), resource(OBJECT, "y", **UPLOADED | {"bucket": "other"})], "cache"),
    ],
)
def test_a_package_in_s3_is_run_from_what_is_uploaded(
    tmp_path: Path, function: dict[str, Any], others: list[dict[str, Any]], place: str
) -> None:
    (each,) = read(state(tmp_path, function, *others)).authorizers
    assert each.function.code_uri.relative_to(tmp_path).parts[0] == place


def test_files_next_to_the_only_one_of_a_package_are_a_difference(tmp_path: Path) -> None:
    packed = {"output_path": "./auth.zip", "source_file": "./src/app.py"}
    path = state(tmp_path, {"filename": "./auth.zip"}, resource(ARCHIVE, "x", **packed))
    assert read(path).authorizers[0].function.differences == ()
    (tmp_path / "src/tokens.py").write_text("")
    (difference,) = read(path).authorizers[0].function.differences
    assert difference == "Only app.py is in its package: on Lambda, it cannot import the files next to it."


@pytest.mark.parametrize(
    "others",
    [
        [],
        [resource(OBJECT, "x", **UPLOADED | {"key": "other.zip"})],
        [resource(OBJECT, "x", **UPLOADED | {"bucket": "other"})],
        [resource(OBJECT, "x", **UPLOADED), resource(OBJECT, "y", **UPLOADED)],
        [resource(ARCHIVE, "x", **PACKED)],
    ],
)
def test_no_other_package_is_taken_for_one_in_s3(tmp_path: Path, others: list[dict[str, Any]]) -> None:
    with pytest.raises(DefinitionError, match="its code is in S3 or an image, not on this machine"):
        read(state(tmp_path, IN_S3, *others))


def test_a_layer_in_s3_is_found_as_a_function_is(tmp_path: Path) -> None:
    layer = resource(LAYER, "x", arn="arn:layer", **IN_S3)
    function = {"filename": "./src", "layers": ["arn:layer"]}
    (each,) = read(state(tmp_path, function, layer, resource(OBJECT, "x", **UPLOADED))).authorizers
    assert [(path / "python/layer.py").is_file() for path in each.function.layers] == [True]


def test_a_plan_names_the_package_by_its_reference(tmp_path: Path) -> None:
    expressions = {"s3_key": {"references": [f"{OBJECT}.x.key", f"{OBJECT}.x"]}}
    config = {"root_module": {"resources": [{"address": f"{FUNCTION}.auth", "expressions": expressions}]}}
    objects = [resource(OBJECT, name, source=f"./{name}.zip") for name in ("x", "auth")]
    path = state(tmp_path, {"s3_bucket": "code"}, *objects, configuration=config)
    (tmp_path / "auth.zip").rename(tmp_path / "x.zip")
    (each,) = read(path).authorizers
    assert each.function.code_uri.parent == tmp_path / "cache"


@pytest.mark.parametrize(
    ("function", "more", "words"),
    [
        ({"filename": "./none.zip"}, {}, "none.zip does not exist; .*'terraform apply'.* codeUri under functions:"),
        (
            {},
            {"resource_changes": [{"address": f"{FUNCTION}.auth", "change": {"after_unknown": {"filename": True}}}]},
            "the name of its package is known after apply only",
        ),
    ],
)
def test_code_that_is_not_here_is_explained(
    tmp_path: Path, function: dict[str, Any], more: dict[str, Any], words: str
) -> None:
    with pytest.raises(DefinitionError, match=words):
        read(state(tmp_path, function, **more))


def test_a_function_that_is_only_looked_up_is_named_as_such(tmp_path: Path) -> None:
    path = state(tmp_path, {})
    path.write_text(path.read_text().replace(f'"address": "{FUNCTION}', f'"address": "data.{FUNCTION}'))
    with pytest.raises(DefinitionError, match="it is only looked up here, and its code is not on this machine"):
        read(path)


def test_a_variable_that_lambda_refuses_is_left_out(tmp_path: Path) -> None:
    variables = {"AWS_SECRET_ACCESS_KEY": "x", "STAGE": "dev"}
    found = read(state(tmp_path, {"filename": "./src", "environment": [{"variables": variables}]}))
    assert found.authorizers[0].function.environment == {"STAGE": "dev"}
    assert "the variable AWS_SECRET_ACCESS_KEY is left out: Lambda reserves it, and refuses" in found.warnings[0]


def test_the_state_of_a_workspace_is_relative_to_the_folder_of_the_project(tmp_path: Path) -> None:
    path = state(tmp_path, {"filename": "./src"})
    (tmp_path / "terraform.tfstate.d/dev").mkdir(parents=True)
    (tmp_path / "authlens.yaml").write_text("env: {STAGE: dev}")
    (each,) = read(path.rename(tmp_path / "terraform.tfstate.d/dev/terraform.tfstate")).authorizers
    assert (each.function.code_uri, each.function.environment) == (tmp_path / "src", {"STAGE": "dev"})


@pytest.mark.parametrize("name", ["auth", "auth:live", "111122223333:function:auth", "{arn}", "{arn}:live"])
def test_a_permission_names_its_function_in_any_form(tmp_path: Path, name: str) -> None:
    arn = "arn:aws:lambda:eu-west-1:111122223333:function:auth"
    others = [
        resource("aws_lambda_permission", key, function_name=each.format(arn=arn))
        for key, each in (("own", name), ("other", "live"), ("another", f"{arn}2:auth"))
    ]
    (each,) = read(state(tmp_path, {"filename": "./src"}, *others)).authorizers
    assert [json.loads(one)["Sid"] for one in each.function.permissions or ()] == ["own"]


def test_objects_that_a_failed_replacement_left_are_passed_over(tmp_path: Path) -> None:
    path = state(tmp_path, {"filename": "./src"})
    root = json.loads(path.read_text())
    resources = root["values"]["root_module"]["resources"]
    old = [{**each, "deposed_key": "aa", "values": {**each["values"], "runtime": "python2.7"}} for each in resources]
    resources[:0] = old
    path.write_text(json.dumps(root))
    assert read(path).authorizers[0].function.runtime == "python3.11"
    raw = [
        {**each, "instances": [{"attributes": one["values"], "deposed": "aa"}, {"attributes": each["values"]}]}
        for each, one in zip(resources[2:], old, strict=True)
    ]
    path.write_text(json.dumps({"version": 4, "terraform_version": "1.11.4", "resources": raw}))
    assert read(path).authorizers[0].function.runtime == "python3.11"


def test_a_plan_with_too_many_authorizers_is_refused(tmp_path: Path) -> None:
    others = [resource("aws_iot_authorizer", f"a{number}", name=f"a{number}") for number in range(500)]
    with pytest.raises(DefinitionError, match="it has 501 authorizers; at most 500 of one file are served"):
        read(state(tmp_path, {"filename": "./src"}, *others))


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_a_file_that_powershell_wrote_is_read(tmp_path: Path, encoding: str) -> None:
    path = state(tmp_path, {"filename": "./src"})
    path.write_text(path.read_text(), encoding)
    assert len(read(path).authorizers) == 1


DELETED = {"resource_changes": [{"address": "x.y", "change": {"actions": ["delete"]}}]}
ENCRYPTED = {"serial": 1, "lineage": "x", "meta": {"key_provider.x": "y"}, "encrypted_data": "a"}
OTHERS: dict[str, tuple[str, str]] = {
    '{"format_version": "1.0"}': ("a.json", "nothing is deployed in this workspace; run 'terraform plan"),
    json.dumps({"version": 4, "terraform_version": "1.11.4", "resources": []}): ("x.tfstate", "nothing is deployed"),
    json.dumps({"format_version": "1.2", "terraform_version": "1", **DELETED}): ("d.json", "make one without -destroy"),
    '{"@level":"info"}\n{"@level":"warn"}\n': ("log.json", "log of 'terraform plan -json'; run 'terraform plan -out="),
    json.dumps(ENCRYPTED): ("any.json", "encrypted by OpenTofu; run 'tofu show -json > state.json'"),
    json.dumps({"version": 3, "deployment": {"resources": [{"type": "aws:iot/authorizer:Authorizer"}]}}): (
        *("stack.json", "this is Pulumi's state; name the function's own file instead, as FILE:HANDLER"),
    ),
    json.dumps({"version": 3, "backend": {}}): ("terraform.tfstate", "run 'terraform show -json > state.json' where"),
}


@pytest.mark.parametrize("text", OTHERS)
def test_other_files_of_tools_are_recognised(tmp_path: Path, text: str) -> None:
    name, words = OTHERS[text]
    (tmp_path / name).write_text(text)
    with pytest.raises(DefinitionError) as caught:
        read(tmp_path / name)
    assert words in str(caught.value)


@pytest.mark.parametrize("name", ["tfplan", "plan.zip"])
def test_a_packed_plan_is_recognised_and_not_unpacked(tmp_path: Path, name: str) -> None:
    with zipfile.ZipFile(tmp_path / name, "w") as packed:
        for member in ("tfplan", "tfstate", "tfconfig/m-/main.tf"):
            packed.writestr(member, "secret")
    with pytest.raises(DefinitionError, match=f"run 'terraform show -json {name} > plan.json'"):
        read(tmp_path / name)
    assert not (tmp_path / "cache").exists()

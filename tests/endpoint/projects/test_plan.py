"""What a plan says about the function behind an authorizer, in the forms in which Terraform writes references."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from authlens.core.policy.arn import split
from authlens.endpoint.projects.source import ProjectSource, read_source
from authlens.endpoint.templates.definitions import DefinitionError, Definitions
from authlens.endpoint.templates.settings import ProjectSettings

FUNCTION, AUTHORIZER, ALIAS = "aws_lambda_function", "aws_iot_authorizer", "aws_lambda_alias"
CODE = {"handler": "app.handler", "runtime": "python3.11", "filename": "./src"}


def resource(address: str, **values: Any) -> dict[str, Any]:
    kind, name = address.split("[")[0].split(".")[-2:] if "module" not in address else address.split(".")[-2:]
    return {"address": address, "mode": "managed", "type": kind, "name": name, "values": values}


def function(address: str, name: str, **more: Any) -> dict[str, Any]:
    return resource(address, function_name=name, **CODE, **more)


def refers(*references: str) -> dict[str, Any]:
    return {"references": list(references)}


OUTPUTS = {"arn": {"expression": refers(f"{FUNCTION}.this.arn", f"{FUNCTION}.this")}}
INNER = {
    "outputs": OUTPUTS,
    "resources": [
        {
            "address": f"{AUTHORIZER}.this",
            "expressions": {"authorizer_function_arn": refers(f"{FUNCTION}.this.arn", f"{FUNCTION}.this")},
        },
        {
            "address": f"{AUTHORIZER}.passed",
            "expressions": {"authorizer_function_arn": refers("var.arn")},
        },
    ],
}


def plan(folder: Path, authorizer: dict[str, Any], config: dict[str, Any], **settings: Any) -> Definitions:
    """A plan with functions of every kind and this authorizer."""
    functions = [
        function(f"{FUNCTION}.one", "one"),
        *(function(f'{FUNCTION}.each["{key}"]', f"each-{key}") for key in ("a", "b.c")),
        *(function(f"{FUNCTION}.count[{number}]", f"count-{number}") for number in (0, 1)),
        resource(f"{ALIAS}.live", name="live"),
    ]
    address = authorizer["address"]
    inner = [authorizer] if address.startswith("module.") else []
    modules = []
    for key in ("a", "b.c"):
        mine = [each for each in inner if each["address"].startswith(f'module.mod["{key}"]')]
        here = f'module.mod["{key}"]'
        modules.append({"address": here, "resources": [function(f"{here}.{FUNCTION}.this", f"mod-{key[0]}"), *mine]})
    root = {"resources": [*functions, *([] if inner else [authorizer])], "child_modules": modules}
    alias = {"address": f"{ALIAS}.live", "expressions": {"function_name": refers(f"{FUNCTION}.one.function_name")}}
    passed = refers(f"{FUNCTION}.each", "each.key")
    call = {"module": INNER, "expressions": {"arn": passed}, "for_each_expression": refers("var.names")}
    provider = {"aws": {"expressions": {"region": {"constant_value": "eu-north-1"}}}}
    provider["aws.us"] = {"expressions": {"region": {"constant_value": "us-east-1"}}}
    unknown = settings.pop("unknown", {})
    changes = [{"address": each, "change": {"after_unknown": unknown[each]}} for each in unknown]
    written = {
        "format_version": "1.2",
        "terraform_version": "1.11.4",
        "planned_values": {"root_module": root},
        "resource_changes": changes,
        "configuration": {
            "provider_config": provider,
            "root_module": {"resources": [config, alias], "module_calls": {"mod": call}},
        },
    }
    (folder / "src").mkdir()
    (folder / "src/app.py").write_text("def handler(event, context): ...")
    (folder / "plan.json").write_text(json.dumps(written))
    return read_source(ProjectSource(folder / "plan.json", settings=ProjectSettings(**settings)), ask=False)


def behind(
    folder: Path, key: str, *references: str, for_each: dict[str, Any] | None = None, **more: Any
) -> Definitions:
    config = {"address": f"{AUTHORIZER}.x", "expressions": {"authorizer_function_arn": refers(*references)}, **more}
    config |= {"for_each_expression": for_each} if for_each else {}
    return plan(folder, resource(f"{AUTHORIZER}.x{key}", name="x", signing_disabled=True), config)


A, BC = '["a"]', '["b.c"]'
EACH, COUNT, MODULE = f"{FUNCTION}.each", f"{FUNCTION}.count", "module.mod"
FOUND: dict[str, tuple[str, tuple[str, ...], str]] = {
    "its name": ("", (f"{FUNCTION}.one.arn", f"{FUNCTION}.one"), "one"),
    "the same key": (BC, (EACH, "each.key"), "each-b.c"),
    "the value of a set": (BC, (EACH, "each.value"), "each-b.c"),
    "a written key": ("", (f"{EACH}{BC}.arn", f"{EACH}{BC}", EACH), "each-b.c"),
    "a written key, not its own": (A, (f"{EACH}{BC}.arn", f"{EACH}{BC}", EACH), "each-b.c"),
    "a written number": ("", (f"{COUNT}[1].arn", f"{COUNT}[1]", COUNT), "count-1"),
    "the same number": ("[1]", (COUNT, "count.index"), "count-1"),
    "a module's instance": ("", (f"{MODULE}{BC}.arn", f"{MODULE}{BC}"), "mod-b"),
    "the module with the same key": (BC, (MODULE, "each.key"), "mod-b"),
    "an alias and its function": ("", (f"{ALIAS}.live.arn", f"{ALIAS}.live", f"{FUNCTION}.one.arn"), "one"),
    "an alias": ("", (f"{ALIAS}.live.arn", f"{ALIAS}.live"), "one"),
}
UNSURE = {
    "one of two": (
        "",
        ("var.x", f"{FUNCTION}.one.arn", f"{FUNCTION}.one", f"{COUNT}[1]"),
        "which of several functions",
    ),
    "any of several": ("", (EACH, "var.which"), "which of several functions"),
    "a member of the value": (A, (EACH, "each.value.key", "each.value"), "which of several functions"),
    "a local value": ("", ("local.arns", "each.key"), "that of local.arns, and a plan does not contain local values"),
    "elsewhere": ("", ("data.aws_lambda_function.other.arn",), "its function is not in this file"),
}


@pytest.mark.parametrize("how", FOUND)
def test_the_function_that_is_meant(tmp_path: Path, how: str) -> None:
    key, references, name = FOUND[how]
    (each,) = behind(tmp_path, key, *references).authorizers
    assert each.function.name == name


@pytest.mark.parametrize(("over", "name"), [(EACH, "each-b.c"), (MODULE, "mod-b")])
def test_a_chain_of_for_each_keeps_the_key(tmp_path: Path, over: str, name: str) -> None:
    (each,) = behind(tmp_path, BC, "each.value.arn", "each.value", for_each=refers(over)).authorizers
    assert each.function.name == name


@pytest.mark.parametrize("name", ["this", "passed"])
def test_the_function_of_the_same_instance_of_a_module(tmp_path: Path, name: str) -> None:
    authorizer = resource(f"module.mod{BC}.{AUTHORIZER}.{name}", name="x", signing_disabled=True)
    (each,) = plan(tmp_path, authorizer, {}).authorizers
    assert each.function.name == {"this": "mod-b", "passed": "each-b.c"}[name]


@pytest.mark.parametrize("how", UNSURE)
def test_no_function_is_guessed(tmp_path: Path, how: str) -> None:
    key, references, reason = UNSURE[how]
    with pytest.raises(DefinitionError) as caught:
        behind(tmp_path, key, *references)
    assert reason in str(caught.value)
    assert "serve one with --function NAME" in str(caught.value)
    assert ("name the JSON of the state once it is applied" in str(caught.value)) is (how != "elsewhere")


def test_the_region_is_that_of_the_provider_or_of_the_resource(tmp_path: Path) -> None:
    config = {"address": f"{AUTHORIZER}.x", "provider_config_key": "aws.us"}
    config["expressions"] = {"authorizer_function_arn": refers(f"{FUNCTION}.one.arn")}  # type: ignore[assignment]
    (each,) = plan(tmp_path, resource(f"{AUTHORIZER}.x", name="x", signing_disabled=True), config).authorizers
    arn = split(each.authorizer.arn)
    assert (arn and arn.region, each.function.region) == ("us-east-1", "eu-north-1")


def test_names_keys_and_variables_that_are_known_after_apply_only(tmp_path: Path) -> None:
    address = f"{FUNCTION}.one"
    unknown: dict[str, dict[str, Any]] = {
        address: {"environment": [{"variables": True}]},
        f"{AUTHORIZER}.x": {"name": True, "token_signing_public_keys": True},
    }
    config = {"address": f"{AUTHORIZER}.x", "expressions": {"authorizer_function_arn": refers(f"{address}.arn")}}
    signed = resource(f"{AUTHORIZER}.x", signing_disabled=False, token_key_name="t")
    with pytest.raises(DefinitionError) as caught:
        plan(tmp_path, signed, config, unknown=unknown)
    assert "token_signing_public_keys is known after apply only; the authorizer x is left out" in str(caught.value)
    (tmp_path / "again").mkdir()
    signed["values"]["signing_disabled"] = True
    del unknown[f"{AUTHORIZER}.x"]["token_signing_public_keys"]
    found = plan(tmp_path / "again", signed, config, unknown=unknown)
    (each,) = found.authorizers
    assert each.authorizer.name == "x"
    assert [(one.what, one.why) for one in each.function.unresolved] == [
        ("the environment variables are left out", "one is known after apply only, and the plan shows none")
    ]
    assert any("the name of aws_iot_authorizer.x is known after apply only" in line for line in found.warnings)


def test_a_function_with_a_key_is_served_under_a_name_that_aws_accepts(tmp_path: Path) -> None:
    config = {"address": f"{AUTHORIZER}.x", "expressions": {"authorizer_function_arn": refers("local.arn")}}
    authorizer = resource(f"{AUTHORIZER}.x", name="x", signing_disabled=True)
    (each,) = plan(tmp_path, authorizer, config, function=f"{FUNCTION}.each{A}").authorizers
    assert (each.authorizer.name, each.function.name) == ("each-a", "each-a")


def test_a_name_that_two_functions_have_is_served_once(tmp_path: Path) -> None:
    """As in two Regions: the second authorizer must not run the code of the first."""
    plan(
        tmp_path,
        resource(f"{AUTHORIZER}.x", name="x", signing_disabled=True),
        {"address": f"{AUTHORIZER}.x", "expressions": {"authorizer_function_arn": refers(f"{FUNCTION}.one.arn")}},
    )
    written = json.loads((tmp_path / "plan.json").read_text())
    resources = written["planned_values"]["root_module"]["resources"]
    resources += [function(f"{FUNCTION}.two", "one"), resource(f"{AUTHORIZER}.y", name="y", signing_disabled=True)]
    written["configuration"]["root_module"]["resources"].append(
        {"address": f"{AUTHORIZER}.y", "expressions": {"authorizer_function_arn": refers(f"{FUNCTION}.two.arn")}}
    )
    (tmp_path / "plan.json").write_text(json.dumps(written))
    found = read_source(ProjectSource(tmp_path / "plan.json"), ask=False)
    assert [each.authorizer.name for each in found.authorizers] == ["x"]
    assert [name for name, _ in found.left_out] == ["y"]
    assert any("another function is named one: aws_lambda_function.one" in line for line in found.warnings)

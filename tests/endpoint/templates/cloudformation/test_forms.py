"""The forms in which people write the same thing: values, environments, globals, authorizers and their keys."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from authlens.endpoint.projects.source import ProjectSource, read_source
from authlens.endpoint.templates.cloudformation.template import read_template
from authlens.endpoint.templates.definitions import AuthorizerDefinition, DefinitionError, Definitions
from authlens.endpoint.templates.settings import ProjectSettings, settings_beside
from authlens.endpoint.templates.unpack import Cache
from support.public_keys import pair

FORMS = """
    Transform: AWS::Serverless-2016-10-31
    Parameters: {Asked: {Type: String}}
    Conditions: {Always: !Equals [1, 1], Unsure: !Equals [!Ref Asked, x]}
    Globals:
      Function: {Runtime: python3.11, Timeout: 9, Layers: [!Ref Base], Environment: {Variables: {LEVEL: debug}}}
    Resources:
      Table: {Type: AWS::DynamoDB::Table}
      Named: {Type: AWS::DynamoDB::Table, Properties: {TableName: !Sub "devices-${AWS::Region}"}}
      Stored: {Type: AWS::SSM::Parameter, Properties: {Name: /name, Value: value}}
      Base: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layers/base}}
      Own: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: layers/own}}
      Fn:
        Type: AWS::Serverless::Function
        IGNORED
        Properties: {CodeUri: src, PROPERTIES}
      Auth: {Type: AWS::IoT::Authorizer, Properties: {AUTHORIZER}}
"""
PLAIN = "SigningDisabled: yes, AuthorizerFunctionArn: !GetAtt Fn.Arn"


def only(definitions: Definitions) -> AuthorizerDefinition:
    (authorizer,) = definitions.authorizers
    return authorizer


def form(folder: Path, properties: str = "", authorizer: str = PLAIN, ignored: str = "Metadata: {}") -> Definitions:
    properties = properties if "Handler:" in properties else f"Handler: app.handler, {properties or 'MemorySize: 128'}"
    text = FORMS.replace("PROPERTIES", properties).replace("IGNORED", ignored)
    path = folder / "template.yaml"
    path.write_text(dedent(text.replace("AUTHORIZER", authorizer)))
    (folder / "src").mkdir(exist_ok=True)
    (folder / "src/app.py").write_text("def handler(event, context): ...")
    for layer in ("base", "own"):
        (folder / "layers" / layer).mkdir(parents=True, exist_ok=True)
    return read_template(path, ask=False)


VARIABLES = {
    "{Variables: {A: !If [Always, 1, 2]}}": {"A": "1"},
    "{Variables: !If [Always, {A: 1}, {A: 2}]}": {"A": "1"},
    "!If [Always, {Variables: {A: 1}}, !Ref AWS::NoValue]": {"A": "1"},
    "!If [Always, !Ref AWS::NoValue, {Variables: {A: 1}}]": {},
    "{Variables: {A: yes, B: 'yes', C: y, D: OFF}}": {"A": "true", "B": "yes", "C": "y", "D": "false"},
    "{Variables: {A: !Ref Named, B: !Sub '${Named}/x'}}": {"A": "devices-us-west-2", "B": "devices-us-west-2/x"},
    "{Variables: {A: !Ref Table, B: !Sub '${Table}/x'}}": {"A": "Table"},
    "{Variables: {A: !If [Always, !Ref Table, x]}}": {"A": "Table"},
    "{Variables: {A: !Ref Stored, B: !GetAtt Stored.Value, C: !GetAtt Stored.Type}}": {"A": "/name", "B": "value"},
}


@pytest.mark.parametrize("written", VARIABLES)
def test_an_environment_in_any_form(tmp_path: Path, written: str) -> None:
    function = only(form(tmp_path, f"Environment: {written}")).function
    assert function.environment == {"LEVEL": "debug", **VARIABLES[written]}


def test_a_variable_that_lambda_refuses_is_left_out(tmp_path: Path) -> None:
    found = form(tmp_path, "Environment: {Variables: {AWS_REGION: x, _HANDLER: x, AWS_PROFILE: x}}")
    assert only(found).function.environment == {"LEVEL": "debug", "AWS_PROFILE": "x"}
    assert [line.partition(": the variable ")[2].split()[0] for line in found.warnings] == ["AWS_REGION", "_HANDLER"]
    (tmp_path / "authlens.yaml").write_text("env: {AWS_REGION: eu-west-1}")
    given = read_source(ProjectSource(tmp_path / "template.yaml"), Cache(tmp_path / "cache"), ask=False)
    assert only(given).function.environment["AWS_REGION"] == "eu-west-1"


def test_what_is_unknown_of_an_environment_is_said(tmp_path: Path) -> None:
    definitions = form(tmp_path, "Environment: {Variables: !If [Unsure, {A: 1}, {B: 1}]}")
    (unknown,) = only(definitions).function.unresolved
    assert (unknown.what, unknown.why) == (
        "the environment variables are left out",
        "the parameter Asked has no default",
    )
    (warning,) = form(tmp_path, "Environment: {Variables: {A: True, B: true}}").warnings
    assert "the variable A is 'true': without quotes, True is a boolean for CloudFormation; quote it" in warning


def test_globals_add_their_layers_unless_they_are_ignored(tmp_path: Path) -> None:
    def layers_and_timeout(ignored: str) -> tuple[list[str], float]:
        function = only(form(tmp_path, "Layers: [!Ref Own]", ignored=ignored)).function
        return [layer.name for layer in function.layers], function.timeout

    assert layers_and_timeout("Metadata: {}") == (["base", "own"], 9)
    assert layers_and_timeout("IgnoreGlobals: [Timeout]") == (["base", "own"], 3)
    assert layers_and_timeout("IgnoreGlobals: [Layers]") == (["own"], 9)
    with pytest.raises(DefinitionError, match="a function without a Runtime"):
        layers_and_timeout("IgnoreGlobals: '*'")


def test_a_handler_or_a_runtime_may_be_in_a_layer(tmp_path: Path) -> None:
    for file in ("base/python/wrapper.py", "base/bootstrap", "own/bootstrap"):
        (tmp_path / "layers" / file).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "layers" / file).write_text("def handler(event, context): ...")
        (tmp_path / "layers" / file).chmod(0o755)
    assert only(form(tmp_path, "Handler: wrapper.handler")).function.layers == (tmp_path / "layers/base",)
    shell = "Runtime: provided.al2023, Handler: function.handler"
    assert only(form(tmp_path, shell)).function.command == (str(tmp_path / "layers/base/bootstrap"),)
    both = only(form(tmp_path, f"{shell}, Layers: [!Ref Own]")).function
    assert both.command == (str(tmp_path / "layers/own/bootstrap"),)
    (tmp_path / "src/bootstrap").touch(0o755)
    assert only(form(tmp_path, shell)).function.command == (str(tmp_path / "src/bootstrap"),)


def test_a_handler_that_a_missing_layer_wraps_is_named(tmp_path: Path) -> None:
    properties = "Handler: datadog_lambda.handler.handler, Environment: {Variables: {DD_LAMBDA_HANDLER: app.handler}}"
    with pytest.raises(DefinitionError, match="a layer wraps it, give handler: app"):
        form(tmp_path, properties, ignored="IgnoreGlobals: [Layers]")


def test_a_loop_over_a_parameter_needs_its_value(tmp_path: Path) -> None:
    loop = "{Fn::ForEach::All: [N, !Ref Names, {'Auth${N}': {Type: AWS::IoT::Authorizer, Properties: {PLAIN}}}], FN}"
    function = "Fn: {Type: AWS::Lambda::Function, Properties: {Runtime: python3.11, Handler: app.handler, Code: src}}"
    resources = loop.replace("PLAIN", PLAIN).replace("FN", function)
    path = tmp_path / "template.yaml"
    path.write_text(f"Parameters: {{Names: {{Type: CommaDelimitedList}}}}\nResources: {resources}\n")
    (tmp_path / "src").mkdir()
    (tmp_path / "src/app.py").write_text("def handler(event, context): ...")
    with pytest.raises(DefinitionError) as caught:
        read_template(path, ask=False)
    assert "give --parameter Names=A,B, or parameters: " in caught.value.notes[0]
    found = read_template(path, ProjectSettings(parameters={"Names": "a, b"}), ask=False)
    assert [each.authorizer.name for each in found.authorizers] == ["Autha", "Authb"]


SAM_TOML = """
[default.global.parameters]
stack_name = "shared"
region = "eu-west-1"
[default.deploy.parameters]
stack_name = "fleet"
parameter_overrides = ["A=1", 'B="2 3"']
"""
SAM_YAML = """
default:
  deploy:
    parameters: {stack_name: fleet, region: eu-west-1, parameter_overrides: "A=1 B='2 3'"}
"""
STATE = {"service": {"service": "fleet", "provider": {"region": "eu-west-1", "stage": "dev"}}}
NAMED = {"service": {"service": "x", "provider": {"region": "x y", "stage": "dev", "stackName": "fleet"}}}
TOOLS = {
    "samconfig.toml": (SAM_TOML, "eu-west-1", "fleet", {"A": "1", "B": "2 3"}, ""),
    "samconfig.yaml": (SAM_YAML, "eu-west-1", "fleet", {"A": "1", "B": "2 3"}, ""),
    "samconfig.yml": ("default: [", None, None, {}, "samconfig.yml: it is not read: "),
    "serverless-state.json": (json.dumps(STATE), "eu-west-1", "fleet-dev", {}, ""),
    ".serverless/serverless-state.json": (json.dumps(NAMED), None, "fleet", {}, ""),
    "./serverless-state.json": ("{}", None, None, {}, "it is not read: it does not name a service and its provider"),
}


@pytest.mark.parametrize("name", TOOLS)
def test_what_the_files_of_tools_say(tmp_path: Path, name: str) -> None:
    text, region, stack_name, parameters, warning = TOOLS[name]
    path = tmp_path / name
    path.parent.mkdir(exist_ok=True)
    path.write_text(text)
    found = settings_beside(path.parent / "template.yaml")
    assert (found.region, found.stack_name, found.parameters) == (region, stack_name, parameters)
    assert bool(found.warnings) == bool(warning)
    assert all(warning in line for line in found.warnings)


def test_a_stack_is_named_by_its_tool_or_after_the_folder_of_its_project(tmp_path: Path) -> None:
    def named(folder: Path) -> str:
        folder.mkdir(parents=True, exist_ok=True)
        variables = "MemorySize: 128, Environment: {Variables: {NAME: !Ref AWS::StackName}}"
        return only(form(folder, variables)).function.environment["NAME"]

    assert named(tmp_path / "fleet/.aws-sam/build") == "fleet"
    (tmp_path / "fleet/samconfig.toml").write_text(SAM_TOML)
    path = tmp_path / "fleet/.aws-sam/build/template.yaml"
    definitions = read_template(path, settings_beside(path), ask=False)
    assert only(definitions).function.environment["NAME"] == "fleet"
    (tmp_path / "fleet/samconfig.toml").write_text(SAM_TOML.replace("fleet", "other"))
    assert only(read_template(path, settings_beside(path), ask=False)).function.environment["NAME"] == "other"


CODE = {
    "!If [Always, {ZipFile: 'def handler(event, context): ...'}, {S3Bucket: b, S3Key: k}]": "",
    "!If [Always, ./src, {S3Bucket: b, S3Key: k}]": "",
    "!If [Unsure, ./src, {S3Bucket: b, S3Key: k}]": "the parameter Asked has no default",
    "{S3Bucket: b, S3Key: !Ref Asked}": "the code is in S3",
}


@pytest.mark.parametrize("written", CODE)
def test_code_that_a_condition_chooses(tmp_path: Path, written: str) -> None:
    template = f"""
        Parameters: {{Asked: {{Type: String}}}}
        Conditions: {{Always: !Equals [1, 1], Unsure: !Equals [!Ref Asked, x]}}
        Resources:
          Fn:
            Type: AWS::Lambda::Function
            Properties: {{Runtime: python3.11, Handler: MODULE.handler, Code: {written}}}
          Auth: {{Type: AWS::IoT::Authorizer, Properties: {{{PLAIN}}}}}
    """
    (tmp_path / "src").mkdir()
    (tmp_path / "src/app.py").write_text("def handler(event, context): ...")
    path = tmp_path / "template.yaml"
    path.write_text(template.replace("MODULE", "index" if "ZipFile" in written else "app"))
    if not CODE[written]:
        assert only(read_template(path, ask=False)).function.name == "Fn"
        return
    with pytest.raises(DefinitionError, match=CODE[written]):
        read_template(path, ask=False)


AUTHORIZERS = {
    "SigningDisabled: on, AuthorizerFunctionArn: !Sub '${Fn.Alias}'": "",
    "SigningDisabled: 'true', AuthorizerFunctionArn: !Ref Fn.Version": "",
    "SigningDisabled: 'yes', AuthorizerFunctionArn: !GetAtt Fn.Arn": "must be true or false, not 'yes'",
    "SigningDisabled: true, Status: active, AuthorizerFunctionArn: !GetAtt Fn.Arn": "value set: [ACTIVE, INACTIVE]",
    "SigningDisabled: true, AuthorizerFunctionArn: !ImportValue x": "stack that is not here; the authorizer Auth is "
    "left out; serve another of its functions with --function NAME, or function: NAME in authlens.yaml: Fn",
    "TokenSigningPublicKeys: {a: KEY}, AuthorizerFunctionArn: !GetAtt Fn.Arn": "give it a token key name",
    "TokenKeyName: t, AuthorizerFunctionArn: !GetAtt Fn.Arn": "give its signing key",
    "TokenKeyName: t, TokenSigningPublicKeys: {a: !Ref Asked}, AuthorizerFunctionArn: !GetAtt Fn.Arn": "no default",
    "TokenKeyName: t, TokenSigningPublicKeys: {a: !Ref Asked, b: KEY}, AuthorizerFunctionArn: !GetAtt Fn.Arn": "",
    "TokenKeyName: t, TokenSigningPublicKeys: !Ref Named, AuthorizerFunctionArn: !GetAtt Fn.Arn": "must be a mapping",
    "TokenKeyName: t, TokenSigningPublicKeys: {a: !Ref Asked}, SigningDisabled: true, "
    "AuthorizerFunctionArn: !GetAtt Fn.Arn": "Token signing keys map must be null",
}


@pytest.mark.parametrize("written", AUTHORIZERS)
def test_an_authorizer_in_any_form(tmp_path: Path, written: str) -> None:
    pem = json.dumps(pair("a").public_pem)
    written, reason = written.replace("KEY", pem), AUTHORIZERS[written]
    if not reason:
        assert only(form(tmp_path, authorizer=written)).authorizer.name == "Auth"
        return
    with pytest.raises(DefinitionError) as caught:
        form(tmp_path, authorizer=written)
    assert reason in str(caught.value)


PLACE = """
    Resources:
      Fn:
        Type: AWS::Lambda::Function
        Properties:
          FunctionName: NAME
          Runtime: python3.11
          Handler: index.handler
          Code: {ZipFile: "def handler(event, context): ..."}
          Environment: {Variables: {STAGE: STACK}}
      Auth:
        Type: AWS::IoT::Authorizer
        Properties: {AuthorizerName: AUTHORIZER, AuthorizerFunctionArn: !GetAtt Fn.Arn, SigningDisabled: true}
"""


@pytest.mark.parametrize(("function", "authorizer"), [("code", "fleet"), ("code", "fleet-STACK"), ("STACK", "fleet")])
def test_one_app_in_two_places_runs_no_code_of_the_other(tmp_path: Path, function: str, authorizer: str) -> None:
    """A name can be served once: the first stack's, or that of the template that is named."""
    text = dedent(PLACE.replace("NAME", function).replace("AUTHORIZER", authorizer))
    for stack in ("dev", "prod"):
        (tmp_path / f"{stack}.template.json").write_text(text.replace("STACK", stack))
    (tmp_path / "manifest.json").write_text(
        json.dumps(
            {
                "artifacts": {
                    stack: {
                        "type": "aws:cloudformation:stack",
                        "properties": {"templateFile": f"{stack}.template.json"},
                    }
                    for stack in ("dev", "prod")
                }
            }
        )
    )
    for named, stack, other in ((".", "dev", "prod"), ("prod.template.json", "prod", "dev")):
        found = read_source(ProjectSource(tmp_path / named), Cache(tmp_path / "cache"), ask=False)
        assert only(found).function.environment == {"STAGE": stack}
        assert [name for name, _ in found.left_out if name == only(found).authorizer.name] == []
        (warning,) = found.warnings
        assert f"{other}.template.json, line " in warning
        assert f"in {tmp_path / f'{stack}.template.json'}; the authorizer Auth is left out; name " in warning
        assert warning.endswith(f"{other}.template.json to serve this one")

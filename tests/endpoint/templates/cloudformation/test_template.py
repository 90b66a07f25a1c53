"""Templates people already have: SAM, CloudFormation and synthesised CDK, and what cannot be resolved of them."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from authlens.endpoint.templates.cloudformation.template import read_template
from authlens.endpoint.templates.definition_file import looks_like_template
from authlens.endpoint.templates.definitions import AuthorizerDefinition, DefinitionError, Definitions
from support.functions import invoke
from support.public_keys import pair

AUTHORIZER = "Type: AWS::IoT::Authorizer"
FUNCTION = "def handler(event, context):\n    return {'event': event}\n"
SAM = """
    AWSTemplateFormatVersion: '2010-09-09'
    Transform: AWS::Serverless-2016-10-31
    Parameters:
      Stage: {Type: String, Default: test}
      Topics: {Type: CommaDelimitedList, Default: "a,b"}
      Secret: {Type: String}
    Conditions:
      IsProduction: !Equals [!Ref Stage, production]
    Mappings:
      Names:
        test: {Prefix: unit}
    Globals:
      Function:
        Runtime: python3.11
        Timeout: 4
        Environment:
          Variables:
            STAGE: !Ref Stage
            LEVEL: debug
    Resources:
      Table:
        Type: AWS::DynamoDB::Table
      SensorFunction:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: functions/sensor
          Handler: app.handler
          MemorySize: 256
          Environment:
            Variables:
              LEVEL: info
              TABLE: !Ref Table
              TABLE_ARN: !GetAtt Table.Arn
              SECRET: !Ref Secret
              SHARED: !ImportValue other-stack
              WHERE: !Sub "${AWS::Region}/${AWS::AccountId}/${Stage}/${!Literal}"
              MINE: !Sub ["${Name}-${SensorAuthorizer.Arn}", {Name: !FindInMap [Names, !Ref Stage, Prefix]}]
              JOINED: !Join ["-", [!Select [1, !Ref Topics], !If [IsProduction, p, t], !Ref SensorAuthorizer]]
              NONE: !If [IsProduction, p, !Ref AWS::NoValue]
              COUNT: 3
              FLAG: true
      SensorAuthorizer:
        Type: AWS::IoT::Authorizer
        Properties:
          AuthorizerName: !Sub sensor-${Stage}
          AuthorizerFunctionArn: !GetAtt SensorFunction.Arn
          Status: ACTIVE
          SigningDisabled: true
      ElsewhereAuthorizer:
        Type: AWS::IoT::Authorizer
        Properties:
          AuthorizerFunctionArn: arn:aws:lambda:us-west-2:000000000000:function:elsewhere
          SigningDisabled: true
      ProductionAuthorizer:
        Type: AWS::IoT::Authorizer
        Condition: IsProduction
        Properties:
          AuthorizerFunctionArn: !GetAtt SensorFunction.Arn
          SigningDisabled: true
"""


def write(folder: Path, template: str, name: str = "template.yaml", code: str = "functions/sensor/app.py") -> Path:
    (folder / code).parent.mkdir(parents=True, exist_ok=True)
    (folder / code).write_text(FUNCTION)
    path = folder / name
    path.write_text(dedent(template).lstrip(), encoding="utf-8")
    return path


def only(definitions: Definitions) -> AuthorizerDefinition:
    (authorizer,) = definitions.authorizers
    return authorizer


def test_sam_template(tmp_path: Path) -> None:
    definition = only(read_template(write(tmp_path, SAM)))
    authorizer, function = definition.authorizer, definition.function
    assert (authorizer.name, authorizer.status, authorizer.signing_disabled) == ("sensor-test", "ACTIVE", True)
    assert authorizer.function_arn == function.arn == "arn:aws:lambda:us-west-2:000000000000:function:SensorFunction"
    assert (function.handler, function.runtime, function.timeout, function.memory_size) == (
        *("app.handler", "python3.11", 4.0, 256),
    )
    assert function.code_uri == tmp_path / "functions/sensor"
    assert function.environment == {
        "STAGE": "test",
        "LEVEL": "info",
        "TABLE": "Table",
        "WHERE": "us-west-2/000000000000/test/${Literal}",
        "MINE": "unit-arn:aws:iot:us-west-2:000000000000:authorizer/sensor-test",
        "JOINED": "b-t-sensor-test",
        "COUNT": "3",
        "FLAG": "true",
    }


def test_what_could_not_be_resolved_is_said_with_its_line(tmp_path: Path) -> None:
    path = write(tmp_path, SAM)
    lines = path.read_text().splitlines()
    said = {}
    for warning in read_template(path).warnings:
        if "runs here on version" not in warning:
            place, _, reason = warning.removeprefix(f"{path}, line ").partition(": ")
            said[lines[int(place) - 1].strip().partition(":")[0]] = reason
    assert said == {
        "TABLE": (
            "the variable TABLE is 'Table' here: the name of Table is known on AWS only; "
            "give --env TABLE=VALUE, or env: {TABLE: VALUE} in authlens.yaml"
        ),
        "TABLE_ARN": (
            "the variable TABLE_ARN is left out: Table.Arn is known on AWS only; "
            "give --env TABLE_ARN=VALUE, or env: {TABLE_ARN: VALUE} in authlens.yaml"
        ),
        "SECRET": (
            "the variable SECRET is left out: the parameter Secret has no default; "
            "give --parameter Secret=VALUE, or parameters: {Secret: VALUE} in authlens.yaml"
        ),
        "SHARED": (
            "the variable SHARED is left out: the export 'other-stack' belongs to a stack that is not here; "
            "give --env SHARED=VALUE, or env: {SHARED: VALUE} in authlens.yaml"
        ),
        "AuthorizerFunctionArn": (
            "its function is not in this template; the authorizer ElsewhereAuthorizer is left out; "
            "serve another of its functions with --function NAME, or function: NAME in authlens.yaml: SensorFunction"
        ),
        "Condition": (
            "its condition IsProduction is false; the authorizer ProductionAuthorizer is left out; "
            "give other values with --parameter NAME=VALUE, or parameters: {NAME: VALUE} in authlens.yaml"
        ),
    }


def test_the_function_of_a_template_runs(tmp_path: Path) -> None:
    (result,) = invoke(only(read_template(write(tmp_path, SAM))).function, {"a": 1})
    assert json.loads(result.payload or b"") == {"event": {"a": 1}}


def cdk(folder: Path) -> Path:
    """What `cdk synth` writes: JSON with the assets next to it."""
    template = {
        "Resources": {
            "Fn9270CBC0": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Code": {"S3Bucket": {"Fn::Sub": "cdk-${AWS::AccountId}"}, "S3Key": "abc.zip"},
                    "Handler": "app.handler",
                    "Role": {"Fn::GetAtt": ["FnServiceRole", "Arn"]},
                    "Runtime": "python3.11",
                },
                "Metadata": {"aws:asset:path": "asset.abc", "aws:asset:property": "Code"},
            },
            "Signed": {
                "Type": "AWS::IoT::Authorizer",
                "Properties": {
                    "AuthorizerFunctionArn": {"Fn::GetAtt": ["Fn9270CBC0", "Arn"]},
                    "AuthorizerName": "Signed",
                    "TokenKeyName": "token",
                    "TokenSigningPublicKeys": {"k1": pair("a").public_pem},
                    "Status": "ACTIVE",
                },
            },
        }
    }
    return write(folder, json.dumps(template, indent=1), "Stack.template.json", "asset.abc/app.py")


def test_cdk_template(tmp_path: Path) -> None:
    definition = only(read_template(cdk(tmp_path)))
    assert definition.authorizer.token_signing_public_keys == (("k1", pair("a").public_pem),)
    assert definition.function.code_uri == tmp_path / "asset.abc"
    assert definition.function.timeout == 3.0


CLOUDFORMATION = """
    Resources:
      Fn:
        Type: AWS::Lambda::Function
        Properties:
          Handler: index.handler
          Runtime: python3.11
          Code:
            ZipFile: |
              def handler(event, context):
                  return "inline"
      Live:
        Type: AWS::Lambda::Alias
        Properties: {FunctionName: !Ref Fn, FunctionVersion: 1, Name: live}
      Auth:
        Type: AWS::IoT::Authorizer
        Properties:
          AuthorizerFunctionArn: !Ref Live
          SigningDisabled: true
"""


def test_inline_code_behind_an_alias(tmp_path: Path) -> None:
    definition = only(read_template(write(tmp_path, CLOUDFORMATION)))
    assert (definition.authorizer.name, definition.authorizer.status) == ("Auth", "INACTIVE")
    (result,) = invoke(definition.function, {})
    assert json.loads(result.payload or b"") == "inline"


BROKEN = {
    "not YAML": ("Resources: [", "Resources", "not valid YAML"),
    "duplicate": ("Resources: {}\n'Resources': {}", "'Resources'", "twice"),
    "a list": ("- Resources", "Resources", "mapping"),
    "nothing to run": ("Resources: {}", None, "no AWS::IoT::Authorizer"),
    "code in S3": (
        SAM.replace("CodeUri: functions/sensor", "CodeUri: s3://bucket/key"),
        "CodeUri: ",
        "the code is in S3",
    ),
    "no folder": (SAM.replace("functions/sensor", "functions/none"), "CodeUri: ", "does not exist"),
    "no such file": (SAM.replace("app.handler", "main.handler"), "Handler: ", "main.py does not exist"),
    "another runtime": (SAM.replace("python3.11", "java21"), "java21", "the runtime java21 does not run here"),
    "no key": (SAM.replace("SigningDisabled: true", "TokenKeyName: t", 1), AUTHORIZER, "Token signing keys map"),
    "name": (SAM.replace("sensor-${Stage}", "sensor ${Stage}"), AUTHORIZER, "regular expression pattern"),
    "number": (SAM.replace("MemorySize: 256", "MemorySize: much"), "MemorySize", "must be a number"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_template_stops_with_its_place(tmp_path: Path, case: str) -> None:
    text, place, reason = BROKEN[case]
    path = write(tmp_path, text)
    with pytest.raises(DefinitionError) as caught:
        read_template(path)
    assert reason in caught.value.reason
    assert str(path) in str(caught.value)
    lines = path.read_text().splitlines()
    assert caught.value.line == next((number for number, line in enumerate(lines, 1) if place and place in line), 0)


def test_a_missing_file_is_said(tmp_path: Path) -> None:
    with pytest.raises(DefinitionError, match="cannot be read: No such file or directory"):
        read_template(tmp_path / "none.yaml")


@pytest.mark.parametrize(
    ("text", "is_template"),
    [
        ("Resources:\n  A: {}\n", True),
        ('{"Resources": {}}', True),
        ('{\n  "Description": "x",\n  "Resources": {}\n}', True),
        ("authorizers:\n  A: {codeUri: x}\n", False),
        ("", False),
    ],
)
def test_which_files_look_like_a_template(text: str, is_template: bool) -> None:
    assert looks_like_template(text) is is_template


def test_more_resources_than_cloudformation_accepts(tmp_path: Path) -> None:
    path = tmp_path / "template.json"
    path.write_text(json.dumps({"Resources": {f"T{number}": {"Type": "AWS::SNS::Topic"} for number in range(501)}}))
    with pytest.raises(DefinitionError, match="501 resources; CloudFormation accepts 500 per template"):
        read_template(path)


def test_more_resources_than_are_read_of_all_stacks(tmp_path: Path) -> None:
    many = {f"T{number}": {"Type": "AWS::SNS::Topic"} for number in range(500)}
    (tmp_path / "many.json").write_text(json.dumps({"Resources": many}))
    nested = {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": "many.json"}}
    function = {
        "Type": "AWS::Serverless::Function",
        "Properties": {"CodeUri": ".", "Handler": "app.handler", "Runtime": "python3.11"},
    }
    authorizer = {
        "Type": "AWS::IoT::Authorizer",
        "Properties": {"AuthorizerFunctionArn": {"Fn::GetAtt": "F.Arn"}, "SigningDisabled": True},
    }
    (tmp_path / "app.py").write_text(FUNCTION)
    path = tmp_path / "template.json"
    path.write_text(
        json.dumps({"Resources": {"F": function, "A": authorizer, "N1": nested, "N2": nested, "N3": nested}})
    )
    read = read_template(path)
    about = [warning for warning in read.warnings if "is not read" in warning]
    assert len(about) == 1
    assert about[0].endswith("the nested stack N3 is not read: the stacks have more than 1,000 resources in total")

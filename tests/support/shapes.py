"""Minimal versions of the projects in which people keep custom authorizers."""

from __future__ import annotations

import json
import sys
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from textwrap import dedent
from typing import Any

from support.public_keys import pair

PYTHON = """
import os

def handler(event, context):
    says = os.environ.get("SAYS", "")
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}]}
    principal = "".join(filter(str.isalnum, says)) or "p1"
    return {"isAuthenticated": True, "principalId": principal, "policyDocuments": [document], "says": says}
"""
NODE = """
const says = process.env.SAYS ?? "";
const statement = { Effect: "Allow", Action: "iot:Connect", Resource: "*" };
exports.handler = async (event) => ({
  isAuthenticated: true,
  principalId: says.replace(/[^a-zA-Z0-9]/g, "") || "p1",
  policyDocuments: [{ Version: "2012-10-17", Statement: [statement] }],
  says,
});
"""

OUTER = """
    Resources:
      Inner: {Type: AWS::CloudFormation::Stack, Properties: {TemplateURL: parts/inner.yaml}}
      Auth:
        Type: AWS::IoT::Authorizer
        Properties:
          AuthorizerName: !GetAtt Inner.Outputs.Name
          AuthorizerFunctionArn: !GetAtt Inner.Outputs.Arn
          SigningDisabled: true
"""
INNER = """
    Resources:
      Fn:
        Type: AWS::Lambda::Function
        Properties: {Code: ../src, Handler: app.handler, Runtime: python3.11}
    Outputs: {Name: {Value: first}, Arn: {Value: !GetAtt Fn.Arn}}
"""


@dataclass(frozen=True, slots=True)
class Shape:
    """A project on disk, and how it is served."""

    build: Callable[[Path], None]
    command: tuple[str, ...]
    """The options of `serve`, from the project's folder."""
    authorizer: str
    says: str | None = None
    """What the function reads from its environment or its layer."""


def write(folder: Path, files: Mapping[str, str]) -> None:
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(dedent(text).lstrip("\n"), encoding="utf-8")


def zipped(path: Path, files: Mapping[str, str]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as packed:
        for name, text in files.items():
            packed.writestr(name, text)


SAM = """
    Transform: AWS::Serverless-2016-10-31
    Parameters:
      Secret: {Type: String}
    Resources:
      Fn:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: CODE
          Handler: app.handler
          Runtime: RUNTIME
          Environment: {Variables: {SAYS: !Sub "${Secret}!"}}
      Auth:
        Type: AWS::IoT::Authorizer
        Properties:
          AuthorizerName: fleet
          AuthorizerFunctionArn: !GetAtt Fn.Arn
          SigningDisabled: true
          Status: ACTIVE
"""
SAMCONFIG = """
    version = 0.1
    [default.deploy.parameters]
    stack_name = "fleet"
    region = "eu-west-1"
    parameter_overrides = "Secret=\\"from samconfig\\" Other=x"
"""


def sam(code: str = "src/", runtime: str = "python3.11") -> str:
    return SAM.replace("CODE", code).replace("RUNTIME", runtime)


def sam_python(folder: Path) -> None:
    write(folder, {"template.yaml": sam(), "samconfig.toml": SAMCONFIG, "src/app.py": PYTHON})


def sam_typescript(folder: Path) -> None:
    """What `sam build` writes."""
    sam_typescript_unbuilt(folder)
    built = folder / ".aws-sam/build"
    write(built, {"template.yaml": sam("Fn", "nodejs20.x"), "Fn/app.js": NODE})


def sam_typescript_unbuilt(folder: Path) -> None:
    write(folder, {"template.yaml": sam("src/", "nodejs20.x"), "samconfig.toml": SAMCONFIG, "src/app.ts": "export {}"})


def cdk(folder: Path) -> None:
    """Two stacks: an authorizer in one, its function in the other, with its code as a zip in the list of assets."""
    export = "CodeStack:ExportsOutputFnGetAttFnArn"
    code = {
        "Resources": {
            "Fn": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Code": {"S3Bucket": {"Fn::Sub": "cdk-${AWS::AccountId}"}, "S3Key": "abc123.zip"},
                    "Handler": "app.handler",
                    "Runtime": "python3.11",
                    "Environment": {"Variables": {"SAYS": {"Ref": "AWS::Region"}}},
                },
            }
        },
        "Outputs": {
            "ExportsOutput": {"Value": {"Fn::GetAtt": ["Fn", "Arn"]}, "Export": {"Name": export}},
        },
    }
    auth = {
        "Resources": {
            "Auth": {
                "Type": "AWS::IoT::Authorizer",
                "Properties": {"AuthorizerFunctionArn": {"Fn::ImportValue": export}, "SigningDisabled": True},
            }
        }
    }
    manifest = {
        "artifacts": {
            name: {
                "type": "aws:cloudformation:stack",
                "environment": "aws://123456789012/eu-central-1",
                "properties": {"templateFile": f"{name}.template.json"},
            }
            for name in ("AuthStack", "CodeStack")
        }
    }
    assets = {"files": {"abc123": {"source": {"path": "asset.abc123.zip", "packaging": "file"}, "destinations": {}}}}
    write(
        folder / "cdk.out",
        {
            "manifest.json": json.dumps(manifest),
            "CodeStack.template.json": json.dumps(code),
            "CodeStack.assets.json": json.dumps(assets),
            "AuthStack.template.json": json.dumps(auth),
        },
    )
    zipped(folder / "cdk.out/asset.abc123.zip", {"app.py": PYTHON})


def serverless(folder: Path) -> None:
    """What `serverless package` writes: a template whose code would be in S3, and the package next to it."""
    template = {
        "Resources": {
            "AuthLambdaFunction": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Code": {"S3Bucket": {"Ref": "ServerlessDeploymentBucket"}, "S3Key": "serverless/x/dev/1/svc.zip"},
                    "Handler": "src/app.handler",
                    "Runtime": "nodejs20.x",
                    "FunctionName": "svc-dev-auth",
                    "Environment": {"Variables": {"SAYS": "serverless"}},
                },
            },
            "Auth": {
                "Type": "AWS::IoT::Authorizer",
                "Properties": {
                    "AuthorizerName": "fleet",
                    "AuthorizerFunctionArn": {"Fn::GetAtt": ["AuthLambdaFunction", "Arn"]},
                    "SigningDisabled": True,
                },
            },
            "ServerlessDeploymentBucket": {"Type": "AWS::S3::Bucket"},
        }
    }
    write(folder, {"serverless.yml": "service: svc\n"})
    write(folder / ".serverless", {"cloudformation-template-update-stack.json": json.dumps(template)})
    zipped(folder / ".serverless/svc.zip", {"src/app.js": NODE})


def terraform(folder: Path) -> None:
    """A plan: values known after apply are absent, and found through the expressions."""

    def resource(kind: str, name: str, values: dict[str, Any], data: str = "") -> dict[str, Any]:
        mode = "data" if data else "managed"
        return {"address": f"{data}{kind}.{name}", "mode": mode, "type": kind, "name": name, "values": values}

    function = {
        **{"function_name": "fleet-auth", "handler": "app.handler", "runtime": "python3.11"},
        **{"filename": "build/auth.zip", "environment": [{"variables": {"SAYS": "terraform"}}], "timeout": 4},
    }
    authorizer = {"name": "fleet", "status": "ACTIVE", "signing_disabled": True, "token_key_name": None}
    archive = {"source_dir": "lambda", "output_path": "build/auth.zip"}
    references = ["aws_lambda_function.auth.arn", "aws_lambda_function.auth"]
    plan = {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {
            "root_module": {
                "resources": [
                    resource("aws_lambda_function", "auth", function),
                    resource("aws_iot_authorizer", "auth", authorizer),
                ]
            }
        },
        "prior_state": {"values": {"root_module": {"resources": [resource("archive_file", "code", archive, "data.")]}}},
        "configuration": {
            "provider_config": {"aws": {"expressions": {"region": {"constant_value": "eu-north-1"}}}},
            "root_module": {
                "resources": [
                    {
                        "address": "aws_iot_authorizer.auth",
                        "expressions": {"authorizer_function_arn": {"references": references}},
                    }
                ]
            },
        },
    }
    write(folder, {"plan.json": json.dumps(plan), "lambda/app.py": PYTHON, "main.tf": 'provider "aws" {}'})


def custom_resource(folder: Path) -> None:
    """A custom resource creates the authorizer: the template has only functions."""
    template = """
        Resources:
          AuthFunction:
            Type: AWS::Lambda::Function
            Properties:
              Handler: app.handler
              Runtime: python3.11
              Code: src
              Environment: {Variables: {SAYS: custom}}
          CreateAuthorizer:
            Type: Custom::Authorizer
            Properties: {ServiceToken: !GetAtt AuthFunction.Arn}
    """
    write(folder, {"template.yaml": template, "src/app.py": PYTHON, "public.pem": pair("a").public_pem})


def bare(folder: Path) -> None:
    write(folder, {"src/authorize.py": PYTHON})


def program(folder: Path) -> None:
    """What `go build` would make: here a script that speaks the Runtime API."""
    text = f"""
        #!{sys.executable}
        import json, os, urllib.request
        base = f"http://{{os.environ['AWS_LAMBDA_RUNTIME_API']}}/2018-06-01/runtime/invocation"
        while True:
            with urllib.request.urlopen(f"{{base}}/next") as asked:
                number = asked.headers["Lambda-Runtime-Aws-Request-Id"]
            statement = {{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}}
            document = {{"Version": "2012-10-17", "Statement": [statement]}}
            says = os.environ["SAYS"]
            answer = {{"isAuthenticated": True, "principalId": says, "policyDocuments": [document], "says": says}}
            urllib.request.urlopen(f"{{base}}/{{number}}/response", data=json.dumps(answer).encode()).close()
    """
    write(folder, {"go.mod": "module authorizer", "authorizer": text})
    (folder / "authorizer").chmod(0o755)


def monorepo(folder: Path) -> None:
    """A template of another name in a folder below, next to one without an authorizer, packages and tests."""
    sam_python(folder / "services/auth/deploy")
    (folder / "services/auth/deploy/template.yaml").rename(folder / "services/auth/deploy/stack.yml")
    other = "Resources: {Table: {Type: AWS::DynamoDB::Table}}"
    write(folder, {"services/data/stack.yml": other, "README.md": "AWS::IoT::Authorizer"})
    sam_python(folder / "node_modules/sample")
    sam_python(folder / "services/auth/tests")


def layers(folder: Path) -> None:
    template = """
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Shared:
            Type: AWS::Serverless::LayerVersion
            Properties: {ContentUri: layer}
          Fn:
            Type: AWS::Serverless::Function
            Properties:
              CodeUri: src
              Handler: app.handler
              Runtime: python3.11
              Layers: [!Ref Shared, "arn:aws:lambda:eu-west-1:111122223333:layer:elsewhere:7"]
          Auth:
            Type: AWS::IoT::Authorizer
            Properties: {AuthorizerFunctionArn: !GetAtt Fn.Arn, SigningDisabled: true, AuthorizerName: fleet}
    """
    code = "import shared\n\ndef handler(event, context):\n    return shared.ANSWER\n"
    document = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "iot:Connect", "Resource": "*"}]}
    answer = {"isAuthenticated": True, "principalId": "layer", "policyDocuments": [document], "says": "layer"}
    files = {"template.yaml": template, "src/app.py": code, "layer/python/shared.py": f"ANSWER = {answer!r}\n"}
    write(folder, files)


def nested(folder: Path) -> None:
    """`Globals`, a Python package as the code, and the authorizer in a nested stack of a subfolder."""
    template = """
        AWSTemplateFormatVersion: "2010-09-09"
        Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
        Globals:
          Function: {Runtime: python3.11, CodeUri: services/, Environment: {Variables: {SAYS: globals, STAGE: dev}}}
        Resources:
          Fn:
            Type: AWS::Serverless::Function
            Properties: {Handler: fleet.auth.handler, Environment: {Variables: {OWN: x}}}
          Authorizers:
            Type: AWS::Serverless::Application
            Properties: {Location: stacks/auth/template.yml, Parameters: {Arn: !GetAtt Fn.Arn}}
    """
    inner = """
        Parameters: {Arn: {Type: String}}
        Resources:
          Auth:
            Type: AWS::IoT::Authorizer
            Properties: {AuthorizerName: fleet, AuthorizerFunctionArn: !Ref Arn, SigningDisabled: true, Status: ACTIVE}
    """
    package = {"services/fleet/__init__.py": "", "services/fleet/auth.py": PYTHON}
    write(folder, {"template.yaml": template, "stacks/auth/template.yml": inner, **package})


def terraform_state(folder: Path) -> None:
    """A raw state: modules, an index, a zip with a package in it, and the region only in the ARNs."""
    arn = "arn:aws:lambda:eu-west-3:111122223333:function:fleet-auth"

    def resource(kind: str, module: str, attributes: dict[str, Any], **more: Any) -> dict[str, Any]:
        instances = [{"schema_version": 0, "attributes": attributes, **more}]
        return {"module": module, "mode": "managed", "type": kind, "name": "this", "instances": instances}

    function = {
        **{"arn": arn, "function_name": "fleet-auth", "handler": "src.app.handler", "runtime": "python3.11"},
        **{"filename": "./build/auth.zip", "environment": [{"variables": {"SAYS": "state"}}]},
    }
    authorizer = {"name": "fleet", "authorizer_function_arn": f"{arn}:live", "signing_disabled": True}
    resources = [
        resource("aws_lambda_function", "module.fleet.module.code", function),
        resource("aws_iot_authorizer", 'module.fleet["eu"]', {**authorizer, "status": "ACTIVE"}, index_key="eu"),
    ]
    state = {"version": 4, "terraform_version": "1.9.0", "serial": 7, "resources": resources}
    write(folder, {"terraform.tfstate": json.dumps(state)})
    zipped(folder / "build/auth.zip", {"src/__init__.py": "", "src/app.py": PYTHON})


def written_out(folder: Path) -> None:
    """A function from an included file, an authorizer from a loop, and a variable made of nested functions."""
    template = """
        Transform: [AWS::LanguageExtensions, AWS::Serverless-2016-10-31]
        Parameters:
          Stage: {Type: String, Default: dev}
          Table: {Type: "AWS::SSM::Parameter::Value<String>", Default: /fleet/table}
        Mappings: {Stages: {dev: {Level: debug}, prod: {Level: info}}}
        Conditions: {IsProd: !Equals [!Ref Stage, prod]}
        Resources:
          Fn::Transform: {Name: AWS::Include, Parameters: {Location: ./parts/function.yaml}}
          Fn::ForEach::Authorizers:
            - Name
            - [fleet, spare]
            - Auth${Name}:
                Type: AWS::IoT::Authorizer
                Properties:
                  AuthorizerName: !Ref Name
                  AuthorizerFunctionArn: !GetAtt Fn.Arn
                  SigningDisabled: !If [IsProd, false, true]
    """
    part = """
        Fn:
          Type: AWS::Serverless::Function
          Properties:
            CodeUri: .
            Handler: src/app.handler
            Runtime: nodejs20.x
            Environment:
              Variables:
                SAYS: !Join
                  - "-"
                  - - !FindInMap [Stages, !Ref Stage, Level]
                    - !Select [1, !Split [",", "x,y"]]
                    - !Sub ["${Table}", {Unused: 1}]
    """
    code = {"src/app.mjs": NODE.replace("exports.handler =", "export const handler =")}
    write(folder, {"template.yaml": template, "parts/function.yaml": part, **code})


def cdk_stage(folder: Path) -> None:
    """A stage of a pipeline: an assembly in the assembly, whose assets lie outside of it, and three stacks."""
    export = "Code:ExportsOutputFnGetAttAuthorizerD1Arn"
    code = {
        "Resources": {
            "AuthorizerD1": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Code": {
                        "S3Bucket": {"Fn::Sub": "cdk-${AWS::AccountId}-${AWS::Region}"},
                        "S3Key": "aa11.zip",
                    },
                    "Handler": "lib/index.handler",
                    "Runtime": "nodejs20.x",
                    "Environment": {
                        "Variables": {
                            "SAYS": {"Fn::Join": ["-", [{"Ref": "AWS::Region"}, {"Fn::ImportValue": "Data:Table"}]]}
                        }
                    },
                },
                "Metadata": {"aws:asset:path": "../asset.aa11"},
            }
        },
        "Outputs": {"Arn": {"Value": {"Fn::GetAtt": ["AuthorizerD1", "Arn"]}, "Export": {"Name": export}}},
    }
    properties = {
        "AuthorizerName": "prod",
        "AuthorizerFunctionArn": {"Fn::ImportValue": export},
        "SigningDisabled": True,
    }
    stacks = {
        "Iot": {"Resources": {"A": {"Type": "AWS::IoT::Authorizer", "Properties": properties}}},
        "Code": code,
        "Data": {"Resources": {}, "Outputs": {"T": {"Value": "table", "Export": {"Name": "Data:Table"}}}},
    }
    artifacts = {
        name: {
            "type": "aws:cloudformation:stack",
            "environment": "aws://111122223333/ap-southeast-2"
            if name == "Code"
            else "aws://unknown-account/unknown-region",
            "properties": {"templateFile": f"{name}.template.json"},
        }
        for name in stacks
    }
    stage = {"type": "cdk:cloud-assembly", "properties": {"directoryName": "assembly-Prod"}}
    files = {f"assembly-Prod/{name}.template.json": json.dumps(stack) for name, stack in stacks.items()}
    files["assembly-Prod/manifest.json"] = json.dumps({"artifacts": artifacts})
    files["manifest.json"] = json.dumps({"artifacts": {"Prod": stage, "Tree": {"type": "cdk:tree", "properties": {}}}})
    write(folder / "cdk.out", {**files, "asset.aa11/lib/index.js": NODE})


def terraform_modules(folder: Path) -> None:
    """`terraform show -json` of a state: child modules, a layer by its ARN, a managed layer that is not here."""
    own = "arn:aws:lambda:eu-west-2:444455556666"

    def resource(module: str, kind: str, index: str, **values: Any) -> dict[str, Any]:
        address = f"{module}.{kind}.this{index}"
        return {"address": address, "mode": "managed", "type": kind, "name": "this", "values": values}

    inner, layer = "module.iot.module.fn[0]", f"{own}:layer:deps:3"
    arn = f"{own}:function:prod-auth"
    function = {
        **{"arn": arn, "function_name": "prod-auth", "handler": "authz.handler", "runtime": "python3.11"},
        **{"filename": "modules/fn/../../dist/authz.zip", "environment": [{"variables": {"SAYS": "state json"}}]},
        **{"layers": [layer, "arn:aws:lambda:eu-west-2:580247275435:layer:LambdaInsightsExtension:14"]},
    }
    authorizer = {"name": "prod", "authorizer_function_arn": arn, "signing_disabled": True, "status": "ACTIVE"}
    fn = {
        "address": inner,
        "resources": [
            resource(inner, "aws_lambda_function", "", **function),
            resource(inner, "aws_lambda_layer_version", "", arn=layer, filename="dist/deps.zip"),
        ],
    }
    iot = {
        "address": "module.iot",
        "resources": [resource("module.iot", "aws_iot_authorizer", '["main"]', **authorizer)],
        "child_modules": [fn],
    }
    state = {"format_version": "1.0", "terraform_version": "1.9.5", "values": {"root_module": {"child_modules": [iot]}}}
    write(folder, {"state.json": json.dumps(state), "modules/fn/main.tf": ""})
    zipped(folder / "dist/authz.zip", {"authz.py": f"import dep\n{PYTHON}"})
    zipped(folder / "dist/deps.zip", {"python/dep.py": ""})


def packaged(folder: Path) -> None:
    """What `aws cloudformation package` leaves: a zip named after its hash, without an ending."""
    template = """
        Resources:
          Fn:
            Type: AWS::Lambda::Function
            Properties:
              Handler: m.handler
              Runtime: python3.11
              Code: {S3Bucket: artifacts, S3Key: 0f3c2a}
              Environment: {Variables: {SAYS: packaged}}
          Auth: {Type: AWS::IoT::Authorizer, Properties: {AuthorizerFunctionArn: !GetAtt Fn.Arn, SigningDisabled: true}}
    """
    write(folder, {"packaged.yaml": template.replace("SigningDisabled", "Status: ACTIVE, SigningDisabled")})
    zipped(folder / "0f3c2a", {"m.py": PYTHON})


SHAPES: dict[str, Shape] = {
    "SAM, Python": Shape(sam_python, ("--template", "template.yaml"), "fleet", "from samconfig!"),
    "SAM, TypeScript built": Shape(
        sam_typescript, ("--template", ".aws-sam/build/template.yaml"), "fleet", "from samconfig!"
    ),
    "CDK, two stacks and a zip": Shape(cdk, ("--template", "cdk.out"), "Auth", "eu-central-1"),
    "CDK, one of two stacks": Shape(cdk, ("--template", "cdk.out/AuthStack.template.json"), "Auth", "eu-central-1"),
    "Serverless package": Shape(
        serverless, ("--template", ".serverless/cloudformation-template-update-stack.json"), "fleet", "serverless"
    ),
    "Terraform plan": Shape(terraform, ("--template", "plan.json"), "fleet", "terraform"),
    "custom resource": Shape(
        custom_resource, ("--template", "template.yaml", "--function", "AuthFunction"), "AuthFunction", "custom"
    ),
    "bare function": Shape(bare, ("--function", "src/authorize.py:handler", "--env", "SAYS=bare"), "authorize", "bare"),
    "layers": Shape(layers, ("--template", "template.yaml"), "fleet", "layer"),
    "nested stack and Globals": Shape(nested, ("--template", "template.yaml"), "fleet", "globals"),
    "Terraform state": Shape(terraform_state, ("--template", "terraform.tfstate"), "fleet", "state"),
    "Include, loop and intrinsics": Shape(
        written_out, ("--template", "template.yaml", "--parameter", "Table=given"), "fleet", "debug-y-given"
    ),
    "a folder": Shape(sam_python, ("--template", "."), "fleet", "from samconfig!"),
    "CDK, a stage with three stacks": Shape(cdk_stage, ("--template", "cdk.out"), "prod", "ap-southeast-2-table"),
    "Terraform state with modules and a layer": Shape(
        terraform_modules, ("--template", "state.json"), "prod", "state json"
    ),
    "packaged": Shape(packaged, ("--template", "packaged.yaml"), "Auth", "packaged"),
    "bare function without its handler": Shape(
        bare, ("--function", "src/authorize.py", "--env", "SAYS=found"), "authorize", "found"
    ),
    "a program": Shape(program, ("--function", "authorizer", "--env", "SAYS=program"), "authorizer", "program"),
    "a monorepo": Shape(monorepo, ("--template", "."), "fleet", "from samconfig!"),
    "a folder with only a function": Shape(
        lambda folder: bare(folder / "code"), ("--template", ".", "--env", "SAYS=alone"), "authorize", "alone"
    ),
}

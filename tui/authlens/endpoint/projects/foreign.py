"""Files of other tools that authlens does not read: what they are, and what to run to get a file that it reads."""

from __future__ import annotations

import re
from pathlib import Path

from authlens.endpoint.templates.noticed import exists

PLAN_STEP = "run 'terraform plan -out=tfplan && terraform show -json tfplan > plan.json' and name plan.json instead"
_TERRAFORM = f"this is Terraform's source; {PLAN_STEP}"
_CDKTF = f"this is CDK for Terraform; run 'cdktf synth', then in cdktf.out/stacks/NAME {PLAN_STEP}"
_CDK = "this is a CDK app; run 'cdk synth' and name cdk.out instead"
_BUILD = "; build it for this machine and name it in an authorizers.yaml as 'command: [./NAME]'"
_SST = "this is SST's; name the function's own file instead, as FILE:HANDLER"
_NAMES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"cdktf\.json"), _CDKTF),
    (re.compile(r"cdk\.tf\.json"), f"this is the output of CDK for Terraform; in its folder, {PLAN_STEP}"),
    (re.compile(r".*\.tf(\.json)?|.*\.hcl|.*\.tofu"), _TERRAFORM),
    (
        re.compile(r".*\.tfstate(\.backup)?"),
        "this is Terraform's raw state; run 'terraform show -json > state.json' and name state.json instead",
    ),
    (
        re.compile(r"serverless\.(ya?ml|json|ts|js)"),
        "this is the Serverless Framework's; run 'serverless package' and name "
        ".serverless/cloudformation-template-update-stack.json instead",
    ),
    (re.compile(r"sst\.(config\.ts|json)"), _SST),
    (re.compile(r"cdk\.json"), _CDK),
    (
        re.compile(r"samconfig\.toml"),
        "this is SAM's configuration; name the template next to it instead: template.yaml",
    ),
    (re.compile(r".*\.go|go\.(mod|sum)"), "this is Go" + _BUILD + " (go build -o NAME .)"),
    (re.compile(r"Cargo\.(toml|lock)|.*\.rs"), "this is Rust" + _BUILD + " (cargo build --release)"),
    (re.compile(r"pom\.xml|.*\.gradle(\.kts)?|.*\.java"), "this is Java" + _BUILD),
    (re.compile(r".*\.csproj|.*\.cs"), "this is .NET" + _BUILD),
    (
        re.compile(r"Pulumi\.ya?ml"),
        "this is Pulumi's; name the function's own file instead, as FILE:HANDLER",
    ),
    (
        re.compile(r"Dockerfile"),
        "this is a container image's; name the function's own file instead, as FILE:HANDLER",
    ),
    (
        re.compile(r"package\.json"),
        "this describes a Node.js package; name the function's own file instead, as FILE:HANDLER",
    ),
    (
        re.compile(r".*\.(py|js|mjs|cjs)"),
        "this is a function's code",
    ),
    (
        re.compile(r".*\.(ts|mts)"),
        "this is TypeScript; for a CDK app run 'cdk synth' and name cdk.out, or build the function and name its .js",
    ),
)
_IN_FOLDERS = (
    *("cdk.out", ".aws-sam/build/template.yaml", "template.yaml", "template.yml", "template.json"),
    *(".serverless/cloudformation-template-update-stack.json", "authorizers.yaml", "plan.json"),
    *("cloudformation-template-update-stack.json", "terraform.tfstate"),
)
"""What is searched for in a folder, in this order."""
_HINTS = (
    "serverless.yml",
    "serverless.yaml",
    "sst.config.ts",
    "cdk.json",
    "cdktf.json",
    "go.mod",
    "Cargo.toml",
    "pom.xml",
    "Pulumi.yaml",
)


def foreign(path: Path) -> str | None:
    """What a file of another tool is and what to run; `None` if it is unknown."""
    return next((words for pattern, words in _NAMES if pattern.fullmatch(path.name)), None)


def in_folder(folder: Path) -> Path | None:
    """The file of a folder to serve: built output comes before its source."""
    return next(filter(exists, (folder / name for name in _IN_FOLDERS)), None)


def foreign_folder(folder: Path) -> str:
    """Why a folder cannot be served, and what to run."""
    for hint in _HINTS:
        if (folder / hint).is_file():
            return f"{hint}: {foreign(folder / hint)}"
    if any(folder.glob("*.tf")):
        return _TERRAFORM
    return "this folder holds no template, cdk.out or authorizers.yaml; name the file, or a function as FILE:HANDLER"

"""Files of other tools that authlens does not read: what they are, and what to run to get a file that it reads."""

from __future__ import annotations

import re
from pathlib import Path

PLAN_STEP = "run 'terraform plan -out=tfplan && terraform show -json tfplan > plan.json' and serve plan.json"
_TERRAFORM = f"this is Terraform's source; {PLAN_STEP}"
_CDKTF = f"this is CDK for Terraform; run 'cdktf synth', then in cdktf.out/stacks/NAME {PLAN_STEP}"
_CDK = "this is a CDK app; run 'cdk synth' and serve cdk.out"
_BUILD = "; build it for this machine and serve it by an authorizers.yaml with 'command: [./NAME]'"
_SST = "this is SST's; serve the function's file itself: authlens serve --function FILE:HANDLER"
_NAMES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"cdktf\.json"), _CDKTF),
    (re.compile(r"cdk\.tf\.json"), f"this is the output of CDK for Terraform; in its folder, {PLAN_STEP}"),
    (re.compile(r".*\.tf(\.json)?|.*\.hcl|.*\.tofu"), _TERRAFORM),
    (
        re.compile(r".*\.tfstate(\.backup)?"),
        "this is Terraform's raw state; run 'terraform show -json > state.json' and serve state.json",
    ),
    (
        re.compile(r"serverless\.(ya?ml|json|ts|js)"),
        "this is the Serverless Framework's; run 'serverless package' and serve "
        ".serverless/cloudformation-template-update-stack.json",
    ),
    (re.compile(r"sst\.(config\.ts|json)"), _SST),
    (re.compile(r"cdk\.json"), _CDK),
    (re.compile(r"samconfig\.toml"), "this is SAM's configuration; serve the template next to it: template.yaml"),
    (re.compile(r".*\.go|go\.(mod|sum)"), "this is Go" + _BUILD + " (go build -o NAME .)"),
    (re.compile(r"Cargo\.(toml|lock)|.*\.rs"), "this is Rust" + _BUILD + " (cargo build --release)"),
    (re.compile(r"pom\.xml|.*\.gradle(\.kts)?|.*\.java"), "this is Java" + _BUILD),
    (re.compile(r".*\.csproj|.*\.cs"), "this is .NET" + _BUILD),
    (
        re.compile(r"Pulumi\.ya?ml"),
        "this is Pulumi's; serve the function's file itself: authlens serve --function FILE:HANDLER",
    ),
    (
        re.compile(r"Dockerfile"),
        "this is a container image's; serve the function's file itself: authlens serve --function FILE:HANDLER",
    ),
    (
        re.compile(r"package\.json"),
        "this describes a Node.js package; serve the function's file itself: authlens serve --function FILE:HANDLER",
    ),
    (
        re.compile(r".*\.(py|js|mjs|cjs)"),
        "this is a function's code; name its handler: authlens serve --function {name}:HANDLER",
    ),
    (
        re.compile(r".*\.(ts|mts)"),
        "this is TypeScript; for a CDK app run 'cdk synth' and serve cdk.out, or build the function and serve its .js",
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
    words = next((words for pattern, words in _NAMES if pattern.fullmatch(path.name)), None)
    return words.format(name=path) if words and "{name}" in words else words


def in_folder(folder: Path) -> Path | None:
    """The file of a folder to serve: built output comes before its source."""
    return next((folder / name for name in _IN_FOLDERS if (folder / name).exists()), None)


def foreign_folder(folder: Path) -> str:
    """Why a folder cannot be served, and what to run."""
    for hint in _HINTS:
        if (folder / hint).is_file():
            return f"{hint}: {foreign(folder / hint)}"
    if any(folder.glob("*.tf")):
        return _TERRAFORM
    return "this folder holds no template, cdk.out or authorizers.yaml; name the file, or --function FILE:HANDLER"

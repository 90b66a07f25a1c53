"""Files of other tools that authlens does not read: what they are, and what to run to get a file that it reads."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path

from authlens.endpoint.projects.search import Found, has_function
from authlens.endpoint.templates.definition_file import content_of, looks_like_template
from authlens.endpoint.templates.noticed import exists

PLAN_STEP = (
    "run 'terraform plan -out=tfplan && terraform show -json tfplan > plan.json' "
    "(after 'terraform init') and name plan.json instead"
)
_STATE_STEP = "run 'terraform show -json > state.json' where the .tf files are and name state.json instead"
_PACKED_PLAN = (
    "this is what 'terraform plan -out' wrote; run 'terraform show -json {} > plan.json' and name plan.json instead"
)
_OWN = "name the function's own file instead"
_AS = f"{_OWN}, as FILE:HANDLER"
_TEXTS = (
    (re.compile(r'\s*\{"@level":'), f"this is the log of 'terraform plan -json'; {PLAN_STEP}"),
    (
        re.compile(r'\s*\{[^{}]*"meta":.*"encrypted_data":', re.DOTALL),
        "this is encrypted by OpenTofu; run 'tofu show -json > state.json' and name state.json instead",
    ),
    (re.compile(r'\s*\{\s*"version":\s*\d+,\s*"deployment":'), f"this is Pulumi's state; {_AS}"),
)
"""How files of other tools begin that may have any name."""
_TERRAFORM = f"this is Terraform's source; {PLAN_STEP}"
_CDKTF = f"this is CDK for Terraform; run 'cdktf synth', then in cdktf.out/stacks/NAME {PLAN_STEP}"
_CDK = "this is a CDK app; run 'cdk synth' there and name its cdk.out instead"
_CDK_OF_NODE = "this is a CDK app; run 'npm install && npx cdk synth' there and name its cdk.out instead"
_BUILD = "; build a program for this machine that speaks the Runtime API, and name that program instead"
_RUN = "in an authorizers.yaml, give a program that speaks the Runtime API as its command"
_GENERATES = "it declares an authorizer; run the tool that makes a template of it, and name that template instead"
_SST = f"this is SST's; {_AS}"
_NAMES: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"cdktf\.json"), _CDKTF),
    (re.compile(r"cdk\.tf\.json"), f"this is the output of CDK for Terraform; in its folder, {PLAN_STEP}"),
    (re.compile(r".*\.tofu(\.json)?"), f"this is OpenTofu's source; {PLAN_STEP.replace('terraform ', 'tofu ')}"),
    (
        re.compile(r"terragrunt(\.stack)?\.hcl"),
        f"this is Terragrunt's; {PLAN_STEP.replace('terraform ', 'terragrunt ')}",
    ),
    (re.compile(r".*\.tf(vars)?(\.json)?|.*\.hcl"), _TERRAFORM),
    (
        re.compile(r".*\.tfstate(\.backup)?"),
        f"this is not a state that can be read as it is; {_STATE_STEP}",
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
    (
        re.compile(r".*\.go|go\.(mod|sum)"),
        "this is Go; run 'go build -o authorizer .' there and name the program authorizer instead",
    ),
    (
        re.compile(r"Cargo\.(toml|lock)|.*\.rs"),
        "this is Rust; run 'cargo build --release' there and name the program in target/release instead",
    ),
    (re.compile(r"pom\.xml|.*\.gradle(\.kts)?|.*\.(java|kts?|scala|jar|class)"), "this is Java" + _BUILD),
    (re.compile(r".*\.(cs|fs|vb)(proj)?"), "this is .NET" + _BUILD),
    (re.compile(r"Gemfile|.*\.rb"), f"this is Ruby; {_RUN}, such as [aws_lambda_ric, app.handler]"),
    (re.compile(r".*\.php"), f"this is PHP; {_RUN}"),
    (re.compile(r"CMakeLists\.txt|.*\.(c|cc|cpp|swift|zig)"), "this is source code" + _BUILD),
    (
        re.compile(r".*\.(sh|bash)"),
        "this is a shell script; one that speaks the Runtime API needs a name without an ending",
    ),
    (
        re.compile(r"Pulumi\.ya?ml"),
        f"this is Pulumi's; {_AS}",
    ),
    (
        re.compile(r"Dockerfile"),
        f"this is a container image's; {_AS}",
    ),
    (
        re.compile(r"package\.json"),
        f"this describes a Node.js package; {_AS}",
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
_OF_TOOLS = ("serverless.yml", "serverless.yaml", "sst.config.ts", "cdk.json", "cdktf.json")
"""Files that say that a folder is of a tool which deploys functions."""
_HINTS = (
    *_OF_TOOLS,
    "Pulumi.yaml",
)
_START = 10_000
"""Characters in which an encrypted state says so."""
_LANGUAGES = ("go.mod", "Cargo.toml", "pom.xml")
"""Files that say what a folder's programs are written in, not that an authorizer is among them."""
MOST_NAMED = 8
NOT_READ = "this is not a template, the JSON of Terraform or an authorizers.yaml; see 'authlens help projects'"
NOTHING = "this folder holds no template, cdk.out or authorizers.yaml; name the file, or a function as FILE:HANDLER"


def foreign(path: Path) -> str | None:
    """What a file of another tool is and what to run; `None` if it is unknown."""
    words = next((words for pattern, words in _NAMES if pattern.fullmatch(path.name)), None)
    return _CDK_OF_NODE if words == _CDK and (path.parent / "package.json").is_file() else words


def foreign_text(text: str) -> str | None:
    """The same by the beginning of its text."""
    return next((words for pattern, words in _TEXTS if pattern.match(text, 0, _START)), None)


def packed_plan(archive: Path) -> str | None:
    """The same for a zip that is a plan; it is not unpacked, as it may hold secrets."""
    is_plan = content_of(archive, 64)[30:36] == b"tfplan"
    return _PACKED_PLAN.format(archive.name) if is_plan else None


def in_folder(folder: Path) -> Path | None:
    """The file of a folder to serve: built output comes before its source."""
    return next(filter(exists, (folder / name for name in _IN_FOLDERS)), None)


def is_project(folder: Path) -> bool:
    """Whether the folder is one to work in: it has saved requests, or a file that defines authorizers or is one.

    Called where the app starts: reads few files.
    """
    if exists(folder / "authlens.yaml") or any((folder / "requests").glob("*.y*ml")):
        return True
    found = in_folder(folder)
    if found is None:
        tools = any((folder / name).is_file() for name in _OF_TOOLS) or any(folder.glob("*.tf"))
        return tools or has_function(folder)
    return not found.name.startswith("template.") or _is_template(found)


def _is_template(path: Path) -> bool:
    return looks_like_template(content_of(path).decode("utf-8", "replace"))


def foreign_folder(folder: Path, found: Found, functions: bool = True) -> str:
    """Why nothing of a folder is served, and what to run or name; empty if nothing was found.

    found: what lies in it and below.
    functions: whether to name its functions.
    """
    if len(found.templates) > 1:
        return f"it has {len(found.templates)} templates with an authorizer; name one: {_listed(found.templates)}"
    words = _sources(folder, found)
    if not found.functions or not functions:
        return words
    listed = _listed(found.functions)
    if _AS in words:
        return words.replace(_AS, f"{_OWN}: {listed}")
    if words:
        return f"{words}; or name the function's own file: {listed}"
    return f"it has {len(found.functions)} files that may be the authorizer's function; name one: {listed}"


def _sources(folder: Path, found: Found) -> str:
    """The tool's file that declares an authorizer or names a tool at the top, and a program's source."""
    tools = [folder / name for name in _HINTS if (folder / name).is_file()]
    tool = next(iter((*found.sources, *tools, *sorted(folder.glob("*.tf")))), None)
    languages = [*found.programs, *(path for path in (folder / name for name in _LANGUAGES) if path.is_file())]
    program = None if found.functions or (tool and not found.programs) else next(iter(languages), None)
    words = [f"{path.relative_to(folder)}: {foreign(path)}" for path in (tool, program) if path]
    if not words and not found.functions:
        words = [f"{path.relative_to(folder)}: {_GENERATES}" for path in found.generators[:1]]
    return "; or ".join(words)


def _listed(paths: Sequence[Path]) -> str:
    more = len(paths) - MOST_NAMED
    return ", ".join(map(str, paths[:MOST_NAMED])) + (f" and {more} more" if more > 0 else "")

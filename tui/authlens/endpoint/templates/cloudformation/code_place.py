"""Finds the code of a template's function on this machine: a folder, a zip, an asset, or inline.

The rule: missing code is Unresolvable, with the command that creates it.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

from authlens.core.text.json_limits import load_bounded
from authlens.core.text.yaml_reader import YamlNode
from authlens.endpoint.templates import function_checks
from authlens.endpoint.templates.cloudformation.stack import Fields, Stack
from authlens.endpoint.templates.cloudformation.values import Unresolvable, as_text, section
from authlens.endpoint.templates.definition_file import content_of
from authlens.endpoint.templates.function_checks import Unfit
from authlens.endpoint.templates.lambda_runtimes import language
from authlens.endpoint.templates.noticed import exists
from authlens.endpoint.templates.unpack import ENDINGS, is_package

INLINE_FILES = {"python": "index.py", "nodejs": "index.js"}
CODE = ("CodeUri", "Code", "InlineCode", "ContentUri", "Content")
BUILT = ".aws-sam/build/template.yaml"


def code_folder(stack: Stack, logical: str, properties: Fields, runtime: str) -> Path:
    """The folder of the function's code. Raises Unresolvable."""
    place = stack.place(logical)
    properties = _chosen(stack, properties)
    inline = _inline(stack, properties)
    if inline is not None:
        name = INLINE_FILES.get(language(runtime))
        if name is None:
            raise Unresolvable(place, f"inline code is for Python and Node.js, not for {runtime}")
        return stack.project.cache.written(name, inline)
    asset = stack.read(section(stack.resources[logical], "Metadata")).text("aws:asset:path")
    node = properties.get("CodeUri", properties.get("Code", place))
    if asset is not None:
        return on_disk(stack, node, stack.path.parent / asset, "code")
    return _declared(stack, node, properties)


def layer_folder(stack: Stack, logical: str) -> Path:
    """The folder of a layer's content. Raises Unresolvable."""
    place = stack.place(logical)
    asset = stack.read(section(stack.resources[logical], "Metadata")).text("aws:asset:path")
    properties = _chosen(stack, stack.properties(logical))
    node = properties.get("ContentUri", properties.get("Content", place))
    if asset is not None:
        return on_disk(stack, node, stack.path.parent / asset, "layer")
    return _declared(stack, node, properties, "ContentUri", "Content", "layer")


def _chosen(stack: Stack, properties: Fields) -> Fields:
    """The properties that say where code is, as conditions choose them."""
    return {name: stack.resolver.chosen(properties[name]) for name in CODE if name in properties}


def _inline(stack: Stack, properties: Fields) -> str | None:
    code = properties.get("Code")
    if code is not None and isinstance(code.value, dict) and "ZipFile" in code.value:
        return as_text(stack.resolver.resolve(code.value["ZipFile"]))
    return stack.read(properties).text("InlineCode")


def _declared(
    stack: Stack, node: YamlNode, properties: Fields, uri: str = "CodeUri", other: str = "Code", what: str = "code"
) -> Path:
    """SAM's CodeUri (by default the template's folder), or a local Code before packaging."""
    name = uri if uri in properties or other not in properties else other
    if isinstance(node.value, dict) and "ImageUri" in node.value:
        step = "name a program that runs here: command under functions: in authlens.yaml"
        raise Unresolvable(node, f"the {what} is a container image", step)
    if _is_in_s3(node):
        key = _key(stack, node)
    else:
        value = stack.read(properties).text(name) or "."
        if not value.startswith("s3://"):
            return on_disk(stack, node, stack.path.parent / value, what)
        key = value.rpartition("/")[2]
    found = _in_s3(stack, key)
    if found is None:
        step = "name the template as it was before packaging, or name codeUri under functions: in authlens.yaml"
        raise Unresolvable(node, f"the {what} is in S3, not on this machine", step)
    return on_disk(stack, node, found, what)


def _is_in_s3(node: YamlNode) -> bool:
    return isinstance(node.value, dict) and any(key.startswith(("S3", "Bucket")) for key in node.value)


def _key(stack: Stack, node: YamlNode) -> str:
    """The object's key, in either spelling; the bucket is irrelevant."""
    given = node.mapping().get("S3Key", node.mapping().get("Key"))
    try:
        return as_text(stack.resolver.resolve(given)) if given is not None else ""
    except Unresolvable:
        return ""


def _in_s3(stack: Stack, key: str) -> Path | None:
    """The file with the object's name next to the template, or in the list of assets."""
    name = key.rpartition("/")[2]
    if not name:
        return None
    if name in stack.assets:
        return stack.assets[name]
    folder = stack.path.parent
    beside = (folder / name, folder / f"{name}.zip", folder / f"asset.{name}", folder / f"asset.{Path(name).stem}")
    return next(filter(exists, beside), None)


def on_disk(stack: Stack, node: YamlNode, path: Path, what: str) -> Path:
    """The folder itself, or the zip unpacked. Raises Unresolvable."""
    if not exists(path):
        raise Unresolvable(node, f"the {what} {os.path.normpath(path)} does not exist", _how_to_make(stack, path))
    try:
        if is_package(path):
            return stack.project.cache.unpacked(path)
        return function_checks.checked_folder(os.path.abspath(path if path.is_dir() else path.parent), path.parent)
    except Unfit as reason:
        raise Unresolvable(node, str(reason), reason.next_step) from None


def _how_to_make(stack: Stack, path: Path) -> str:
    if "cdk.out" in stack.path.parts or path.name.startswith("asset."):
        return "run 'cdk synth', and keep the whole cdk.out folder next to the template"
    if ".serverless" in stack.path.parts:
        return "run 'serverless package'"
    if path.suffix.lower() in ENDINGS:
        return f"build the package {path.name} first"
    built = next((parent for parent in path.parents if (parent / "package.json").is_file()), None)
    if built is not None and has_script(built, "build"):
        return f"run 'npm install && npm run build' in {built}"
    return f"build it first, such as with 'sam build', and name {BUILT} instead" if stack.is_sam else "build it first"


def not_built(stack: Stack, folder: Path, handler: str, runtime: str, entries: Iterable[str] = ()) -> tuple[str, str]:
    """Why a handler's file is missing and how to build it; empty if its source is missing too."""
    kind = language(runtime)
    if kind == "provided":
        return _program_not_built(folder)
    module = handler.rpartition("/")[0] + ("/" if "/" in handler else "") + handler.rpartition("/")[2].partition(".")[0]
    entry = next((folder / entry for entry in entries if os.path.isfile(folder / entry)), None)
    source = function_checks.typescript_of(folder, module) or entry
    if kind != "nodejs" or source is None:
        return "", ""
    project = stack.path.parent
    reason = f"{source} is not built, and Node.js runs {module}.js"
    if stack.is_sam and (project / BUILT).is_file():
        return reason, f"name {project / BUILT} instead"
    if stack.is_sam:
        return reason, f"run 'sam build' in {project} and name {BUILT} instead"
    scripts = next((parent for parent in (folder, *folder.parents[:3]) if has_script(parent, "build")), None)
    if scripts is not None:
        again = ", then 'cdk synth', which copies the code" if "cdk.out" in folder.parts else ""
        return reason, f"run 'npm install && npm run build' in {scripts}{again}"
    return reason, f"compile it, such as with 'npx esbuild {source} --bundle --platform=node --outdir={folder}'"


def _program_not_built(folder: Path) -> tuple[str, str]:
    reason = f"there is no executable {folder / 'bootstrap'}"
    command = "or name a program that runs here: command under functions: in authlens.yaml"
    for parent in (folder, *folder.parents[:2]):
        if (parent / "go.mod").is_file() or any(parent.glob("*.go")):
            return reason, f"run 'go build -o {folder / 'bootstrap'} .' in {parent}, {command}"
        if (parent / "Cargo.toml").is_file():
            return reason, f"run 'cargo lambda build --release' in {parent}, {command}"
    return reason, f"build it for this machine, {command}"


def has_script(folder: Path, name: str) -> bool:
    """Whether the folder's package.json has a script of this name."""
    try:
        known = load_bounded(content_of(folder / "package.json"))
        return name in known.get("scripts", {})
    except (OSError, ValueError, AttributeError, TypeError):
        return False

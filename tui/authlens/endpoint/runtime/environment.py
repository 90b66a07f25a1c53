"""The environment and command line of a child: what Lambda sets and the user configured, nothing else.

Only PATH is inherited. The user's AWS files are hidden too, unless AWS_* is configured.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from authlens.endpoint.templates.function_checks import Unfit, version_of
from authlens.endpoint.templates.lambda_runtimes import language

if TYPE_CHECKING:
    from authlens.endpoint.templates.definitions import FunctionDefinition

HERE = Path(__file__).parent
AWS_FILES = ("AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE")
CREDENTIALS = ("AWS_ACCESS_KEY_ID", "AWS_ROLE_ARN", "AWS_WEB_IDENTITY_TOKEN_FILE", "AWS_CONTAINER_CREDENTIALS_FULL_URI")


def child_environment(function: FunctionDefinition, runtime_api: str, path: str) -> dict[str, str]:
    """The child's environment. The user's variables win, except over those that Lambda reserves."""
    return {
        **defaults(os.pathsep.join([path, *(str(layer / "bin") for layer in reversed(function.layers))])),
        **without_aws_files(function.environment),
        **function.environment,
        **of_layers(function),
        **reserved(function, runtime_api),
    }


def of_layers(function: FunctionDefinition) -> dict[str, str]:
    """The search path with the layers, the last one first, as in /opt. Configured paths are kept."""
    kind = language(function.runtime)
    name = {"python": "PYTHONPATH", "nodejs": "NODE_PATH"}.get(kind)
    if name is None or not function.layers:
        return {}
    version = function.runtime.removeprefix(kind)
    inside = {
        "python": ("python", f"python/lib/python{version}/site-packages"),
        "nodejs": (f"nodejs/node{version.partition('.')[0]}/node_modules", "nodejs/node_modules"),
    }[kind]
    folders = [folder for layer in reversed(function.layers) for folder in layer_folders(layer, inside, kind)]
    configured = function.environment.get(name)
    return {name: os.pathsep.join([*([configured] if configured else []), *folders])}


def layer_folders(layer: Path, inside: Iterable[str], kind: str) -> list[str]:
    """Where Lambda would look in the layer; an unbuilt one contains the modules directly."""
    found = [str(layer / name) for name in inside if (layer / name).is_dir()]
    plain = layer / "node_modules" if kind == "nodejs" else layer
    return found or ([str(plain)] if plain.is_dir() else [])


def defaults(path: str) -> dict[str, str]:
    return {
        "PATH": path,
        "LANG": "en_US.UTF-8",
        "TZ": ":UTC",
        "PYTHONIOENCODING": "utf-8",
        "PYTHONDONTWRITEBYTECODE": "1",
    }


def without_aws_files(configured: Mapping[str, str]) -> dict[str, str]:
    """An SDK in the child finds no profile and asks no metadata service, unless the user configured that."""
    if any(name in configured for name in AWS_FILES):
        return {}
    hidden = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    if any(name in configured for name in CREDENTIALS):
        return hidden
    return {**hidden, "AWS_EC2_METADATA_DISABLED": "true"}


def reserved(function: FunctionDefinition, runtime_api: str) -> dict[str, str]:
    region = function.region
    return {
        "AWS_LAMBDA_RUNTIME_API": runtime_api,
        "_HANDLER": function.handler,
        "LAMBDA_TASK_ROOT": str(function.code_uri),
        "LAMBDA_RUNTIME_DIR": str(HERE),
        "AWS_REGION": function.environment.get("AWS_REGION", region),
        "AWS_DEFAULT_REGION": function.environment.get("AWS_DEFAULT_REGION", region),
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{function.runtime}",
        "AWS_LAMBDA_FUNCTION_NAME": function.name,
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory_size),
        "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": f"/aws/lambda/{function.name}",
        "AWS_LAMBDA_LOG_STREAM_NAME": f"{datetime.now(UTC):%Y/%m/%d}/[$LATEST]{uuid4().hex}",
    }


def can_wait(function: FunctionDefinition) -> bool:
    """Whether its process can start without running anything of the function or of its environment."""
    is_ours = not function.command and not function.interpreter and language(function.runtime) != "nodejs"
    return is_ours and not function.layers and not any(name.startswith("PYTHON") for name in function.environment)


def command_line(function: FunctionDefinition, path: str, waits: bool = False) -> list[str]:
    """The program to run; a name that is not in PATH is kept and fails at the start. waits: see `can_wait`."""
    if function.command:
        return list(function.command)
    if language(function.runtime) == "nodejs":
        node = function.interpreter or shutil.which("node", path=path) or "node"
        return [node, *_switched_off(function, node), str(HERE / "bootstrap.mjs")]
    if function.interpreter:
        return [function.interpreter, "-u", str(HERE / "bootstrap.py")]
    return [sys.executable, "-S", "-u", str(HERE / "bootstrap.py"), *(["--wait"] if waits else []), *sdk_folder()]


def _switched_off(function: FunctionDefinition, node: str) -> list[str]:
    """The options that keep Node.js from loading ES modules with `require`, and from detecting them, as on Lambda.

    Documented for nodejs20.x and nodejs22.x, with NODE_OPTIONS to switch either on again:
    https://docs.aws.amazon.com/lambda/latest/dg/lambda-nodejs.html. Node.js before 20.19 and 22.12 does neither.
    """
    try:
        version = tuple(map(int, version_of(node)))
    except Unfit:
        return []
    if version < (20, 19) or (21,) <= version < (22, 12):
        return []
    number = re.search(r"\d+", function.runtime)
    runtime = int(number.group()) if number else version[0]
    names = () if runtime >= 24 else ("require-module",) if runtime == 20 else ("require-module", "detect-module")
    given = function.environment.get("NODE_OPTIONS", "").split()
    return [f"--no-experimental-{name}" for name in names if f"--experimental-{name}" not in given]


def sdk_folder() -> list[str]:
    """The folder of authlens's own boto3, used in place of the one in Lambda's runtime. Not imported here."""
    found = find_spec("boto3")
    return [str(Path(found.origin).parent.parent)] if found and found.origin else []

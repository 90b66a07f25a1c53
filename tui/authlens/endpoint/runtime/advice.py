"""What to do about errors that come from this machine: a missing package, withheld credentials.

The rule: every piece of advice is a command or setting to copy, for the file that defines the function.
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

from authlens.endpoint.runtime.bootstrap import LAMBDAS_PACKAGES
from authlens.endpoint.templates.definition_file import content_of
from authlens.endpoint.templates.lambda_runtimes import language, node_sdk

if TYPE_CHECKING:
    from authlens.endpoint.templates.definitions import FunctionDefinition

PARENTS = 3
"""How many parent folders of the code are searched for a list of packages."""
LOG_TAIL = 8192
"""How many characters of the log are searched."""
_PYTHON_MODULE = re.compile(r"No module named '(?P<name>[\w.]+)'")
_NODE_MODULE = re.compile(r"Cannot find (?:module|package) '(?P<name>[^'\n]+)'")
_REQUIRED = re.compile(r"require\(\) of ES Module (?P<name>[^\n]{1,500}?)(?: from | not supported)")
_NOT_A_MODULE = re.compile(r"Unexpected token '?export'?|Cannot use import statement outside a module")
_NO_CREDENTIALS = re.compile(
    r"NoCredentialsError|Unable to locate credentials|CredentialsProviderError|Could not load credentials from any"
    r"|PartialCredentialsError|CredentialRetrievalError|Missing credentials in config"
)
_NO_PROFILE = re.compile(
    r"ProfileNotFound|The config profile \([^)\n]{0,200}\) could not be found|Could not resolve .{0,200}profile"
)
_NO_REGION = re.compile(r"NoRegionError|You must specify a region|Region is missing|Missing region in config")
_BAD_CREDENTIALS = re.compile(
    r"UnrecognizedClientException|InvalidClientTokenId|\bExpiredToken(?:Exception)?\b"
    r"|security token included in the request is"
)
_LOCKS = {"pnpm-lock.yaml": "pnpm install", "yarn.lock": "yarn install", "package-lock.json": "npm ci"}
_LISTS = {"requirements.txt": "-r requirements.txt", "pyproject.toml": ".", "setup.py": "."}
"""Files that list a Python function's packages, and the options that pip needs for them."""
_DISTRIBUTIONS = {
    "Crypto": "pycryptodome",
    "Cryptodome": "pycryptodomex",
    "OpenSSL": "pyOpenSSL",
    "aws_xray_sdk": "aws-xray-sdk",
    "aws_lambda_powertools": "aws-lambda-powertools",
    "dateutil": "python-dateutil",
    "dotenv": "python-dotenv",
    "jose": "python-jose",
    "jwt": "PyJWT",
    "ldap": "python-ldap",
    "nacl": "PyNaCl",
    "psycopg2": "psycopg2-binary",
    "yaml": "PyYAML",
}
"""What pip calls the packages whose modules have another name: what pip knows by that name is not the same."""


def advice(function: FunctionDefinition, error: str, log: str) -> str:
    """The next step; empty if nothing here explains the error. `error` is its type and message, or empty."""
    text = f"{log[-LOG_TAIL:]}\n{error}"
    kind = language(function.runtime)
    # An import that the function caught is in its log only; a process that ended says why there.
    raised = text if error.startswith("Runtime.ExitError") else error
    if kind == "python" and (module := _last(_PYTHON_MODULE, raised)):
        return _own_module(function, module, ".py") or _python_package(function, module.partition(".")[0])
    if kind == "nodejs" and (module := _last(_NODE_MODULE, raised)):
        return _own_module(function, module, ".js, .mjs or .cjs") or _node_package(function, module)
    if kind == "nodejs" and (advised := _node_module_kind(function, raised)):
        return advised
    return _credentials(function, text)


def _last(pattern: re.Pattern[str], text: str) -> str:
    found = list(pattern.finditer(text))
    return found[-1]["name"] if found else ""


def _credentials(function: FunctionDefinition, text: str) -> str:
    if _NO_PROFILE.search(text) and function.environment.get("AWS_PROFILE"):
        return (
            f"The profile {function.environment['AWS_PROFILE']} is not in your AWS files; "
            "name one that 'aws configure list-profiles' shows."
        )
    if _NO_CREDENTIALS.search(text) or _NO_PROFILE.search(text):
        return (
            "authlens gives a function no AWS credentials unless its environment asks for them: "
            f"{in_environment(function, 'AWS_PROFILE', 'NAME')}; or set AWS_ENDPOINT_URL to a local emulator."
        )
    if _NO_REGION.search(text):
        return f"The function found no AWS region: {in_environment(function, 'AWS_REGION', function.region)}."
    if _BAD_CREDENTIALS.search(text):
        return "AWS refused the credentials that the function was given; renew those of its profile and send again."
    return ""


def in_environment(function: FunctionDefinition, name: str, value: str) -> str:
    """How to set a variable of the function, in the file that defines it."""
    if function.origin == "authorizers":
        return f"add environment: {{{name}: {value}}} to the authorizer"
    where = " in authlens.yaml" if function.origin == "template" else ""
    return f"give --env {name}={value}" + (f", or env: {{{name}: {value}}}{where}" if where else "")


def with_interpreter(function: FunctionDefinition, path: str) -> str:
    """How to set its interpreter, in the file that defines it."""
    if function.origin == "authorizers":
        return f"set interpreter: {path} for the authorizer"
    return f"give --interpreter {path}" + (
        " (or interpreter: in authlens.yaml)" if function.origin == "template" else ""
    )


def _own_module(function: FunctionDefinition, module: str, suffix: str) -> str:
    """What to do if it is the handler's own module that is missing, which no registry has; else empty."""
    own = function.handler.rpartition(".")[0]
    name = own.replace("/", ".")
    if f"{name}.".startswith(f"{module.removeprefix('./').replace('/', '.')}."):
        file = f"{name.replace('.', '/') if suffix == '.py' else own}{suffix}"
        missing = f"The handler {function.handler} names {file}, which {function.code_uri} does not have"
        return f"{missing}: restore the file, or correct the handler."
    return ""


def _python_package(function: FunctionDefinition, name: str) -> str:
    folder, listed = _nearest(function.code_uri, _LISTS)
    package = _LISTS.get(listed, _DISTRIBUTIONS.get(name, name))
    if function.interpreter:
        owner = f"Lambda's Python runtime has {name}, " if name in LAMBDAS_PACKAGES else f"{name} is not installed; "
        rest = "the interpreter of this function does not: " if name in LAMBDAS_PACKAGES else "install it: "
        at = f"cd {quoted(folder)} && " if listed else ""
        wanted = name if name in LAMBDAS_PACKAGES else package
        return f"{owner}{rest}{at}{quoted(function.interpreter)} -m pip install {wanted}"
    if name in LAMBDAS_PACKAGES:
        said = f"Lambda's Python runtime has {name}, and authlens finds none here to lend: "
        package = name
    elif listed:
        said = f"{name} is not installed for this function; {listed} is in {folder}: "
    else:
        said = f"{name} is not installed for this function, nor in its folder; if it is not a file of yours: "
    existing = folder / ".venv/bin/python"
    if existing.exists():
        return f"{said}{with_interpreter(function, str(existing))}."
    make = f"cd {quoted(folder)} && python3 -m venv .venv && .venv/bin/pip install {package}"
    return f"{said}run '{make}', then {with_interpreter(function, str(existing))}."


def _node_package(function: FunctionDefinition, module: str) -> str:
    if module.startswith((".", "/", "node:")):
        return ""
    scope, _, rest = module.partition("/")
    name = f"{scope}/{rest.partition('/')[0]}" if scope.startswith("@") else scope
    folder, listed = _nearest(function.code_uri, ("package.json",))
    version, sdk = node_sdk(function.runtime)
    if name == sdk or (version == "v3" and name.startswith(("@aws-sdk/", "@smithy/"))):
        said = f"Lambda's Node.js runtime has {name} (AWS SDK {version}); it is not installed here: "
        return f"{said}run 'npm install --no-save {name}' in {folder}."
    if listed and _names(folder / listed, name):
        command = next((run for lock, run in _LOCKS.items() if (folder / lock).exists()), "npm install")
        return f"package.json lists {name}, and it is not installed: run '{command}' in {folder}."
    old = " (Lambda's runtimes since nodejs18.x do not have it either)" if name == "aws-sdk" else ""
    return f"{name} is not installed{old}: run 'npm install {name}' in {folder}."


def _node_module_kind(function: FunctionDefinition, text: str) -> str:
    """What is loaded as the other kind of module."""
    if module := _last(_REQUIRED, text):
        setting = in_environment(function, "NODE_OPTIONS", "--experimental-require-module")
        return (
            f"Lambda does not load ES modules with require() up to nodejs22.x, and {module} is one: "
            f"load it with import(), bundle it, or {setting}."
        )
    if _NOT_A_MODULE.search(text):
        return (
            "The code is written as an ES module, and up to nodejs22.x a .js file is CommonJS on Lambda unless "
            'package.json says "type": "module": add that next to the code, name the file .mjs, or use nodejs24.x.'
        )
    return ""


def _names(file: Path, name: str) -> bool:
    try:
        return f'"{name}"' in content_of(file).decode("utf-8")
    except (OSError, UnicodeDecodeError):
        return False


def _nearest(start: Path, names: Iterable[str]) -> tuple[Path, str]:
    """The folder that contains one of the files, and its name; the code's folder and an empty name if none does."""
    wanted = tuple(names)
    for folder in (start, *start.parents)[: PARENTS + 1]:
        for name in wanted:
            if (folder / name).is_file():
                return folder, name
        if (folder / ".git").exists():
            break
    return start, ""


def quoted(path: str | Path) -> str:
    return shlex.quote(str(path))

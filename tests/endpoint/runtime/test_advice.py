"""Errors that the machine explains: packages that are not installed, credentials that are withheld."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from authlens.endpoint.runtime.advice import advice
from authlens.endpoint.runtime.doctor import local_run
from support.functions import define

NO_MODULE = "Runtime.ImportModuleError: Unable to import module 'app': No module named '{}'"
NO_NODE = "Runtime.ImportModuleError: Error: Cannot find module '{}'"


def test_a_package_of_requirements_txt(tmp_path: Path) -> None:
    (tmp_path / "requirements.txt").write_text("PyJWT")
    (tmp_path / "src").mkdir()
    said = advice(define(tmp_path / "src"), NO_MODULE.format("jwt.algorithms"), "")
    assert said.startswith(f"jwt is not installed for this function; requirements.txt is in {tmp_path}: run 'cd ")
    assert "python3 -m venv .venv && .venv/bin/pip install -r requirements.txt'" in said
    assert said.endswith(f"then set interpreter: {tmp_path}/.venv/bin/python for the authorizer.")


def test_an_environment_that_exists_is_named(tmp_path: Path) -> None:
    (tmp_path / "pyproject.toml").touch()
    (tmp_path / ".venv/bin").mkdir(parents=True)
    (tmp_path / ".venv/bin/python").touch()
    said = advice(replace(define(tmp_path), origin="template"), NO_MODULE.format("jwt"), "")
    assert "install" not in said.partition(": ")[2]
    assert said.endswith(f"give --interpreter {tmp_path}/.venv/bin/python (or interpreter: in authlens.yaml).")


def test_the_named_interpreter_gets_the_package(tmp_path: Path) -> None:
    said = advice(define(tmp_path, interpreter="/opt/py thon"), NO_MODULE.format("jwt"), "")
    assert said == "jwt is not installed; install it: '/opt/py thon' -m pip install PyJWT"


@pytest.mark.parametrize(
    ("runtime", "handler", "module", "file"),
    [
        ("python3.13", "app.handler", "app", "app.py"),
        ("python3.13", "pkg/app.handler", "pkg", "pkg/app.py"),
        ("nodejs22.x", "src/index.handler", "src/index", "src/index.js, .mjs or .cjs"),
    ],
)
def test_the_module_of_the_handler_is_not_a_package(
    tmp_path: Path, runtime: str, handler: str, module: str, file: str
) -> None:
    """It was there when the function was defined, and was renamed since."""
    function = replace(define(tmp_path, runtime=runtime), handler=handler)
    said = advice(function, (NO_NODE if "node" in runtime else NO_MODULE).format(module), "")
    missing = f"The handler {handler} names {file}, which {tmp_path} does not have"
    assert said == f"{missing}: restore the file, or correct the handler."


def test_what_lambda_has_is_said_so(tmp_path: Path) -> None:
    python = advice(define(tmp_path, interpreter="/opt/python"), NO_MODULE.format("boto3.dynamodb"), "")
    assert python.startswith("Lambda's Python runtime has boto3, the interpreter of this function does not: ")
    node = advice(define(tmp_path, runtime="nodejs22.x"), NO_NODE.format("@aws-sdk/client-dynamodb"), "")
    assert node == (
        "Lambda's Node.js runtime has @aws-sdk/client-dynamodb (AWS SDK v3); it is not installed here: "
        f"run 'npm install --no-save @aws-sdk/client-dynamodb' in {tmp_path}."
    )
    old = advice(define(tmp_path, runtime="nodejs22.x"), NO_NODE.format("aws-sdk"), "")
    assert "since nodejs18.x do not have it either" in old
    older = define(tmp_path, runtime="nodejs16.x")
    assert "has aws-sdk (AWS SDK v2); it is not installed here" in advice(older, NO_NODE.format("aws-sdk"), "")
    assert "Lambda" not in advice(older, NO_NODE.format("@aws-sdk/client-iot"), "")
    for runtime, version in (("nodejs16.x", "v2"), ("nodejs18.x", "v3"), ("nodejs", "v3")):
        (said,) = (each for each in local_run(define(tmp_path, runtime=runtime)).differs if "SDK" in each)
        assert f"The AWS SDK for JavaScript {version}, which Lambda has" in said


@pytest.mark.parametrize(
    ("lock", "command"), [("", "npm install"), ("yarn.lock", "yarn install"), ("package-lock.json", "npm ci")]
)
def test_a_package_of_package_json(tmp_path: Path, lock: str, command: str) -> None:
    (tmp_path / "package.json").write_text('{"dependencies": {"jsonwebtoken": "1"}}')
    if lock:
        (tmp_path / lock).touch()
    (tmp_path / "dist").mkdir()
    said = advice(define(tmp_path / "dist", runtime="nodejs20.x"), NO_NODE.format("jsonwebtoken/verify"), "")
    assert said == f"package.json lists jsonwebtoken, and it is not installed: run '{command}' in {tmp_path}."


def test_a_file_of_the_function_itself_is_not_a_package(tmp_path: Path) -> None:
    assert advice(define(tmp_path, runtime="nodejs20.x"), NO_NODE.format("./lib"), "") == ""


@pytest.mark.parametrize(
    "words",
    [
        "NoCredentialsError: Unable to locate credentials",
        "ProfileNotFound: The config profile (dev) could not be found",
        "CredentialsProviderError: Could not load credentials from any providers",
    ],
)
def test_withheld_credentials(tmp_path: Path, words: str) -> None:
    said = advice(define(tmp_path), words, "")
    assert "no AWS credentials unless its environment asks for them" in said
    assert "add environment: {AWS_PROFILE: NAME} to the authorizer" in said
    assert advice(define(tmp_path), "", f"caught {words}") == said
    assert "--env AWS_PROFILE=NAME" in advice(replace(define(tmp_path), origin="template"), words, "")


def test_a_profile_that_is_not_there(tmp_path: Path) -> None:
    function = define(tmp_path, environment={"AWS_PROFILE": "dev"})
    said = advice(function, "ProfileNotFound: The config profile (dev) could not be found", "")
    assert said.startswith("The profile dev is not in your AWS files")


def test_a_region(tmp_path: Path) -> None:
    assert "AWS_REGION: eu-west-1" in advice(define(tmp_path), "NoRegionError: You must specify a region.", "")


@pytest.mark.parametrize(("module", "package"), [("jose", "python-jose"), ("yaml", "PyYAML"), ("redis", "redis")])
def test_pip_is_asked_for_the_package_that_holds_the_module(tmp_path: Path, module: str, package: str) -> None:
    said = advice(define(tmp_path), NO_MODULE.format(f"{module}.inner"), "")
    assert f".venv/bin/pip install {package}'" in said


def test_other_errors_have_no_advice(tmp_path: Path) -> None:
    assert advice(define(tmp_path), "KeyError: 'mqtt'", "some log") == ""
    caught = "ModuleNotFoundError: No module named 'ujson'\nusing json instead"
    assert advice(define(tmp_path), "KeyError: 'mqtt'", caught) == ""
    assert advice(define(tmp_path), "", "joserfc.errors.ExpiredTokenError: expired_token: The token is expired") == ""
    assert "ujson" in advice(define(tmp_path), "Runtime.ExitError: exit status 1", caught)


MODULES = {
    "Error: require() of ES Module /task/node_modules/jose/index.js from /task/app.js not supported.": (
        "Lambda does not load ES modules with require() up to nodejs22.x, and /task/node_modules/jose/index.js is one: "
        "load it with import(), bundle it, or add environment: {NODE_OPTIONS: --experimental-require-module} to the "
        "authorizer."
    ),
    "Runtime.UserCodeSyntaxError: SyntaxError: Unexpected token 'export'": "The code is written as an ES module, ",
    "Runtime.UserCodeSyntaxError: SyntaxError: Cannot use import statement outside a module": "The code is written as ",
    "Runtime.UserCodeSyntaxError: SyntaxError: Unexpected token ')'": "",
}


@pytest.mark.parametrize("error", MODULES)
def test_a_module_of_the_other_kind(tmp_path: Path, error: str) -> None:
    said = advice(define(tmp_path, runtime="nodejs22.x"), error, "")
    assert said.startswith(MODULES[error])
    assert bool(said) == bool(MODULES[error])

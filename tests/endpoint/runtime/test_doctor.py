"""What ran a function, and what differs from Lambda."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path

from authlens.core.invocation.local_run import Unresolved
from authlens.endpoint.runtime.doctor import local_run
from support.functions import define, invoke

IMPORTS = """
    import importlib
    def handler(event, context):
        found = {}
        for name in event:
            try:
                importlib.import_module(name)
                found[name] = True
            except ImportError:
                found[name] = False
        return [found, repr(exit)[:8]]
"""


def test_a_function_sees_the_packages_of_lambda_and_no_other(tmp_path: Path) -> None:
    ours, lambdas = ["yaml", "cryptography", "textual", "rich", "aiohttp", "authlens", "pytest"], ["boto3", "botocore"]
    (result,) = invoke(define(tmp_path, IMPORTS), [*ours, *lambdas])
    found, exit_words = json.loads(result.payload or b"")
    assert found == {**dict.fromkeys(ours, False), **dict.fromkeys(lambdas, True)}
    assert exit_words == "Use exit"


def test_packages_next_to_the_code_come_first(tmp_path: Path) -> None:
    (tmp_path / "boto3.py").write_text("MINE = True")
    (result,) = invoke(define(tmp_path, "import boto3\ndef handler(event, context): return boto3.MINE"), {})
    assert result.payload == b"true"


def test_an_interpreter_brings_its_own_packages(tmp_path: Path) -> None:
    (result,) = invoke(define(tmp_path, IMPORTS, interpreter=sys.executable), ["yaml"])
    assert json.loads(result.payload or b"")[0] == {"yaml": True}


def test_the_interpreter_its_packages_and_what_differs(tmp_path: Path) -> None:
    version = ".".join(map(str, sys.version_info[:3]))
    run = local_run(define(tmp_path, runtime="python3.8"))
    assert run.ran_on == f"Python {version} ({sys.executable}, the Python of authlens)"
    assert run.differs[0] == "Lambda's runtime would be python3.8; set interpreter to run it on another version."
    assert run.differs[1].startswith("Its packages: those in its own folder, and boto3 1.")


def test_a_wrapper_script_is_not_run_and_programs_of_layers_are_found(tmp_path: Path) -> None:
    (tmp_path / "layer/bin").mkdir(parents=True)
    (tmp_path / "layer/bin/tool").write_text("#!/bin/sh\n")
    (tmp_path / "layer/bin/tool").chmod(0o755)
    code = "import shutil\ndef handler(event, context): return shutil.which('tool')"
    function = define(tmp_path, code, environment={"AWS_LAMBDA_EXEC_WRAPPER": "/opt/wrapper"})
    (result,) = invoke(replace(function, layers=(tmp_path / "layer",)), {})
    assert json.loads(result.payload or b"") == str(tmp_path / "layer/bin/tool")
    assert any("/opt/wrapper (AWS_LAMBDA_EXEC_WRAPPER)" in line for line in local_run(function).differs)


def test_what_the_definition_says_comes_along(tmp_path: Path) -> None:
    unresolved = Unresolved("the variable A", "only AWS knows it")
    function = replace(
        define(tmp_path, runtime="provided", command=("/bin/fn",)), unresolved=(unresolved,), differences=("No layer.",)
    )
    run = local_run(function)
    assert (run.ran_on, run.differs, run.unresolved) == ("its own program, /bin/fn", ("No layer.",), (unresolved,))


def test_json_text_and_advice_are_of_one_run(tmp_path: Path) -> None:
    source = "import json\ndef handler(event, context): return json.dumps({'a': 1})"
    function = define(tmp_path, source)
    (result,) = invoke(function, {})
    assert local_run(function, result).answered_text
    assert not local_run(function).answered_text

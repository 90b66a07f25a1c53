"""Every place that parses text from outside is reached by a reader with a budget, or says why it needs none."""

from __future__ import annotations

import ast
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

import authlens
from support import readers
from test_budgets import WORST as OTHERS
from test_budgets import M, check

PACKAGE = Path(authlens.__file__).parent
PARSERS = (
    *("json.loads", "json.load", "json.JSONDecoder", "json.decoder.scanstring", "ast.literal_eval", "tomllib.loads"),
    *("yaml.load", "yaml.compose", "yaml.parse", "yaml.scan", "yaml.SafeLoader", "yaml.CSafeLoader"),
    *("configparser.RawConfigParser", "shlex.split", "zipfile.ZipFile", "jmespath.compile", "regex.search"),
    *("cryptography.x509.load_pem_x509_certificate", "cryptography.hazmat.primitives.serialization.load_pem_"),
    *("authlens.core.text.yaml_reader.load", "authlens.core.text.json_nodes.load"),
    *("authlens.core.text.json_reader.parse", "authlens.core.text.json_limits.load_bounded"),
    *("authlens.core.text.pattern.found", "authlens.core.text.pattern.problem"),
)
"""Python's and other packages', and those of core/text that everything else reads with."""

NAMES = {tuple(name.split(".")[-2:]) for name in PARSERS}


def parsing() -> Iterator[str]:
    """The functions that call a parser, as `module.py:Class.function`."""
    for path in PACKAGE.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if not any(module in text and name in text for module, name in NAMES):
            continue
        tree = ast.parse(text)
        imported = dict(_imported(tree))
        yield from _callers(tree, imported, f"{path.relative_to(PACKAGE).as_posix()}:", "")


def _imported(tree: ast.Module) -> Iterator[tuple[str, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.asname or alias.name.partition(".")[0], alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((alias.asname or alias.name, f"{node.module}.{alias.name}") for alias in node.names)


def _callers(node: ast.AST, imported: dict[str, str], module: str, inside: str) -> Iterator[str]:
    for child in ast.iter_child_nodes(node):
        is_scope = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
        name = f"{inside}.{child.name}".lstrip(".") if is_scope else inside  # type: ignore[attr-defined]
        called = _dotted(child)
        if called and name:
            head, _, rest = called.partition(".")
            if f"{imported.get(head, '')}.{rest}".rstrip(".").startswith(PARSERS):
                yield f"{module}{name}"
        yield from _callers(child, imported, module, name)


READERS: dict[str, str] = {
    "aws/answers.py:": "answer",
    "cli/inputs/policies.py:": "linted",
    "cli/inputs/saved_requests.py:read_json": "authorizer",
    "cli/inputs/sides.py:": "side",
    "cli/invoke/invoke_yaml_input.py:": "cli_yaml",
    "cli/lint.py:": "linted",
    "core/commands/values.py:": "cli_json",
    "core/commands/words.py:": "pasted",
    "core/compare/policies.py:": "side",
    "core/contract/answer.py:": "function_answer",
    "core/contract/answer_problem.py:": "function_answer",
    "core/deployment/invoke_permission.py:": "function_policy",
    "core/devices/ledger.py:": "ledger",
    "core/event/reading.py:": "event",
    "core/expect/check.py:": "expected",
    "core/invocation/invocation_json.py:": "side",
    "core/pasted/function_log.py:": "explained",
    "core/pasted/kinds.py:": "pasted",
    "core/pasted/other_files.py:": "pasted",
    "core/pasted/stored_answer.py:": "explained",
    "core/policy/document.py:": "policies",
    "core/policy/policy_file.py:": "policies",
    "core/saved/certificate_variables.py:": "certificate",
    "core/saved/environment.py:": "environment",
    "core/saved/expectation_yaml.py:": "request",
    "core/saved/saved_request_yaml.py:": "request",
    "core/signing/jwt.py:": "token_jwt",
    "core/signing/keys.py:read_private_key": "key",
    "core/signing/keys.py:read_public_key": "public_key",
    "core/text/json_limits.py:": "event",
    "core/text/json_nodes.py:": "json",
    "core/text/json_reader.py:": "json",
    "core/text/pattern.py:": "expected",
    "core/text/yaml_edit.py:": "saved_over",
    "core/text/yaml_reader.py:": "yaml",
    "core/verdict/device_messages.py:": "device_words",
    "endpoint/local.py:region_of": "local",
    "endpoint/projects/assembly.py:": "assembly",
    "endpoint/projects/plan.py:": "plan",
    "endpoint/templates/cloudformation/code_place.py:": "assembly",
    "endpoint/templates/cloudformation/sam_config.py:": "sam_config",
    "endpoint/templates/cloudformation/serverless_state.py:": "serverless_state",
    "endpoint/templates/cloudformation/text.py:": "template",
    "endpoint/templates/definition_file.py:": "look",
    "endpoint/templates/definitions.py:": "definitions",
    "endpoint/templates/device_entries.py:": "definitions",
    "endpoint/templates/outline.py:": "local",
    "endpoint/templates/settings.py:": "project_file",
    "endpoint/templates/unpack.py:": "zipped",
    "store/history/record.py:": "stored_record",
    "store/open_questions.py:": "open_questions",
    "store/settings.py:": "settings",
    "store/settings_text.py:": "setting",
    "store/trust.py:": "trust_list",
    "suite_items.py:": "found",
    "ui/runtime/themes.py:": "theme",
    "ui/text/pretty_json.py:": "pretty",
}
"""Modules, or functions of them, that parse, and the reader in support/readers.py whose worst texts are measured."""
WITHOUT: dict[str, str] = {
    "aws/failures.py:": "an error of AWS, which was bounded as an answer",
    "aws/service_models.py:": "botocore's own files",
    "cli/completion/": "the person's own AWS configuration",
    "cli/history/text.py:": "a stored body of at most 2 MiB, printed again",
    "cli/invoke/aws_config.py:": "the person's own AWS configuration",
    "cli/invoke/command.py:": "the person's own --query",
    "cli/invoke/output.py:": "an answer, which was bounded as one",
    "core/event/event.py:": "an event that authlens made",
    "core/expect/judgement_text.py:": "values that were read from a request",
    "core/expect/negative_cases.py:": "a token that was read as a JWT",
    "core/expect/record.py:": "a policy that was read as one",
    "core/invocation/local_run.py:": "a header of authlens's own endpoint, at most 32 KiB",
    "core/lint/arn_rules.py:": "one resource of a policy",
    "core/policy/decision/near_resource.py:": "one resource of a policy",
    "core/pasted/framed_errors.py:": "one line of an error, at most 2,000 characters",
    "core/probe/http_reason.py:": "the start of an HTTP answer, at most 4 KiB",
    "core/secrets/invocation_redaction.py:": "a request that authlens sent",
    "endpoint/api/": "a body of at most 8 MiB of a client on this machine",
    "endpoint/devices/authority.py:": "authlens's own certificate authority",
    "endpoint/devices/http_publish.py:": "a header of at most 8 KiB",
    "endpoint/local.py:printed_text": "lines of authlens's own child process",
    "endpoint/local_devices.py:": "lines of authlens's own child process",
    "endpoint/runtime/": "what a function writes, within the Runtime API's limits",
    "endpoint/samples/": "the samples",
    "ui/runtime/programs.py:": "the person's own EDITOR and PAGER",
}
"""Why the others need no budget."""


def _dotted(node: ast.AST) -> str:
    """`a.b.c`; empty for anything else."""
    if isinstance(node, ast.Name):
        return node.id
    inner = _dotted(node.value) if isinstance(node, ast.Attribute) else ""
    return f"{inner}.{node.attr}" if isinstance(node, ast.Attribute) and inner else ""


def test_every_parser_has_a_budget() -> None:
    found, known = set(parsing()), (*READERS, *WITHOUT)
    assert {name for name in found if not name.startswith(known)} == set()
    assert {each for each in known if not any(name.startswith(each) for name in found)} == set()
    measured_readers = {read.__name__ for read, _ in (*WORST.values(), *OTHERS.values())}
    assert set(READERS.values()) <= measured_readers
    defined = {
        name
        for name, value in vars(readers).items()
        if callable(value) and value.__module__ == readers.__name__ and not name.startswith("_")
    }
    assert defined - measured_readers == set()


WORST: dict[str, tuple[Callable[[str], None], Callable[[], str]]] = {
    "a judged pattern": (readers.expected, lambda: "a" * (4 * M)),
    "a request saved over many keys": (
        readers.saved_over,
        lambda: (
            "request:\n authorizerName: A\n token: t\n httpContext:\n  headers:\n"
            + "".join(f"   h{n}: v\n" for n in range(12_000))
        ),
    ),
    "a request saved over comments": (
        readers.saved_over,
        lambda: "request:\n authorizerName: A\n token: t\n" + "# c\n" * (M // 4 - 20),
    ),
    "a setting saved over many keys": (
        readers.setting,
        lambda: "keymap:\n" + "".join(f" k{n}: v\n" for n in range(12_000)),
    ),
    "a public key": (
        readers.public_key,
        lambda: "-----BEGIN PUBLIC KEY-----\n" + "A" * M + "\n-----END PUBLIC KEY-----\n",
    ),
    "a certificate": (
        readers.certificate,
        lambda: "-----BEGIN CERTIFICATE-----\n" + "A" * M + "\n-----END CERTIFICATE-----\n",
    ),
    "authorizers to serve": (
        readers.definitions,
        lambda: (
            "authorizers:\n" + "".join(f" a{n}: {{codeUri: ., handler: a.b, runtime: python3}}\n" for n in range(2_400))
        ),
    ),
    "a SAM configuration": (
        readers.sam_config,
        lambda: "[default.deploy.parameters]\nparameter_overrides = '" + "A=b " * (M // 16 - 20) + "'\n",
    ),
    "tables of TOML": (readers.sam_config, lambda: "".join(f"[a{n}]\n" for n in range(M // 4 // 9))),
    "a state of the Serverless Framework": (
        readers.serverless_state,
        lambda: '{"service":{"a":[' + '["a","b"],' * (2 * M // 10) + "[]]}}",
    ),
    "a function's policy": (
        readers.function_policy,
        lambda: (
            '{"Statement":['
            + '{"Effect":"Allow","Principal":{"Service":"iot.amazonaws.com"},"Action":"lambda:InvokeFunction"},'
            * (M // 100)
            + "{}]}"
        ),
    ),
    "a record of the history": (
        readers.stored_record,
        lambda: '{"request":{"httpContext":{"headers":[' + '["a","b"],' * (2 * M // 10) + '["a","b"]]}}}',
    ),
    "open questions": (readers.open_questions, lambda: '{"a":[' + '["a","b"],' * (2 * M // 10 - 9) + "[]]}"),
    "a package of code": (readers.zipped, lambda: "\0" * (60 * M)),
    "a JWT's claims": (readers.token_jwt, lambda: "{" + ",".join(f'"a{n}":1' for n in range(M // 12)) + "}"),
}


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="counts memory as Linux does")
@pytest.mark.parametrize("name", WORST)
def test_the_worst_text_is_read_in_time(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    check(*WORST[name])

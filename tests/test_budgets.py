"""Every reader of text from outside: at most a second and 200 MiB for the worst text up to its limit.

A loop of a known length, measured in the same process, says how much slower this machine is at this moment.
"""

from __future__ import annotations

import ast
import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from json import dumps
from pathlib import Path

import pytest

import authlens
from support import readers

M = 1024 * 1024
SLOW = 512 * 1024
"""The limit of YAML that only the slow parser reads."""
SECONDS = 1.25
"""The bar is one; the quarter is for what the calibration does not see, such as caches shared with other processes."""
ROUNDS = 500_000
QUIET = 0.094
"""Seconds that the loop of the calibration takes on a quiet machine."""
MEBIBYTES = 200.0
LONGEST = 20
"""Seconds of processor time after which a reader is ended: the clock on the wall says little on a busy machine."""


PLAN = '{"format_version":"1.0","terraform_version":"1","planned_values":{"root_module":{"resources":[]}},'
AUTHORIZERS_AND_PERMISSIONS = "Resources:\n" + "".join(
    f" F{n}: {{Type: 'AWS::Lambda::Function', Properties: {{Handler: a.b, Runtime: python3.12, Code: .}}}}\n"
    f" P{n}: {{Type: 'AWS::Lambda::Permission', Properties: {{FunctionName: !Ref F{n}}}}}\n"
    f" A{n}: {{Type: 'AWS::IoT::Authorizer', Properties: {{AuthorizerFunctionArn: !GetAtt F{n}.Arn}}}}\n"
    for n in range(260)
)


def resources_of_a_plan(count: int = 4_800) -> str:
    """500 authorizers, and as many functions, permissions and packages as the limit allows, referring to each other."""
    kinds = ("aws_iot_authorizer", "aws_lambda_function", "aws_lambda_permission", "archive_file")
    made = [
        {
            "address": f"{kind}.r{n}",
            "type": kind,
            "name": f"r{n}",
            "values": {"runtime": "python3.12", "handler": "a.b", "filename": f"f{n}", "output_path": f"o{n}"},
        }
        for n in range(count)
        for kind in kinds[n >= 500 :]
    ]
    config = [
        {
            "address": each["address"],
            "expressions": dict.fromkeys(  # noqa: RUF024  # the shared value is only serialized
                ("authorizer_function_arn", "function_name", "source_arn"),
                {"references": [f"aws_lambda_function.{each['name']}.arn"]},
            ),
        }
        for each in made
    ]
    root = {
        "planned_values": {"root_module": {"resources": made}},
        "configuration": {"root_module": {"resources": config}},
    }
    return dumps({"format_version": "1.0", **root})


def modules_of_a_plan(width: int = 40) -> str:
    """Outputs of modules that refer to each other."""
    module: dict[str, object] = {"resources": []}
    for _ in range(12):
        outputs = {
            f"o{n}": {"expression": {"references": [f"module.m.o{n}" for n in range(width)]}} for n in range(width)
        }
        module = {"outputs": outputs, "module_calls": {"m": {"module": module}}}
    authorizer = {"address": "aws_iot_authorizer.a", "type": "aws_iot_authorizer", "name": "a", "values": {}}
    expression = {"authorizer_function_arn": {"references": ["module.m.o0"]}}
    config = {**module, "resources": [{"address": "aws_iot_authorizer.a", "expressions": expression}]}
    return dumps(
        {
            "format_version": "1.0",
            "planned_values": {"root_module": {"resources": [authorizer]}},
            "configuration": {"root_module": config},
        }
    )


INVOKE = "aws iot test-invoke-authorizer "
PATTERNS = dumps(
    {
        "Version": "2012-10-17",
        "Statement": [
            {"Effect": effect, "Action": "iot:*", "Resource": f"arn:aws:iot:*:*:topic/*{n}*"}
            for n in range(12)
            for effect in ("Allow", "Deny")
        ],
    }
)
WORST: dict[str, tuple[Callable[[str], None], Callable[[], str]]] = {
    "a list": (readers.yaml, lambda: "[" + "a," * 24_900 + "]"),
    "a mapping": (readers.yaml, lambda: "".join(f"k{number}: v\n" for number in range(12_400))),
    "a list for the slow parser": (readers.yaml, lambda: "- !!binary ''\n" + "- a?b\n" * 9_900),
    "block scalars": (readers.yaml, lambda: "".join(f"k{number}: |\n x\n" for number in range(4_900))),
    "colons": (readers.yaml, lambda: "a: " + "b:" * (SLOW // 2 - 4)),
    "dashes": (readers.yaml, lambda: "- \n" * 9_900),
    "depth": (readers.yaml, lambda: "[" * (M - 1)),
    "headers": (
        readers.request,
        lambda: (
            "request:\n authorizerName: A\n httpContext:\n  headers:\n"
            + "".join(f"   h{n}: v\n" for n in range(12_400))
        ),
    ),
    "questions": (
        readers.request,
        lambda: "request: {authorizerName: A}\nexpect:\n allow:\n" + "  - iot:Publish topic/a\n" * 24_900,
    ),
    "a pattern": (
        readers.request,
        lambda: "request: {authorizerName: A}\nexpect: {principalId: '/(?:a{65535}){65535}/'}\n",
    ),
    "cases of patterns": (
        readers.request,
        lambda: (
            "request: {authorizerName: A}\ncases:\n"
            + "".join(f" c{n}: {{expect: {{principalId: '/(a{{70}}){{70}}/'}}}}\n" for n in range(3_100))
        ),
    ),
    "another file of the folder": (readers.found, lambda: "- !x a\n" * (M // 7)),
    "a JSON list of 128 KiB": (readers.json, lambda: "[" + "1," * (M // 16 - 2) + "1]"),
    "a JSON list": (readers.json, lambda: "[" + "1," * (M // 2 - 2) + "1]"),
    "JSON objects": (readers.json, lambda: "[" + '{"a":1},' * (M // 8 - 2) + "1]"),
    "JSON escapes without an end": (readers.json, lambda: '"' + "\\n" * (M // 2 - 2)),
    "JSON lines": (readers.json, lambda: "[" + "\n" * (M - 4) + "1]"),
    "policies in strings": (
        readers.policies,
        lambda: '{"policyDocuments":["' + '","'.join(f"[{n}," + "1," * 24_000 + "1]" for n in range(21)) + '"]}',
    ),
    "small policies in strings": (
        readers.policies,
        lambda: '{"policyDocuments":["' + '","'.join(["{}"] * (M // 6)) + '"]}',
    ),
    "a scalar for the slow parser": (readers.yaml, lambda: "- é\n- " + "a:" * (SLOW // 2 - 20)),
    "JSON depth": (readers.json, lambda: "[" * M),
    "documents of an answer": (
        readers.answer,
        lambda: '{"isAuthenticated":true,"policyDocuments":["' + '","'.join(["{}"] * (M // 5)) + '"]}',
    ),
    "a key": (readers.key, lambda: "-----BEGIN PRIVATE KEY-----\n" + "A" * 65_000 + "\n-----END PRIVATE KEY-----\n"),
    "a JWT": (readers.jwt, lambda: f"{'e' * M}.{'e' * M}.{'e' * M}"),
    "dots": (readers.jwt, lambda: "." * M),
    "words": (readers.pasted, lambda: INVOKE + "--x " * (M // 4)),
    "the longest words": (readers.pasted, lambda: INVOKE + "--x " * (65_000 // 4)),
    "shorthand": (readers.pasted, lambda: INVOKE + "--http-context headers={" + "a=b," * (65_000 // 4) + "}"),
    "quotes": (readers.pasted, lambda: INVOKE + "--token '" + "\\'" * (32_000)),
    "a log": (readers.log, lambda: "\x1b\u202e" * (M // 2)),
    "authorizers": (
        readers.local,
        lambda: "authorizers:\n" + "".join(f" a{n}: {{codeUri: ., handler: a.b}}\n" for n in range(3_500)),
    ),
    "resources": (
        readers.template,
        lambda: (
            "Resources:\n"
            + "".join(
                f" R{n}: {{Type: 'AWS::IoT::Authorizer', Properties: {{AuthorizerName: a}}}}\n" for n in range(1_190)
            )
        ),
    ),
    "substitutions": (
        readers.template,
        lambda: (
            "Parameters: {P: {Default: aaaa}}\nResources:\n"
            " F: {Type: 'AWS::Serverless::Function', Properties: {Handler: !Sub '" + "${P}" * (M // 5) + "'}}\n"
        ),
    ),
    "text that grows with each !Sub": (
        readers.template,
        lambda: (
            "Resources:\n F0: {Type: 'AWS::Serverless::Function', Properties: {FunctionName: 'aaaaaaaaaa'}}\n"
            + "".join(
                f" F{n}: {{Type: 'AWS::Serverless::Function', Properties: "
                f"{{FunctionName: !Sub '${{F{n - 1}}}${{F{n - 1}}}',"
                " Handler: a.b, Runtime: python3.12}}}}\n"
                for n in range(1, 60)
            )
        ),
    ),
    "one long default in many places": (
        readers.template,
        lambda: (
            "Parameters: {P: {Default: " + "a" * 300_000 + "}}\nResources:\n"
            " F: {Type: 'AWS::Serverless::Function', Properties: {Handler: !Sub '" + "${P}" * 150_000 + "'}}\n"
        ),
    ),
    "one long default in many variables": (
        readers.template,
        lambda: (
            "Parameters: {P: {Default: " + "a" * 900_000 + "}}\nResources:\n"
            " F: {Type: 'AWS::Serverless::Function', Properties: {Handler: a.b, "
            "Runtime: python3.12, Environment: {Variables: {"
            + ",".join(f"V{n}: !Sub 'x${{P}}'" for n in range(2_000))
            + "}}}}\n"
        ),
    ),
    "conditions of conditions": (
        readers.template,
        lambda: (
            "Conditions:\n C0: !Equals [a, a]\n"
            + "".join(f" C{n}: !And [!Condition C{n - 1}, !Condition C{n - 1}]\n" for n in range(1, 300))
            + "Resources:\n F: {Type: 'AWS::Serverless::Function', Condition: C299, Properties: {Handler: a.b}}\n"
        ),
    ),
    "exports of imports": (
        readers.template,
        lambda: (
            "Outputs:\n"
            + "".join(
                f" O{n}: {{Export: {{Name: e{n}}}, Value: !Sub ['${{A}}', {{A: !ImportValue e{n + 1}}}]}}\n"
                for n in range(600)
            )
            + "Resources:\n F: {Type: 'AWS::Serverless::Function', Properties: "
            "{Handler: !ImportValue e0, Runtime: nodejs}}\n"
        ),
    ),
    "blanks without an end": (
        readers.template,
        lambda: (
            "Resources:\n F: {Type: 'AWS::Serverless::Function', Properties: {Handler: !Sub '"
            + "${" * (M // 2 - 200)
            + "'}}\n"
        ),
    ),
    "authorizers and permissions": (readers.template, lambda: AUTHORIZERS_AND_PERMISSIONS),
    "a template's first lines": (readers.look, lambda: "{" + "\n" * (M - 2)),
    "blanks at the start of lines": (readers.look, lambda: "{" + " " * (M - 2)),
    "lines of a project's file": (readers.project_file, lambda: "\n" * (M - 10) + "request:"),
    "an environment": (readers.environment, lambda: "values:\n" + "".join(f" k{n}: v\n" for n in range(12_400))),
    "settings": (readers.settings, lambda: "keymap:\n" + "".join(f" k{n}: v\n" for n in range(12_400))),
    "a theme": (readers.theme, lambda: "variables:\n" + "".join(f" k{n}: v\n" for n in range(12_400))),
    "the list of trust": (readers.trust_list, lambda: "".join(f"- {{path: /a{n}}}\n" for n in range(6_000))),
    "a plan of lists": (readers.plan, lambda: PLAN + '"x":[' + "[]," * 159_000 + "[]]}"),
    "a plan of objects": (readers.plan, lambda: PLAN + '"x":[' + '{"a":1},' * 159_000 + "1]}"),
    "a plan of text": (readers.plan, lambda: PLAN + '"x":"' + "\\n" * (8 * M - 99) + '"}'),
    "a plan of wide text": (readers.plan, lambda: PLAN + '"x":"\U0001f600' + "a" * (16 * M - 99) + '"}'),
    "a plan's resources": (readers.plan, resources_of_a_plan),
    "a plan's modules": (readers.plan, modules_of_a_plan),
    "a manifest": (
        readers.assembly,
        lambda: '{"files":{},"artifacts":{' + ",".join(f'"a{n}":{{"properties":{{}}}}' for n in range(106_000)) + "}}",
    ),
    "a stored answer of 4 MiB": (
        readers.explained,
        lambda: '{"isAuthenticated":true,"x":[' + '{"a":1},' * (M // 2 - 9) + "1]}",
    ),
    "a stored answer of lists": (
        readers.explained,
        lambda: '{"isAuthenticated":true,"x":[' + "[]," * (4 * M // 3 - 20) + "1]}",
    ),
    "a stored invocation of 4 MiB": (
        readers.explained,
        lambda: (
            '{"request":{"httpContext":{"headers":{'
            + ",".join(f'"h{n}":"v"' for n in range(250_000))
            + '}}},"startedAt":"x"}'
        ),
    ),
    "a stored error of 4 MiB": (readers.explained, lambda: "An error occurred (" * (4 * M // 19)),
    "words of a device of 4 MiB": (readers.explained, lambda: "Exception: " * (4 * M // 11)),
    "sides of 4 MiB": (readers.side, lambda: '{"isAuthenticated":true,"x":[' + '{"a":1},' * (M // 2 - 9) + "1]}"),
    "an export of 4 MiB": (readers.side, lambda: '{"id":1}\n' * (4 * M // 9)),
    "an event of braces": (readers.event, lambda: "{" * (M - 2)),
    "an event of objects": (readers.event, lambda: "[" + '{"a":1},' * (M // 8 - 9) + "1]"),
    "an event in quotes": (readers.event, lambda: "{'a': '" + "\\'" * (M // 2 - 20) + "'}"),
    "an authorizer of 4 MiB": (
        readers.authorizer,
        lambda: (
            '{"authorizerName":"A","tokenSigningPublicKeys":{' + ",".join(f'"k{n}":""' for n in range(280_000)) + "}}"
        ),
    ),
    "policies to lint": (
        readers.linted,
        lambda: "[" + ",".join(['{"Version":"2012-10-17","Statement":[]}'] * 2_000) + "]",
    ),
    "statements to lint": (
        readers.linted,
        lambda: (
            '{"Version":"2012-10-17","Statement":['
            + ",".join(
                f'{{"Effect":"Allow","Action":"iot:Publish","Resource":"arn:aws:iot:eu-west-1:1:topic/{n}/*"}}'
                for n in range(700)
            )
            + "]}"
        ),
    ),
    "ten documents of short statements to lint": (
        readers.linted,
        lambda: (
            "["
            + ",".join(
                [
                    '{"Version":"2012-10-17","Statement":['
                    + ",".join(['{"Effect":"Allow","Action":"*","Resource":"*"}'] * 42)
                    + "]}"
                ]
                * 10
            )
            + "]"
        ),
    ),
    "ten documents of short statements to explain": (
        readers.explained_on_screen,
        lambda: (
            '{"Version":"2012-10-17","Statement":['
            + ",".join(['{"Effect":"Allow","Action":"*","Resource":"*"}'] * 42)
            + "]}"
        ),
    ),
    "ten documents of patterns with a hundred questions to explain": (readers.asked_on_screen, lambda: PATTERNS),
    "the same on the command line": (readers.asked_on_the_command_line, lambda: PATTERNS),
    "a document of variables with a hundred questions to explain": (
        readers.asked_on_screen,
        lambda: (
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"*","Resource":'
            f'"arn:aws:iot:*:*:topic/{"${a}" * 1_900}"}}]}}'
        ),
    ),
    "many unknown actions to lint": (
        readers.linted,
        lambda: dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Action": [f"iot:Publis{n}" for n in range(4_000)], "Resource": "*"}],
            }
        ),
    ),
    "wildcards to lint": (
        readers.linted,
        lambda: (
            '{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":["'
            + '","'.join(["iot:*?*?*"] * 5_000)
            + '"],'
            '"Resource":["' + '","'.join([f"arn:aws:iot:*:*:topic/{'*a' * 100}"] * 2_000) + '"]}]}'
        ),
    ),
    "a document of the AWS CLI": (readers.cli_yaml, lambda: "[" + "a," * (M // 2 - 9) + "]"),
    "aliases for the AWS CLI": (
        readers.cli_yaml,
        lambda: (
            "a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n"
            + "".join(f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 10)}]\n" for n in range(1, 12))
        ),
    ),
    "JSON for the AWS CLI": (readers.cli_json, lambda: "[" + '{"a":1},' * (M // 8 - 2) + "1]"),
    "an error of a function": (
        readers.function_error,
        lambda: "Could not resolve The config profile (" * (256 * 1024 // 39),
    ),
    "a function's network errors": (readers.local_log, lambda: "timeout " * (256 * 1024 // 8)),
    "a signature of blanks": (readers.mistakes, lambda: " " * 65_536),
    "a signature of escapes": (readers.mistakes, lambda: "%2" * 32_768),
    "a record of a device": (readers.ledger, lambda: '{"id":"' + "\\u0041" * (M // 6) + '"}'),
    "the answer of a function": (readers.function_answer, lambda: '{"policyDocuments":[' + "{}," * (M // 3) + "{}]}"),
    "words of a broker": (readers.device_words, lambda: "_" * (4 * M)),
    "JSON to be shown": (readers.pretty, lambda: "[" + "1," * (M // 8 - 9) + "1]"),
}
QUICK = (
    "block scalars",
    "a pattern",
    "the longest words",
    "a template's first lines",
    "text that grows with each !Sub",
)


def measured(read: Callable[[str], None], text: str) -> tuple[float, float]:
    """Seconds of processor time, as on a quiet machine, and MiB of memory, in a process of its own."""
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()
    process = context.Process(target=_measure, args=(read, text, results))
    process.start()
    process.join()
    assert process.exitcode == 0, f"ended with {process.exitcode}: it may have read for {LONGEST} s of processor time"
    seconds, memory = results.get()
    return seconds, memory


def _measure(read: Callable[[str], None], text: str, results: multiprocessing.SimpleQueue[tuple[float, float]]) -> None:
    resource.setrlimit(resource.RLIMIT_CPU, (LONGEST, LONGEST))
    _tried(read, "")
    loop = _loop()
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    _tried(read, text)
    seconds = time.process_time() - started
    slower = max(1.0, (loop + _loop()) / 2 / QUIET)
    results.put((seconds / slower, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024))


def _loop() -> float:
    started, total = time.process_time(), 0
    for number in range(ROUNDS):
        total += number * number % 7
    return time.process_time() - started


def _tried(read: Callable[[str], None], text: str) -> None:
    try:
        read(text)
    except Exception:  # noqa: BLE001  # a refusal is fine; only its time and memory are measured
        return


@pytest.mark.skipif(sys.platform != "linux", reason="counts memory as Linux does")
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in WORST]
)
def test_the_worst_text_is_read_in_time(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    check(*WORST[name])


def check(read: Callable[[str], None], worst: Callable[[], str]) -> None:
    """The better of two: other processes can only slow a reader down."""
    text = worst()
    seconds, memory = measured(read, text)
    if seconds >= SECONDS:
        seconds = measured(read, text)[0]
    assert seconds < SECONDS
    assert memory < MEBIBYTES


BOUNDED_ELSEWHERE = {
    "aws/service_models.py": "botocore's own files",
    "cli/completion": "the person's own AWS configuration and completion script",
    "cli/help.py": "the guide in the package",
    "cli/invoke/aws_config.py": "the person's own AWS configuration",
    "cli/inputs/files.py": "file:// as the AWS CLI reads it",
    "cli/console": "the terminal",
    "cli/history/command.py": "the answer to a question on the terminal",
    "cli/serve/loop.py": "a pipe that is only waited for",
    "endpoint/runtime": "what a function writes, bounded by the Runtime API's and the log's limits",
    "endpoint/local": "lines of authlens's own child process",
    "endpoint/devices/authority.py": "authlens's own certificate authority",
    "endpoint/samples": "the samples",
    "ui/screens/devices.py": "authlens's own certificate authority",
    "ui/runtime/clipboard.py": "text of the app itself",
    "probe": "answers of a broker, bounded where they are received",
    "__main__.py": "no file",
}
"""Modules that read outside text in one go without a limit, and why they may."""


def test_no_reader_is_without_a_limit() -> None:
    package = Path(authlens.__file__).parent
    found = {
        str(path.relative_to(package))
        for path in package.rglob("*.py")
        if ".read" in (text := path.read_text())
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Attribute)
        if call.func.attr in ("read_text", "read_bytes") or (call.func.attr in ("read", "readline") and not call.args)
        if not ast.unparse(call.func.value).startswith(("_OptionReader", "file(", "request"))
    }
    unlisted = {name for name in found if not name.startswith(tuple(BOUNDED_ELSEWHERE))}
    assert unlisted == set()

"""Every reader of text from outside: at most a second and 200 MiB for the worst text up to its limit.

The times that are asserted have a wide margin, because other processes run beside the tests.
"""

from __future__ import annotations

import multiprocessing
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

M = 1024 * 1024
SLOW = 640 * 1024
"""The limit of YAML that only the slow parser reads."""
SECONDS = 6.0
MEBIBYTES = 200.0


def yaml(text: str) -> None:
    from authlens.core.text.yaml_reader import load

    load(text)


def request(text: str) -> None:
    from authlens.core.saved.saved_request_yaml import read

    read(text)


def found(text: str) -> None:
    from authlens.suite_items import _may_mean_request

    _may_mean_request(text)


def json(text: str) -> None:
    from authlens.core.text import json_nodes, json_reader

    json_reader.parse(text)
    json_nodes.load(text)


def policies(text: str) -> None:
    from authlens.core.policy.policy_file import read

    read(text)


def answer(text: str) -> None:
    from authlens.aws.answers import read_answer

    read_answer(text.encode(), None)


def key(text: str) -> None:
    from authlens.core.signing.keys import read_private_key

    read_private_key(text.encode())


def jwt(text: str) -> None:
    from authlens.core.signing.jwt import read

    read(text)


def pasted(text: str) -> None:
    from authlens.ui.model.pasted import holds_request, read_pasted

    holds_request(text)
    read_pasted(text, "A")


def log(text: str) -> None:
    from authlens.core.text.visible import visible_lines

    visible_lines(text)


def local(text: str) -> None:
    from authlens.endpoint.templates.cloudformation.outline import authorizers_of, programs_of

    path = Path("authorizers.yaml")
    path.write_text(text)
    authorizers_of(path)
    programs_of(path)


def template(text: str) -> None:
    from authlens.endpoint.templates.cloudformation.template import read_template

    path = Path("template.yaml")
    path.write_text(text)
    read_template(path, ask=False)


INVOKE = "aws iot test-invoke-authorizer "
WORST: dict[str, tuple[Callable[[str], None], str]] = {
    "a list": (yaml, "[" + "a," * 24_900 + "]"),
    "a mapping": (yaml, "".join(f"k{number}: v\n" for number in range(12_400))),
    "a list for the slow parser": (yaml, "- !!binary ''\n" + "- a?b\n" * 9_900),
    "block scalars": (yaml, "".join(f"k{number}: |\n x\n" for number in range(4_900))),
    "colons": (yaml, "a: " + "b:" * (SLOW // 2 - 4)),
    "dashes": (yaml, "- \n" * 9_900),
    "depth": (yaml, "[" * (M - 1)),
    "headers": (
        request,
        "request:\n authorizerName: A\n httpContext:\n  headers:\n" + "".join(f"   h{n}: v\n" for n in range(12_400)),
    ),
    "questions": (
        request,
        "request: {authorizerName: A}\nexpect:\n allow:\n" + "  - iot:Publish topic/a\n" * 24_900,
    ),
    "a pattern": (request, "request: {authorizerName: A}\nexpect: {principalId: '/(?:a{65535}){65535}/'}\n"),
    "cases of patterns": (
        request,
        "request: {authorizerName: A}\ncases:\n"
        + "".join(f" c{n}: {{expect: {{principalId: '/(a{{70}}){{70}}/'}}}}\n" for n in range(3_100)),
    ),
    "another file of the folder": (found, "- !x a\n" * (M // 7)),
    "a JSON list of 128 KiB": (json, "[" + "1," * (M // 16 - 2) + "1]"),
    "a JSON list": (json, "[" + "1," * (M // 2 - 2) + "1]"),
    "JSON objects": (json, "[" + '{"a":1},' * (M // 8 - 2) + "1]"),
    "JSON escapes without an end": (json, '"' + "\\n" * (M // 2 - 2)),
    "JSON lines": (json, "[" + "\n" * (M - 4) + "1]"),
    "policies in strings": (
        policies,
        '{"policyDocuments":["' + '","'.join(f"[{n}," + "1," * 24_000 + "1]" for n in range(21)) + '"]}',
    ),
    "small policies in strings": (policies, '{"policyDocuments":["' + '","'.join(["{}"] * (M // 6)) + '"]}'),
    "a scalar for the slow parser": (yaml, "- é\n- " + "a:" * (SLOW // 2 - 20)),
    "JSON depth": (json, "[" * M),
    "documents of an answer": (
        answer,
        '{"isAuthenticated":true,"policyDocuments":["' + '","'.join(["{}"] * (M // 5)) + '"]}',
    ),
    "a key": (key, "-----BEGIN PRIVATE KEY-----\n" + "A" * 65_000 + "\n-----END PRIVATE KEY-----\n"),
    "a JWT": (jwt, f"{'e' * M}.{'e' * M}.{'e' * M}"),
    "dots": (jwt, "." * M),
    "words": (pasted, INVOKE + "--x " * (M // 4)),
    "the longest words": (pasted, INVOKE + "--x " * (65_000 // 4)),
    "shorthand": (pasted, INVOKE + "--http-context headers={" + "a=b," * (65_000 // 4) + "}"),
    "quotes": (pasted, INVOKE + "--token '" + "\\'" * (32_000)),
    "a log": (log, "\x1b\u202e" * (M // 2)),
    "authorizers": (
        local,
        "authorizers:\n" + "".join(f" a{n}: {{codeUri: ., handler: a.b}}\n" for n in range(3_500)),
    ),
    "resources": (
        template,
        "Resources:\n"
        + "".join(
            f" R{n}: {{Type: 'AWS::IoT::Authorizer', Properties: {{AuthorizerName: a}}}}\n" for n in range(1_290)
        ),
    ),
    "substitutions": (
        template,
        "Parameters: {P: {Default: aaaa}}\nResources:\n"
        " F: {Type: 'AWS::Serverless::Function', Properties: {Handler: !Sub '" + "${P}" * (M // 5) + "'}}\n",
    ),
}
QUICK = ("block scalars", "a pattern", "the longest words")


def measured(read: Callable[[str], None], text: str) -> tuple[float, float]:
    """Seconds of processor time and MiB of memory, in a process of its own."""
    context = multiprocessing.get_context("fork")
    results = context.SimpleQueue()
    process = context.Process(target=_measure, args=(read, text, results))
    process.start()
    process.join(50)
    if process.exitcode is None:
        process.kill()
        raise AssertionError("still reading after 50 seconds")
    seconds, memory = results.get()
    return seconds, memory


def _measure(read: Callable[[str], None], text: str, results: multiprocessing.SimpleQueue[tuple[float, float]]) -> None:
    _tried(read, "")
    before, started = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.process_time()
    _tried(read, text)
    seconds = time.process_time() - started
    results.put((seconds, (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024))


def _tried(read: Callable[[str], None], text: str) -> None:
    try:
        read(text)
    except Exception:  # noqa: BLE001  # what is refused is refused in time; that is all that is looked at here
        return


@pytest.mark.skipif(sys.platform != "linux", reason="counts memory as Linux does")
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in WORST]
)
def test_the_worst_text_is_read_in_time(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    seconds, memory = measured(*WORST[name])
    assert seconds < SECONDS
    assert memory < MEBIBYTES

"""`authlens run` with cases, tags, reasons to skip, environments and standard input, through a real endpoint."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from authlens.__main__ import open_history
from authlens.core.request.authorizer import Authorizer
from support.invocations import CONNECT, policy
from support.local_endpoint import REGION, Running, StandIn, definitions, running
from support.one_command import Command


def answering(event: dict[str, Any]) -> Any:
    """Authenticates whoever knows the password."""
    mqtt = event["protocolData"].get("mqtt", {})
    return {
        "isAuthenticated": mqtt.get("password") == "cA==",
        "principalId": mqtt.get("clientId", "none").replace("-", ""),
        "policyDocuments": [policy(CONNECT)],
    }


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Running]:
    with running(definitions(Authorizer("Sensor", signing_disabled=True)), StandIn(answering)) as started:
        yield started


@pytest.fixture
def authlens(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    return Command(capsys, monkeypatch)


def text(endpoint: Running, rest: str = "") -> str:
    return f"""\
target: {{endpointUrl: '{endpoint.url}', region: {REGION}}}
request:
  authorizerName: Sensor
  mqttContext: {{clientId: 'sensor-${{case:id:-7}}', password: p}}
{rest}"""


CASES = """\
expect: {isAuthenticated: true}
tags: [smoke]
cases:
  right: {}
  other:
    values: {id: '8'}
    expect: {principalId: sensor8}
  wrong:
    description: A wrong password
    request: {mqttContext: {password: x}}
    expect: {isAuthenticated: false}
    tags: [refused]
  later: {skip: waits for the new key}
"""


def write(name: str, content: str) -> None:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(content)


def test_each_case_is_an_item(endpoint: Running, authlens: Command) -> None:
    write("r/a.yaml", text(endpoint, CASES))

    ended = authlens("run", "r", "--concurrency", "1")
    as_json = authlens("run", "r", "--output", "json")

    assert ended.code == 0
    lines = ended.out.splitlines()
    assert lines[0].startswith("passed  r/a.yaml::right  ")
    assert lines[2].startswith("passed  r/a.yaml::wrong  A wrong password  ")
    assert lines[3] == "skipped  r/a.yaml::later"
    assert lines[4:] == ["        waits for the new key", "3 passed, 1 skipped"]
    rows = [json.loads(line) for line in as_json.out.splitlines()]
    assert [(row["case"], row["result"], row["tags"]) for row in rows] == [
        ("right", "passed", ["smoke"]),
        ("other", "passed", ["smoke"]),
        ("wrong", "passed", ["smoke", "refused"]),
        ("later", "skipped", ["smoke"]),
    ]
    assert rows[3]["reason"] == "waits for the new key"
    with open_history() as history:
        sources = [row.source for row in history.page()]
    assert sources[-1] == f"{Path('r/a.yaml').absolute()}::right"


def test_one_case(endpoint: Running, authlens: Command) -> None:
    write("r/a.yaml", text(endpoint, CASES))

    ended = authlens("run", "r/a.yaml::other")
    again = authlens("run", "--replay", "1")
    judged = authlens("run", "r", "--history", "")

    assert ended.out.endswith("1 passed\n")
    assert "r/a.yaml::other" in ended.out
    assert (again.code, again.out.splitlines()[-1]) == (0, "1 passed")
    assert "by r/a.yaml::other" in judged.out
    assert judged.out.endswith("2 passed\n")


@pytest.mark.parametrize(
    ("words", "names"),
    [
        (("--tag", "smoke"), ["a.yaml::right", "a.yaml::other", "a.yaml::wrong", "a.yaml::later"]),
        (("--tag", "refused", "--tag", "slow"), ["a.yaml::wrong", "b.yaml"]),
        (("--skip-tag", "smoke"), ["b.yaml"]),
        (
            ("--tag", "smoke", "--skip-tag", "refused", "--filter", "r"),
            ["a.yaml::right", "a.yaml::other", "a.yaml::later"],
        ),
    ],
)
def test_tags_select(endpoint: Running, authlens: Command, words: tuple[str, ...], names: list[str]) -> None:
    write("a.yaml", text(endpoint, CASES))
    write("b.yaml", text(endpoint, "tags: [slow]\n").replace("${case:id:-7}", "7"))

    ended = authlens("run", "a.yaml", "b.yaml", *words, "--output", "json", "--no-history")

    assert [json.loads(line)["name"] for line in ended.out.splitlines()] == names


def test_a_broken_file_is_one_error_whatever_its_tags(endpoint: Running, authlens: Command) -> None:
    write("a.yaml", text(endpoint, "tags: [slow]\n").replace("${case:id:-7}", "7"))
    write("b.yaml", "request: {}\ntags: [slow]\ncases: {x: {requst: {}}}\n")

    ended = authlens("run", "a.yaml", "b.yaml", "--tag", "slow", "--no-history")

    assert ended.code == 2
    assert "error   b.yaml\n        line 3, column 13: unknown key 'requst'; did you mean 'request'?" in ended.out
    assert ended.out.endswith("1 passed, 1 error\n")


def test_counts_have_correct_plurals(authlens: Command) -> None:
    for name in ("a", "b"):
        write(f"{name}.yaml", "request: 7\n")

    assert authlens("run", "a.yaml", "b.yaml").out.endswith("\n2 errors\n")


def test_a_suite_of_skipped_requests_passes(endpoint: Running, authlens: Command) -> None:
    write("a.yaml", text(endpoint, "skip: not yet\n"))
    before = len(endpoint.host.events)

    ended = authlens("run", "a.yaml", "--fail-fast", "--repeat", "3")

    assert ended.code == 0
    assert ended.out == "skipped  a.yaml\n        not yet\n1 skipped\n"
    assert len(endpoint.host.events) == before


def test_standard_input(endpoint: Running, authlens: Command) -> None:
    ended = authlens("run", "-", stdin=text(endpoint, CASES))
    broken = authlens("run", "-", stdin="request:\n  tokken: x\n")

    assert ended.code == 0
    assert ended.out.splitlines()[0].startswith("passed  -::right  ")
    assert broken.code == 2
    assert "error   -\n        line 2, column 3: unknown key" in broken.out


def test_a_case_without_its_value_is_not_sent(endpoint: Running, authlens: Command) -> None:
    write("a.yaml", text(endpoint).replace("${case:id:-7}", "${case:id}"))

    ended = authlens("run", "a.yaml", "--no-history")

    assert ended.code == 2
    assert "has a value only in a case: name one as FILE::NAME" in ended.out


def test_an_environment_sets_target_and_values(endpoint: Running, authlens: Command) -> None:
    write("r/a.yaml", "request: {authorizerName: '${env:NAME:-None}', mqttContext: {clientId: '${env:CLIENT}'}}\n")
    write(
        "r/environments/dev.yaml",
        f"endpointUrl: {endpoint.url}\nregion: {REGION}\nvalues: {{NAME: Sensor, CLIENT: c}}\n",
    )
    write("environments/prod.yaml", f"endpoint: {endpoint.url}\nregion: {REGION}\nvalues: {{CLIENT: c}}\n")

    dev = authlens("run", "r", "--environment", "dev", "--output", "json")
    prod = authlens("run", "r", "--environment", "prod")
    typo = authlens("run", "r", "--environment", "prd")

    assert dev.code == 0
    assert json.loads(dev.out)["answer"]["principalId"] == "c"
    assert prod.code == 2
    assert "None" in prod.out
    assert typo.code == 252
    assert "there is no environment 'prd': did you mean prod?" in typo.err


def test_negative_cases_of_a_case(endpoint: Running, authlens: Command) -> None:
    write("r/a.yaml", text(endpoint, CASES))

    ended = authlens("run", "r/a.yaml::right", "--negative", "refused")

    assert "refused/a-right-missing-client-id.yaml" in ended.out.splitlines()
    assert "${case:" not in Path("refused/a-right-missing-client-id.yaml").read_text()

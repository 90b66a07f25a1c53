"""`authlens run` over a real boto3 client and a local endpoint: results, formats, exit codes, and errors."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Generator, Iterator
from pathlib import Path
from typing import Any

import pytest
from junitparser import Error, Failure, JUnitXml

from authlens.__main__ import build_services, open_history
from authlens.cli.run.options import Reporting
from authlens.cli.run.suite import report
from authlens.core.expect.check import Judgement, JudgementState
from authlens.core.request.authorizer import Authorizer
from authlens.core.secrets.redaction import Redactor
from authlens.suite import Result
from authlens.suite_items import SuiteItem
from support.invocations import CONNECT, PUBLISH, policy
from support.local_endpoint import REGION, Failing, Running, StandIn, definitions, running
from support.one_command import Command
from support.serve_process import project

CANARY = "canary-of-a-password"


def answering(event: dict[str, Any]) -> Any:
    """Authenticates whoever knows the password; the answer quotes it."""
    mqtt = event["protocolData"].get("mqtt", {})
    if mqtt.get("username") == "raise":
        raise Failing("ValueError", f"it broke with {CANARY}")
    return {
        "isAuthenticated": "password" in mqtt,
        "principalId": "sensor7",
        "policyDocuments": [policy(CONNECT, {**PUBLISH, "Sid": CANARY})],
    }


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Running]:
    authorizers = (Authorizer("Sensor", signing_disabled=True), Authorizer("Other", signing_disabled=True))
    with running(definitions(*authorizers), StandIn(answering)) as started:
        yield started


@pytest.fixture
def authlens(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("PASSWORD", CANARY)
    return Command(capsys, monkeypatch)


def saved(
    endpoint: Running, name: str, expect: str = "", mqtt: str = "clientId: sensor-7, password: '${env:PASSWORD}'"
) -> str:
    path = Path(name)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(
        f"description: The request of {path.stem}\n"
        f"target: {{endpointUrl: '{endpoint.url}', region: {REGION}}}\n"
        f"request:\n  authorizerName: Sensor\n  mqttContext: {{{mqtt}}}\n" + (f"expect: {expect}\n" if expect else "")
    )
    return name


def objects(text: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in text.splitlines()]


def test_met_expectations(endpoint: Running, authlens: Command) -> None:
    saved(endpoint, "r/a.yaml", "{isAuthenticated: true, allow: [iot:Connect client/sensor-7]}")
    saved(endpoint, "r/b.yaml")

    ended = authlens("run", "r")

    assert ended.code == 0
    lines = ended.out.splitlines()
    assert lines[0].startswith("passed  r/a.yaml  The request of a  ")
    assert lines[1].startswith("passed  r/b.yaml  The request of b  ")
    assert lines[2:] == ["2 passed"]
    assert ended.err == ""


def test_unmet_expectations_show_expected_got_and_difference(endpoint: Running, authlens: Command) -> None:
    saved(endpoint, "a.yaml", "{principalId: sensor8, deny: [iot:Connect client/sensor-7]}")

    ended = authlens("run", "a.yaml")

    assert ended.code == 1
    lines = [line.strip() for line in ended.out.splitlines()]
    assert lines[1:4] == ["principalId", "expected:   sensor8", "got:        sensor7"]
    assert "expected:   iot:Connect client/sensor-7: denied" in lines
    assert '"principalId": "sensor7",' in lines
    assert lines[-1] == "1 failed"


def test_an_invalid_file_is_one_error_and_the_others_run(endpoint: Running, authlens: Command) -> None:
    saved(endpoint, "r/a.yaml", "{isAuthenticated: false}")
    Path("r/b.yaml").write_text("request:\n  authorizerName: A\n  tokken: x\n")
    saved(endpoint, "r/c.yaml")

    ended = authlens("run", "r")

    assert ended.code == 2
    assert "error   r/b.yaml\n        line 3, column 3: " in ended.out
    assert ended.out.endswith("1 passed, 1 failed, 1 error\n")


def test_an_error_where_none_was_expected_cannot_be_judged(endpoint: Running, authlens: Command) -> None:
    saved(endpoint, "a.yaml", "{isAuthenticated: false}", "username: raise")
    saved(endpoint, "b.yaml", "{error: {class: InvalidResponseException, message: /ValueError/}}", "username: raise")

    ended = authlens("run", "a.yaml", "b.yaml")

    assert ended.code == 2
    assert ended.out.endswith("1 passed, 1 error\n")


def test_nothing_secret_is_printed(endpoint: Running, authlens: Command) -> None:
    saved(endpoint, "a.yaml", "{principalId: x}")
    saved(endpoint, "b.yaml", "{principalId: x}", "username: raise, password: '${env:PASSWORD}'")

    for form in ("text", "json"):
        ended = authlens("run", "a.yaml", "b.yaml", "--output", form, "--github", "--junit", "j.xml")
        assert "[redacted]" in ended.out
        assert CANARY not in ended.out + ended.err + Path("j.xml").read_text()


def test_json_is_one_object_per_line_and_nothing_else(endpoint: Running, authlens: Command) -> None:
    saved(endpoint, "a.yaml", "{principalId: x}")
    Path("b.yaml").write_text("request: 7\n")

    ended = authlens("run", "a.yaml", "b.yaml", "--output", "json", "--github", "--repeat", "2", "--concurrency", "1")

    broken, invalid = objects(ended.out)
    assert broken["result"] == "failed"
    assert broken["broken"] == [{"key": "principalId", "expected": "x", "got": "sensor7", "difference": "x → sensor7"}]
    assert broken["answer"]["policyDocuments"][0]["Version"] == "2012-10-17"
    assert broken["id"] == 1
    assert len(broken["durations"]) == 2
    assert invalid["result"] == "error"
    assert invalid["line"] == 1
    assert "1 failed, 1 error" in ended.err
    assert "latency" in ended.err


def test_junit(endpoint: Running, authlens: Command) -> None:
    saved(endpoint, "r/a.yaml")
    saved(endpoint, "r/b.yaml", "{principalId: x, refreshAfterInSeconds: 301}")
    saved(endpoint, "r/c.yaml", "", "username: raise")
    Path("r/d.yaml").write_text("request: 7\n")

    authlens("run", "r", "--junit", "reports/junit.xml")

    suites = list(JUnitXml.fromfile("reports/junit.xml"))
    a, b, c, d = (case for suite in suites for case in suite)
    assert [(suite.tests, suite.failures, suite.errors) for suite in suites] == [(1, 0, 0), (1, 1, 0), *[(1, 0, 1)] * 2]
    assert [suite._elem.get("file") for suite in suites] == ["r/a.yaml", "r/b.yaml", "r/c.yaml", "r/d.yaml"]
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d", suites[0].timestamp)
    assert (a.name, a.classname, list(a.result)) == ("The request of a", "r.a", [])
    assert isinstance(b.result[0], Failure)
    assert b.result[0].message == "principalId: expected x, got sensor7 (and 1 more)"
    assert "got:        300" in b.result[0].text
    assert isinstance(c.result[0], Error)
    assert c.result[0].type == "InvalidResponseException"
    assert isinstance(d.result[0], Error)
    assert d.result[0].message.startswith("line 1, column 10: ")


def test_a_folder_as_junit_file_is_refused_before_sending(endpoint: Running, authlens: Command) -> None:
    Path("reports").mkdir()
    ended = authlens("run", saved(endpoint, "a.yaml"), "--junit", "reports")
    assert (ended.code, ended.out) == (252, "")
    assert "give a file for --junit" in ended.err
    assert "a.yaml" not in authlens("history", "list").out


def test_junit_takes_any_text(endpoint: Running, authlens: Command) -> None:
    name = saved(endpoint, "a.yaml", "{principalId: x}")
    text = Path(name).read_text().replace("The request of a", '"\\x1b[31m \\uffff \\u202e ]]> & <"')
    Path(name).write_text(text)

    authlens("run", name, "--junit", "junit.xml")

    (suite,) = JUnitXml.fromfile("junit.xml")
    assert next(iter(suite)).name == "␛[31m \ufffd ⟨U+202E⟩ ]]> & <"


def test_github_annotations_point_at_the_key(endpoint: Running, authlens: Command) -> None:
    saved(endpoint, "a.yaml", "\n  isAuthenticated: true\n  principalId: 100%,x")
    Path("b.yaml").write_text("request:\n  tokken: x\n")

    ended = authlens("run", "a.yaml", "b.yaml", "--github")

    annotations = [line for line in ended.out.splitlines() if line.startswith("::")]
    assert annotations[0] == (
        "::error file=a.yaml,line=8,title=The request of a::principalId: expected 100%25,x, got sensor7"
    )
    assert annotations[1].startswith("::error file=b.yaml,line=2,title=b.yaml::")


def test_outside_text_is_not_a_workflow_command(
    endpoint: Running, authlens: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    def raising(event: dict[str, Any]) -> Any:
        raise Failing("ValueError", "it broke\n ::stop-commands::x\n##[group]y")

    saved(endpoint, "a.yaml")
    monkeypatch.setenv("GITHUB_ACTIONS", "true")
    endpoint.host.function = raising
    try:
        ended = authlens("run", "a.yaml")
    finally:
        endpoint.host.function = answering

    lines = [line.strip() for line in ended.out.splitlines()]
    assert "|  ::stop-commands::x" in lines
    assert not [line for line in lines if line.startswith("::") or "##[" in line]


def test_ctrl_c_reports_the_results_so_far(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    def interrupted() -> Generator[list[Result], None, None]:
        yield [Result(SuiteItem("a.yaml", None), Judgement(JudgementState.KEPT), None, Redactor(()))]
        raise KeyboardInterrupt

    path = tmp_path / "junit.xml"
    items = [SuiteItem(f"{name}.yaml", None) for name in "abc"]
    with pytest.raises(KeyboardInterrupt):
        report(interrupted(), items, Reporting(junit=str(path)), build_services())

    assert capsys.readouterr().out.endswith("1 passed, 2 skipped\n")
    cases = [case for suite in JUnitXml.fromfile(str(path)) for case in suite]
    assert [(case.classname, case.is_skipped) for case in cases] == [
        ("a.yaml", False),
        ("b.yaml", True),
        ("c.yaml", True),
    ]


def test_filter_by_path_and_description(endpoint: Running, authlens: Command) -> None:
    for name in ("one", "two", "three"):
        saved(endpoint, f"r/{name}.yaml")

    assert authlens("run", "r", "--filter", "REQUEST OF T").out.splitlines()[-1] == "2 passed"
    ended = authlens("run", "r", "--filter", "four")
    assert ended.code == 252
    assert "no saved request in r has 'four' in its path or description" in ended.err


def test_fail_fast_stops_sending(endpoint: Running, authlens: Command) -> None:
    for number in range(5):
        saved(endpoint, f"r/{number}.yaml", "{isAuthenticated: true}" if number != 1 else "{isAuthenticated: false}")

    ended = authlens("run", "r", "--fail-fast", "--concurrency", "1", "--junit", "junit.xml")

    assert ended.code == 1
    assert ended.out.endswith("1 passed, 1 failed, 3 skipped\n")
    cases = [case for suite in JUnitXml.fromfile("junit.xml") for case in suite]
    assert len(cases) == 5
    assert [(case.classname, case.name) for case in cases if case.is_skipped] == [
        (f"r.{number}", f"The request of {number}") for number in (2, 3, 4)
    ]


def test_repeat_prints_the_latency(endpoint: Running, authlens: Command) -> None:
    saved(endpoint, "a.yaml", "{principalId: x}", "clientId: repeated")

    ended = authlens("run", "a.yaml", "--repeat", "6", "--concurrency", "1")

    clients = [event["protocolData"].get("mqtt", {}).get("clientId") for event in endpoint.host.events]
    assert clients.count("repeated") == 6
    lines = ended.out.splitlines()
    assert "        6 of 6 times" in lines
    assert lines[-5].split() == ["latency", "calls", "min", "median", "p95", "max"]
    assert lines[-4].split()[:2] == ["all", "6"]
    assert lines[-3].split()[0] == "cold"
    assert lines[-2].split()[0] == "warm"
    assert lines[-1] == "1 failed"


def test_the_history_records_unless_switched_off(endpoint: Running, authlens: Command) -> None:
    saved(endpoint, "a.yaml")

    authlens("run", "a.yaml", "--no-history")
    authlens("run", "a.yaml")

    with open_history() as history:
        (row,) = history.page()
        invocation = history.get(row.number)
    assert row.source == str(Path("a.yaml").absolute())
    assert invocation is not None
    assert invocation.request.mqtt_context is not None
    assert invocation.request.mqtt_context.password == "${env:PASSWORD}"


def test_stored_invocations_are_checked_without_a_call(endpoint: Running, authlens: Command) -> None:
    saved(endpoint, "r/a.yaml", "{isAuthenticated: true}")
    saved(endpoint, "r/b.yaml", mqtt="username: raise")
    authlens("run", "r", "--concurrency", "1")
    saved(endpoint, "r/a.yaml", "{principalId: sensor8}")
    before = len(endpoint.host.events)

    suite = authlens("run", "r", "--history", "")
    single = authlens("run", "r/a.yaml", "--history", "sensor7")
    asked = authlens(
        "run", "--history", "sensor7", "--allow", "iot:Connect client/sensor-7", "--deny", "iot:Publish topic/x"
    )
    all_of_it = authlens("run", "--history", "", "--output", "json")

    saved(endpoint, "r/copy of a.yaml", "{principalId: sensor9}")
    with_copy = authlens("run", "r", "--history", "sensor7")
    saved(endpoint, "others/a.yaml", mqtt="clientId: other")
    saved(endpoint, "others/b.yaml", mqtt="clientId: another")
    nobody = authlens("run", "others", "--history", "sensor7")

    assert (suite.code, single.code, asked.code, all_of_it.code) == (2, 1, 0, 2)
    assert with_copy.out.endswith("\n1 failed\n")
    assert "invocation 1 by r/a.yaml" in with_copy.out
    assert nobody.code == 252
    assert "no stored invocation that matches 'sensor7' was sent from these saved requests" in nobody.err
    assert suite.out.endswith("1 failed, 1 error\n")
    assert "failed  invocation 1 by r/a.yaml" in single.out
    assert len(objects(all_of_it.out)) == 2
    assert len(endpoint.host.events) == before


def test_a_query_that_finds_nothing(authlens: Command) -> None:
    ended = authlens("run", "--history", "nothing")

    assert ended.code == 252
    assert "the history has nothing that matches 'nothing'" in ended.err


def test_replay_sends_again_and_compares(endpoint: Running, authlens: Command) -> None:
    saved(endpoint, "a.yaml")
    saved(endpoint, "b.yaml", mqtt="username: raise")
    authlens("run", "a.yaml", "b.yaml", "--concurrency", "1")
    before = len(endpoint.host.events)

    same = authlens("run", "--replay", "1", "2", "--no-history")
    endpoint.host.function = lambda event: {**answering(event), "principalId": "sensor9"}
    try:
        other = authlens("run", "--replay", "1")
    finally:
        endpoint.host.function = answering

    assert same.code == 0
    assert same.out.endswith("2 passed\n")
    assert len(endpoint.host.events) - before == 3
    assert other.code == 1
    assert "expected:   as before: authenticated as sensor7" in other.out
    assert "difference: principal sensor7 → sensor9" in other.out


def test_replay_of_unknown_ids(authlens: Command) -> None:
    ended = authlens("run", "--replay", "9")

    assert ended.code == 252
    assert "the history has no invocation 9" in ended.err


def test_several_targets_are_compared_with_the_first(endpoint: Running, authlens: Command) -> None:
    saved(endpoint, "a.yaml", "{isAuthenticated: true}")
    words = (
        "run",
        "a.yaml",
        "--target",
        "authorizer=Sensor",
        "--target",
        "authorizer=Other",
        "--target",
        "local=no.yaml",
    )

    same = authlens(*words[:-2])
    ended = authlens(*words)
    as_json = authlens(*words, "--output", "json")

    assert same.code == 0
    lines = same.out.splitlines()
    assert lines[1].split() == ["target", "result", "answer", "time", "difference", "from", "the", "first"]
    assert lines[2].split()[:5] == ["authorizer=Sensor", "passed", "authenticated", "as", "sensor7"]
    assert same.out.endswith("2 passed; 0 answers differ from the first target's\n")
    assert ended.code == 2
    (value,) = objects(as_json.out)
    assert [target["equalToFirst"] for target in value["targets"]] == [True, True, False]
    assert value["targets"][2]["result"] == "error"


def test_a_different_answer_is_exit_code_1(endpoint: Running, authlens: Command) -> None:
    saved(endpoint, "a.yaml")
    with running(
        definitions(Authorizer("Sensor", signing_disabled=True)),
        StandIn(lambda event: {**answering(event), "principalId": "p9"}),
    ) as other:
        ended = authlens(
            "run",
            "a.yaml",
            "--target",
            "region=eu-west-1,endpoint-url=" + endpoint.url,
            "--target",
            f"endpointUrl={other.url}",
        )

    assert ended.code == 1
    assert "differs: principal sensor7 → p9" in ended.out


def test_negative_cases_are_written_once_and_expect_their_refusal(endpoint: Running, authlens: Command) -> None:
    path = saved(endpoint, "r/a.yaml", mqtt=f"username: u, password: {CANARY}, clientId: sensor-7")

    first = authlens("run", path, "--negative", "r/refused")
    second = authlens("run", path, "--negative", "r/refused")
    suite = authlens("run", "r/refused", "--filter", "password")
    other = authlens("run", "r/refused", "--filter", "other-client")

    assert first.code == 0
    assert "r/refused/a-missing-password.yaml" in first.out.splitlines()
    assert second.out == ""
    assert "5 existing files were left unchanged" in second.err
    assert suite.code == other.code == 0


def test_paths_in_negative_cases_point_to_the_same_files(endpoint: Running, authlens: Command) -> None:
    Path("r").mkdir()
    Path("r/a.yaml").write_text(
        "target: {local: ../authorizers.yaml}\nrequest: {authorizerName: A, token: t}\nsign: {key: ../keys/k.pem}\n"
    )

    Path("r/b.yaml").write_text("request: {tokn: t}\n")

    ended = authlens("run", "r", "--negative", "refused/deep")

    assert ended.code == 2
    assert "authlens: error: r/b.yaml: line 1, column 11: unknown key 'tokn'" in ended.err
    assert "cannot be used, so an expired JWT keeps its signature" in ended.err
    assert "local: ../../authorizers.yaml" in Path("refused/deep/a-wrong-signature.yaml").read_text()


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        ((), "give the saved requests to run, or folders of them"),
        (("nowhere",), "there is no file or folder nowhere"),
        (("empty",), "no saved request in empty; authlens looks for *.yaml and *.yml with a `request:` key"),
        (("a.yaml", "--repeat", "0"), "'0' is not a whole number of at least 1"),
        (("a.yaml", "--allow", "iot:Connect client/c"), "use them with --history QUERY"),
        (("--history", "", "--replay", "1"), "--history and --replay cannot be used together"),
        (("a.yaml", "--replay", "1"), "--replay takes ids from the history, and no PATH"),
        (("a.yaml", "--target", "nonsense=1"), "must be KEY=VALUE,… with the keys local, profile, region"),
        (("a.yaml", "--target", "local=a.yaml,local=b.yaml"), "has local twice; use a second --target"),
        (("--history", "", "--deny", "iot:Connect"), "iot:Connect on what? Add the client id."),
        (("--history", "", "--deny", "iot:Publsh topic/a"), "did you mean iot:Publish?"),
        (("--replay", "x"), "'x' is not a whole number of at least 1"),
        (("a.yaml", "--target", "local=demo", "--repeat", "2"), "--repeat has no effect with --target"),
        (("--replay", "1", "--filter", "a"), "--filter has no effect with --replay"),
        (("a.yaml", "--negative", "n", "--output", "json"), "--output has no effect with --negative"),
        (("a.yaml", "--negative", "n", "--concurrency", "2"), "--concurrency has no effect with --negative"),
        (("a.yaml", "--negative", "n", "--no-history"), "--no-history has no effect with --negative"),
        (("--history", "", "--concurrency", "2"), "--concurrency has no effect with --history"),
        (("--history", "", "--no-history"), "--no-history has no effect with --history"),
        (("a.yaml", "--target", "local=demo", "--serve", "a.yaml"), "--serve has no effect with --target"),
        (("--replay", "1", "--repeat", "1"), "--repeat has no effect with --replay"),
        (("--replay", "1", "--tag", "t"), "--tag has no effect with --replay"),
        (("a.yaml", "--tag", "t"), "no saved request in a.yaml has the tag t"),
        (("a.yaml::none",), "a.yaml has no case 'none': it has no cases"),
        (("a.yaml", "--environment", "prod"), "there is no environment 'prod': create environments/prod.yaml"),
        (("a.yaml", "--environment", "../x"), "'../x' cannot be the name of an environment"),
        (("a.yaml", "--junit", "a.yaml/junit.xml"), "cannot write a.yaml/junit.xml: "),
        (("a.yaml", "--serve", "nowhere.yaml"), "nowhere.yaml"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_usage(endpoint: Running, authlens: Command, words: tuple[str, ...], complaint: str) -> None:
    Path("empty").mkdir()
    Path("empty/authorizers.yaml").write_text("authorizers: {}\n")
    saved(endpoint, "a.yaml")

    ended = authlens("run", *words)

    assert ended.code == 252
    assert complaint in ended.err


def test_serve_starts_the_endpoint_for_the_run_and_ends_it(tmp_path: Path) -> None:
    """A real child process that starts another, without any AWS settings."""
    project(tmp_path)
    (tmp_path / "r").mkdir()
    for number in range(4):
        (tmp_path / "r" / f"{number}.yaml").write_text(
            "request: {authorizerName: Sensor, mqttContext: {clientId: c}}\n"
        )
    words = [sys.executable, "-m", "authlens", "run", "r", "--serve", "authorizers.yaml", "--no-history"]

    ended = subprocess.run(words, cwd=tmp_path, env=os.environ, capture_output=True, text=True, timeout=50, check=False)

    assert ended.returncode == 0
    assert ended.stdout.endswith("4 passed\n")
    assert ended.stderr == ""

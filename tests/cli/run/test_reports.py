"""The reports of `authlens run` as their readers need them: Jenkins' schema, GitHub's annotations and job summary."""

from __future__ import annotations

import io
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import xmlschema
from hypothesis import given
from hypothesis import strategies as st

from authlens.cli.console.output import Output
from authlens.cli.run.junit import class_name, write_junit
from authlens.cli.run.report import ReportStyle, summary, terminal_style
from authlens.core.expect.check import Broken, Judgement, JudgementState
from authlens.core.request.authorizer import Authorizer
from authlens.core.secrets.redaction import Redactor
from authlens.suite import Result
from authlens.suite_items import SuiteItem, items_of_text
from support.invocations import CONNECT, policy
from support.local_endpoint import REGION, Failing, Running, StandIn, definitions, running
from support.one_command import Command

DATA = Path(__file__).parent.parent.parent / "data"
CANARY = "canary-of-a-password"


@cache
def schema() -> xmlschema.XMLSchema:
    return xmlschema.XMLSchema(str(DATA / "junit-10.xsd"))


def answering(event: dict[str, Any]) -> Any:
    mqtt = event["protocolData"].get("mqtt", {})
    if mqtt.get("username") == "raise":
        raise Failing("ValueError", f"it broke with {CANARY}\n| <b>`x`</b>")
    return {"isAuthenticated": True, "principalId": "sensor7", "policyDocuments": [policy(CONNECT)]}


@pytest.fixture(scope="module")
def endpoint() -> Iterator[Running]:
    with running(definitions(Authorizer("Sensor", signing_disabled=True)), StandIn(answering)) as started:
        yield started


@pytest.fixture
def authlens(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Command:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    monkeypatch.setenv("PASSWORD", CANARY)
    return Command(capsys, monkeypatch)


@pytest.fixture
def suite(endpoint: Running, authlens: Command) -> Path:
    """Every result: passed, failed in a case and in its file, an error from AWS, an invalid file, and one skipped."""
    target = f"target: {{endpointUrl: '{endpoint.url}', region: {REGION}}}\n"
    request = "request:\n  authorizerName: Sensor\n  mqttContext: {clientId: c, password: '${env:PASSWORD}'}\n"
    folder = Path("requests/ops/bad")
    folder.mkdir(parents=True)
    (folder / "ops-2.yaml").write_text(f"description: Two | <b>\n{target}{request}")
    (folder / "rows.yaml").write_text(
        f"{target}{request}expect:\n  principalId: sensor7\ncases:\n  right: {{}}\n"
        "  wrong:\n    expect:\n      principalId: sensor8\n"
        "  broken: {description: Raises, request: {mqttContext: {username: raise}}}\n"
        "  later: {skip: not yet}\n"
    )
    (folder / "v1.2.yaml").write_text(f"{target}{request}expect:\n  refreshAfterInSeconds: 7\n")
    (folder / "zz.yaml").write_text("request:\n  tokken: x\n")
    return folder


@pytest.mark.parametrize("more", [(), ("--fail-fast",), ("--repeat", "2"), ("--filter", "zz")], ids=" ".join)
def test_every_report_is_valid_for_jenkins(authlens: Command, suite: Path, more: tuple[str, ...]) -> None:
    authlens("run", "requests", "--junit", "junit.xml", "--concurrency", "1", *more)

    schema().validate("junit.xml")


def test_names_in_the_report_make_a_tree(authlens: Command, suite: Path) -> None:
    authlens("run", "requests", "--junit", "junit.xml")

    suites = ElementTree.parse("junit.xml").getroot()
    assert [each.get("file") for each in suites] == [
        f"requests/ops/bad/{name}.yaml" for name in ("ops-2", "rows", "v1.2", "zz")
    ]
    cases = [(case.get("classname"), case.get("name"), [each.tag for each in case]) for case in suites.iter("testcase")]
    assert cases == [
        ("requests.ops.bad.ops-2", "Two | <b>", []),
        ("requests.ops.bad.rows", "right", []),
        ("requests.ops.bad.rows", "wrong", ["failure"]),
        ("requests.ops.bad.rows", "broken: Raises", ["error"]),
        ("requests.ops.bad.rows", "later", ["skipped"]),
        ("requests.ops.bad.v1_2", "requests/ops/bad/v1.2.yaml", ["failure"]),
        ("requests.ops.bad.zz", "requests/ops/bad/zz.yaml", ["error"]),
    ]
    assert all(each.get("timestamp") for each in suites)
    skipped = next(suites.iter("skipped"))
    assert skipped.get("message") == "not yet"
    assert CANARY not in Path("junit.xml").read_text()


@given(st.lists(st.tuples(st.text(), st.text(), st.sampled_from(JudgementState), st.floats(0, 1e9)), max_size=4))
def test_no_text_makes_a_report_invalid(tmp_path_factory: pytest.TempPathFactory, rows: list[Any]) -> None:
    path = tmp_path_factory.getbasetemp() / "junit.xml"
    results = [
        Result(
            SuiteItem(name, None, path=Path("a") / (name.replace("\0", "").replace("/", "") or "b")),
            Judgement(
                state, (Broken("principalId", message, message),) if state is JudgementState.BROKEN else (), message
            ),
            None,
            Redactor(()),
        )
        for name, message, state, _ in rows
    ]

    write_junit(path, results)

    schema().validate(str(path))


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("requests/ops/bad/ops-2.yaml", "requests.ops.bad.ops-2"),
        ("../requests/a.YML", "requests.a"),
        ("/tmp/x/a.yaml", "tmp.x.a"),
        ("a.b/c.d.yaml", "a_b.c_d"),
        ("request", "request"),
    ],
)
def test_class_names(path: str, name: str) -> None:
    assert class_name(SuiteItem(path, None, path=Path(path))) == name


def test_annotations_point_into_the_checkout(authlens: Command, suite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GITHUB_WORKSPACE", str(Path.cwd()))
    monkeypatch.chdir("requests/ops")

    ended = authlens("run", "bad", "--github", "--no-history")

    annotations = [line.partition("::")[2] for line in ended.out.splitlines() if line.startswith("::error")]
    assert ",title=wrong::" in annotations[0], "a case has its name: the file's description says nothing of it"
    assert ",title=broken%3A Raises::" in annotations[1]
    assert [line.partition(",title=")[0] for line in annotations] == [
        "error file=requests/ops/bad/rows.yaml,line=11",
        "error file=requests/ops/bad/rows.yaml,line=12",
        "error file=requests/ops/bad/v1.2.yaml,line=6",
        "error file=requests/ops/bad/zz.yaml,line=2",
    ]


def test_the_job_gets_a_summary(authlens: Command, suite: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    Path("summary.md").write_text("before\n")
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "summary.md")

    authlens("run", "requests", "--no-history")

    text = Path("summary.md").read_text()
    assert text.startswith("before\n### authlens: 2 passed, 2 failed, 2 errors, 1 skipped\n")
    rows = [line for line in text.splitlines() if line.startswith("| ") and "Request" not in line]
    assert len(rows) == 7
    assert "rows.yaml::broken" in rows[0]
    assert "error: " in rows[0]
    assert r"Two \| \<b\>" in rows[5] + rows[6]
    assert CANARY not in text


def test_a_summary_that_cannot_be_written_is_a_warning(
    authlens: Command, suite: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GITHUB_STEP_SUMMARY", "nowhere/summary.md")

    ended = authlens("run", str(suite / "ops-2.yaml"), "--no-history")

    assert ended.code == 0
    assert "authlens: warning: cannot write a summary to nowhere/summary.md: No such file or directory" in ended.err


@pytest.mark.parametrize(
    ("style", "text"),
    [
        (ReportStyle(True, True), "\x1b[32m✓ passed\x1b[0m"),
        (ReportStyle(False, True), "\x1b[32mpassed\x1b[0m"),
        (ReportStyle(True, False), "✓ passed"),
    ],
)
def test_results_on_a_terminal(style: ReportStyle, text: str) -> None:
    assert style.word(JudgementState.KEPT, "passed") == text


def test_the_summary_line_has_correct_plurals() -> None:
    (item,) = items_of_text("-", "request: 7")
    error = Result(item, Judgement(JudgementState.UNJUDGED), None, Redactor(()))
    assert summary([error], 2) == "1 error, 2 skipped"
    assert summary([error, error], 0) == "2 errors"


class Terminal(io.TextIOWrapper):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("is_terminal", "encoding", "environ", "expected"),
    [
        (True, "utf-8", {}, ReportStyle(True, True)),
        (True, "utf-8", {"NO_COLOR": "1"}, ReportStyle(True, False)),
        (True, "utf-8", {"TERM": "dumb"}, ReportStyle(True, False)),
        (True, "ascii", {}, ReportStyle(False, True)),
        (False, "utf-8", {}, None),
        (False, "utf-8", {"FORCE_COLOR": "1"}, ReportStyle(True, True)),
    ],
)
def test_who_gets_glyphs_and_colours(
    is_terminal: bool, encoding: str, environ: dict[str, str], expected: ReportStyle | None
) -> None:
    stream = (Terminal if is_terminal else io.TextIOWrapper)(io.BytesIO(), encoding=encoding)
    assert terminal_style(Output(stream), environ) == expected

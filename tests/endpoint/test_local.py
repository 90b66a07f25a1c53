"""Local targets: an endpoint started for a file, kept while it fits, and gone with whoever started it."""

from __future__ import annotations

import os
import signal
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from authlens.core.request.target import DEMO, Target
from authlens.endpoint.local import CREDENTIALS, LocalTargetError, LocalTargets, printed_line, printed_text
from support.children import Child
from support.processes import wait_until

FILE = """\
region: eu-central-1
authorizers:
  Auth: {codeUri: ., handler: app.handler, signingDisabled: true}
"""
HANDLER = """\
import pathlib, time

def handler(event, context):
    print("waiting")
    while not pathlib.Path("go").exists():
        time.sleep(0.01)
    print("went")
"""
TEMPLATE = """\
Resources:
  Fn: {Type: AWS::Serverless::Function, Properties: {CodeUri: ., Handler: app.handler, Runtime: python3.11}}
  Auth: {Type: AWS::IoT::Authorizer, Properties: {AuthorizerFunctionArn: !GetAtt Fn.Arn, SigningDisabled: true}}
"""


@pytest.fixture
def local_targets() -> Iterator[LocalTargets]:
    targets = LocalTargets()
    yield targets
    targets.close()


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "authorizers.yaml").write_text(FILE)
    (tmp_path / "template.yaml").write_text(TEMPLATE)
    (tmp_path / "app.py").write_text(HANDLER)
    (tmp_path / "aiohttp.py").write_text("raise SystemExit('the folder shadows a library')\n")
    return tmp_path


def answers(url: str | None) -> bool:
    """Whether something listens there that speaks HTTP."""
    try:
        with urllib.request.urlopen(f"{url}/none", timeout=10) as answer:
            return answer is not None
    except urllib.error.HTTPError:
        return True
    except OSError:
        return False


def test_an_endpoint_is_started_and_kept(local_targets: LocalTargets, project: Path) -> None:
    first = local_targets.locate(Target(local="authorizers.yaml"), project)
    again = local_targets.locate(Target(local=str(project / "authorizers.yaml"), region="us-east-1"))
    assert (first.region, first.credentials, first.local) == ("eu-central-1", CREDENTIALS, "authorizers.yaml")
    assert (again.region, again.endpoint_url) == ("us-east-1", first.endpoint_url)
    assert answers(first.endpoint_url)
    call = threading.Thread(target=lambda: send(first.endpoint_url))
    call.start()
    printed: list[str] = []
    """Piece by piece: only what was printed since it was last asked."""

    def has_printed(text: str) -> bool:
        printed.append(local_targets.printed(first, project))
        return "".join(printed) == text

    wait_until(lambda: has_printed("waiting\n"))
    (project / "go").touch()
    call.join()
    wait_until(lambda: has_printed("waiting\nwent\n"))
    assert local_targets.printed(Target(local="other.yaml"), project) == ""


def send(url: str | None) -> None:
    body = b'{"httpContext": {"queryString": "?a=b"}}'
    with suppress(urllib.error.HTTPError):
        urllib.request.urlopen(urllib.request.Request(f"{url}/authorizer/Auth/test", body), timeout=20)


@pytest.mark.parametrize(
    "line", ["", "not JSON", "[]", '{"printed": 1}', '{"url": "http://localhost:1"}', "[" * 100_000]
)
def test_other_lines_of_an_endpoint_are_not_output(line: str) -> None:
    assert printed_text(line) == ""
    assert printed_text(printed_line("é\n".encode())) == "é\n"


@pytest.mark.slow
def test_a_template_is_served_too(local_targets: LocalTargets, project: Path) -> None:
    assert answers(local_targets.locate(Target(local="template.yaml"), project).endpoint_url)


def test_the_demo_needs_no_file(local_targets: LocalTargets, tmp_path: Path) -> None:
    assert answers(local_targets.locate(Target(local=DEMO), tmp_path).endpoint_url)


def test_other_targets_come_back_as_they_are(local_targets: LocalTargets) -> None:
    target = Target(profile="dev", region="eu-west-1")
    assert local_targets.locate(target) is target


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("authorizers:\n  Auth: {codeUri: none, handler: app.handler}\n", "line 2, column 19: the folder"),
        pytest.param("authorizers: [\n", "line 2, column 1", marks=pytest.mark.slow),
        pytest.param(None, "cannot be read: No such file or directory", marks=pytest.mark.slow),
    ],
)
def test_a_start_that_fails_says_what_the_endpoint_says(
    local_targets: LocalTargets, project: Path, text: str | None, message: str
) -> None:
    path = project / "broken.yaml"
    if text:
        path.write_text(text)
    with pytest.raises(LocalTargetError, match=message) as caught:
        local_targets.locate(Target(local="broken.yaml"), project)
    assert str(caught.value).startswith(str(path))


@pytest.mark.slow
def test_a_fixed_file_is_served(local_targets: LocalTargets, project: Path) -> None:
    path = project / "authorizers.yaml"
    path.write_text("authorizers: {}\n")
    with pytest.raises(LocalTargetError, match="authorizers is empty"):
        local_targets.locate(Target(local=str(path)))
    path.write_text(FILE)
    assert answers(local_targets.locate(Target(local=str(path))).endpoint_url)


@pytest.mark.slow
def test_one_that_died_is_started_again(local_targets: LocalTargets, project: Path) -> None:
    target = Target(local="authorizers.yaml")
    first = local_targets.locate(target, project)
    (endpoint,) = local_targets._running.values()
    endpoint._child.kill()
    endpoint._child.wait()
    assert answers(local_targets.locate(target, project).endpoint_url)
    assert not answers(first.endpoint_url)


@pytest.mark.slow
def test_closing_ends_them(project: Path) -> None:
    targets = LocalTargets()
    url = targets.locate(Target(local="authorizers.yaml"), project).endpoint_url
    targets.close()
    assert not answers(url)
    targets.close()


STARTER = """
    import sys, time
    from authlens.core.request.target import Target
    from authlens.endpoint.local import LocalTargets
    print(LocalTargets().locate(Target(local=sys.argv[1])).endpoint_url, flush=True)
    time.sleep(600)
"""


def test_a_killed_starter_takes_its_endpoint_along(project: Path) -> None:
    starter = Child(STARTER, str(project / "authorizers.yaml"))
    url = starter.line()
    assert answers(url)
    os.kill(starter.process.pid, signal.SIGKILL)
    starter.process.communicate()
    last = time.monotonic() + 20
    while answers(url):
        assert time.monotonic() < last

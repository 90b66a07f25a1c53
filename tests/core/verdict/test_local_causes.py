from __future__ import annotations

from dataclasses import replace

import pytest

from authlens.core.invocation.invocation import Failure, FailureKind
from authlens.core.invocation.local_run import LocalRun, Unresolved
from authlens.core.verdict.local_causes import network_error, possible_cause
from authlens.core.verdict.stages import stages
from support.stored_invocations import FAILED, short

NETWORK = {
    "caught: Error: getaddrinfo ENOTFOUND db.internal": "getaddrinfo ENOTFOUND db.internal",
    "urllib.error.URLError: <urlopen error [Errno -2] Name or service not known>": "Name or service not known",
    "connect ECONNREFUSED 127.0.0.1:5432": "ECONNREFUSED 127.0.0.1:5432",
    "botocore.exceptions.ConnectTimeoutError: Connect timeout on endpoint URL": (
        "ConnectTimeoutError: Connect timeout on endpoint URL"
    ),
    "socket.timeout: The read operation timed out": "timeout: The read operation timed out",
    "TypeError: fetch failed": "fetch failed",
    "FATAL\nconnection to server timed out": None,
    "Task timed out after 5.00 seconds": None,
    "wrong password for sensor-7": None,
    "the token's timeout is 5": None,
}


@pytest.mark.parametrize(("log", "words"), NETWORK.items())
def test_network_errors_are_recognised(log: str, words: str | None) -> None:
    assert network_error(log) == words


def test_a_refusal_names_the_value_that_is_missing_before_the_network() -> None:
    unresolved = Unresolved(
        "the variable PASSWD is left out", "only AWS knows it", "t.yaml:3", "give --env PASSWD=VALUE"
    )
    run = LocalRun("Python", (), (unresolved, unresolved))
    refused = replace(short(authenticated=False, log="getaddrinfo ENOTFOUND x"), local_run=run)
    verdict = stages(refused)
    assert "The variable PASSWD is left out: only AWS knows it (t.yaml:3). (1 more value" in verdict.headline
    assert verdict.next_step == "Give --env PASSWD=VALUE."


def test_a_refusal_points_out_the_network_error_in_its_log() -> None:
    verdict = stages(short(authenticated=False, log="caught getaddrinfo ENOTFOUND db.internal"))
    assert "Its log contains a network error: getaddrinfo ENOTFOUND db.internal." in verdict.headline
    assert "can reach" in verdict.next_step


def test_what_the_machine_knows_comes_first() -> None:
    words = "Lambda function encountered error in execution: Cannot find module 'x': Error"
    failure = Failure(FailureKind.AWS, "InvalidResponseException", words, 400)
    failed = replace(FAILED, local_run=LocalRun(advice="run 'npm install'"), result=failure)
    assert stages(failed).next_step == "run 'npm install'"


def test_nothing_is_said_of_a_plain_refusal() -> None:
    assert possible_cause(short(authenticated=False, log="wrong password")) is None


PASSWD = Unresolved("the variable PASSWD is left out", "only AWS knows it", "t.yaml:3", "give --env PASSWD=VALUE")
BARE = Unresolved("it cannot run", "why")
MISSING = "The variable PASSWD is left out: only AWS knows it (t.yaml:3)."
GIVE = "Give --env PASSWD=VALUE."


@pytest.mark.parametrize(
    ("run", "log", "cause"),
    [
        (None, None, None),
        (LocalRun(), "no error", None),
        (LocalRun(unresolved=(PASSWD,)), "getaddrinfo ENOTFOUND x", (MISSING, GIVE)),
        (
            LocalRun(unresolved=(PASSWD, BARE)),
            None,
            (f"{MISSING} (1 more value of its definition could not be resolved.)", GIVE),
        ),
        (
            LocalRun(unresolved=(BARE, PASSWD, PASSWD)),
            None,
            ("It cannot run: why. (2 more values of its definition could not be resolved.)", ""),
        ),
        (LocalRun(unresolved=(PASSWD,), advice="Do this."), "fetch failed", ("", "Do this.")),
        (
            LocalRun(),
            "fetch failed\nconnect  ECONNREFUSED\t127.0.0.1:1 ",
            (
                "Its log contains a network error: ECONNREFUSED 127.0.0.1:1.",
                "Check that this machine can reach what the function calls, or point the function to a substitute.",
            ),
        ),
    ],
)
def test_the_causes_outside_the_function(run: LocalRun | None, log: str | None, cause: tuple[str, str] | None) -> None:
    assert possible_cause(replace(short(log=log), local_run=run)) == cause

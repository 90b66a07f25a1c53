"""Whether the function's code changed between two runs."""

from __future__ import annotations

import pytest

from authlens.core.deployment.deployment import Deployment, Function, Unread
from authlens.core.invocation.local_run import LocalRun
from authlens.core.invocation.ran_code import RanCode, code_change, ran_code
from authlens.core.request.authorizer import Authorizer
from support.invocations import invocation

ONE = RanCode("1", (("app.py", "a"), ("part.py", "b")))


@pytest.mark.parametrize(
    ("after", "words"),
    [
        (ONE, ""),
        (None, ""),
        (RanCode("2", is_deployed=True), ""),
        (RanCode("2"), "the function's code changed"),
        (RanCode("2", ONE.files), "the function's code changed"),
        (RanCode("2", (("app.py", "c"), ("part.py", "b"))), "the function's code changed (app.py)"),
        (RanCode("2", (("app.py", "a"), ("new.py", "b"))), "the function's code changed (new.py, part.py)"),
        (RanCode("2", tuple((name, "c") for name in "abcd")), "the function's code changed (a, app.py, b and 3 more)"),
    ],
)
def test_a_change_is_named_with_its_files_where_both_sides_are_known(after: RanCode | None, words: str) -> None:
    assert code_change(ONE, after) == code_change(after, ONE) == words


def test_a_deployed_function_is_known_by_what_was_read_of_it() -> None:
    deployed = Deployment(Authorizer("A"), Function("arn:f", 3, code_sha256="ab="), None)
    one, other = RanCode("ab=", is_deployed=True), RanCode("cd=", is_deployed=True)

    assert ran_code(invocation(deployment=deployed)) == one
    assert ran_code(invocation(deployment=Deployment(Authorizer("A"), Unread("x", "y"), None))) is None
    assert ran_code(invocation()) is ran_code(invocation(local_run=LocalRun("Python"))) is None
    assert ran_code(invocation(local_run=LocalRun(code="1", code_files=ONE.files))) == ONE
    assert code_change(one, one) == ""
    assert code_change(one, other) == "the function's deployed code changed"

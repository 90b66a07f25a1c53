from __future__ import annotations

import re
import subprocess
import sys

import pytest

from authlens.core.text.late_patterns import LatePattern, compiled_late

_SHOWS = """
import re
from authlens.core.text.yaml_reader import load
from authlens.core.text.late_patterns import LatePattern
import yaml
print([type(each) is LatePattern for each in (yaml.reader.Reader.NON_PRINTABLE, re.compile("a"))])
print(load("a: 1").value["a"].value)
print(yaml.load("a: 2026-11-29 # a date", yaml.SafeLoader), yaml.safe_dump({"a": "1"}).strip())
"""


def test_a_pattern_is_compiled_for_what_it_is_used_for() -> None:
    late = LatePattern("(A)", re.IGNORECASE)
    assert late.fullmatch("a") is not None
    assert late.sub("b", "xax") == "xbx"
    assert late.pattern == "(A)"
    with pytest.raises(re.error):
        LatePattern("(").match("a")


def test_only_a_package_that_is_being_imported_gets_late_patterns() -> None:
    compile_now = re.compile
    with compiled_late("yaml"):
        assert isinstance(re.compile("a"), re.Pattern)
        theirs = {"__name__": "yaml.reader", "re": re}
        exec("found = re.compile('a', re.DOTALL)", theirs)
    assert isinstance(theirs["found"], LatePattern)
    assert theirs["found"].flags & re.DOTALL
    assert re.compile is compile_now


def test_pyyaml_reads_and_writes_with_them() -> None:
    shown = subprocess.run([sys.executable, "-c", _SHOWS], capture_output=True, text=True, check=True).stdout
    assert shown.splitlines() == ["[True, False]", "1", "{'a': datetime.date(2026, 11, 29)} a: '1'"]

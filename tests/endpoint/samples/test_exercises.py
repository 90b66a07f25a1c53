"""What each sample says to do makes it pass: the exercises of the demo, solved by the installed program."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from authlens.endpoint.samples.unpack import unpack_samples


def edited(path: Path, pattern: str, replacement: str) -> None:
    before = path.read_text()
    after = re.sub(pattern, replacement, before, flags=re.DOTALL)
    assert after != before, f"{path.name} has no {pattern}"
    path.write_text(after)


@pytest.mark.slow
def test_the_exercises_are_solved_as_they_say(tmp_path: Path) -> None:
    requests = unpack_samples(tmp_path / "authlens" / "demo")
    functions = requests.parent / "functions" / "mistakes"
    edited(requests / "3-wrong-password.yaml", "battery-staple", "correct-horse")
    edited(requests / "4-function-that-raises.yaml", "request:\n", "request:\n  mqttContext: {username: sensor7}\n")
    edited(functions / "bad_answer.py", '"principalId": "sensor-7"', '"principalId": "sensor7"')
    edited(functions / "useless_policy.py", r"\[ALERTS\]", "[CONNECT, ALERTS]")
    edited(requests / "7-signature-of-another-token.yaml", "  tokenSignature: [^\n]+\n", "")
    edited(requests / "7-signature-of-another-token.yaml", "expect:", "sign: {key: ../keys/private.pem}\nexpect:")
    edited(requests.parent / "authorizers.yaml", "status: INACTIVE", "status: ACTIVE")
    done = subprocess.run(
        [sys.executable, "-m", "authlens", "run", str(requests), "--no-history"],
        capture_output=True,
        text=True,
        env={**os.environ, "XDG_STATE_HOME": str(tmp_path)},
        timeout=100,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr

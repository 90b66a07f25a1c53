"""Ctrl+C at any moment from the program's first own line on: the code of an interrupt, and no traceback."""

from __future__ import annotations

import signal
import subprocess
import sys
from textwrap import dedent

import pytest

from authlens import interrupts

AT_IMPORT = """
    import os, signal, sys

    class Interrupting:
        left = {number}

        def find_spec(self, name, path=None, target=None):
            if "authlens.interrupts" in sys.modules:
                self.left -= 1
                if not self.left:
                    os.kill(os.getpid(), signal.SIGINT)

    sys.argv = ["authlens", "explain", "--answer", "-"]
    sys.meta_path.insert(0, Interrupting())
    from authlens.__main__ import main
    sys.exit(main())
"""


def interrupted_at(number: int) -> tuple[int, str]:
    code = dedent(AT_IMPORT).replace("{number}", str(number))
    done = subprocess.run(
        [sys.executable, "-c", code], input="{}", capture_output=True, text=True, timeout=50, check=False
    )
    return done.returncode, done.stderr


def test_another_program_that_imports_it_keeps_its_handler() -> None:
    before = signal.getsignal(signal.SIGINT)
    interrupts.end_quietly()
    assert signal.getsignal(signal.SIGINT) is before


def test_nothing_is_imported_before_it() -> None:
    code = "import sys; before = set(sys.modules); import authlens; print(*sorted(set(sys.modules) - before))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(done.stdout.split()) <= {"__future__", "authlens", "authlens.interrupts"}


@pytest.mark.parametrize("number", [1, 5, 40])
def test_while_it_is_imported(number: int) -> None:
    assert interrupted_at(number) == (130, "")


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_at_each_import_of_a_command() -> None:
    assert {interrupted_at(number) for number in range(1, 60)} == {(130, "")}


WITH_A_THREAD_INSIDE_RUST = """
    import sys, threading, time
    from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

    inside = threading.Event()

    class Endless(int):
        def bit_length(self):
            inside.set()
            while True:
                time.sleep(0)

    threading.Thread(target=encode_dss_signature, args=(Endless(5), 5), daemon=True).start()
    inside.wait()
    sys.argv = ["authlens", "help", "files"]
    from authlens.__main__ import main
    sys.exit(main())
"""


def test_a_thread_that_still_runs_inside_rust_does_not_abort_the_process() -> None:
    code = dedent(WITH_A_THREAD_INSIDE_RUST)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=50, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout) > 4_096, "what is still buffered is written first"

"""Runs one child and leaves nothing behind: ends every descendant when the child or the endpoint ends.

Started by path with the standard library alone. Standard input is the lifeline: its end means that all must end; `1`
and `0` on it say when an invocation begins and ends, for then the memory is looked at more often or less.
Standard output reports to the endpoint, a line each: `pid N`, `peak KIB`, then one of `exit CODE`, `signal N` and
`memory KIB`. Standard error becomes the child's standard output and error. Linux gives every orphan to this process
(child subreaper), also one that called setsid. Elsewhere only the child's own session can be ended, and memory is not
watched.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time

LINUX = sys.platform == "linux"
BUSY, IDLE = b"1", b"0"
"""Sent on the lifeline when an invocation begins and ends."""
LOOK = {BUSY: 0.05, IDLE: 1.0}
"""Seconds between two checks of the memory."""
GIVE_UP = 10.0
"""Seconds after which a descendant that does not die (stuck in the kernel) is left alone."""
SET_PARENT_DEATH_SIGNAL = 1
SET_CHILD_SUBREAPER = 36
"""PR_SET_PDEATHSIG and PR_SET_CHILD_SUBREAPER of <linux/prctl.h>."""
CANNOT_EXECUTE = 126
"""Exit code of a shell for a program that cannot be started."""


def main(arguments: list[str]) -> None:
    limit, command = int(arguments[0]) * 1024, arguments[1:]
    prctl(SET_CHILD_SUBREAPER, 1)
    wake = woken_by_signals()
    child = start(command)
    report(f"pid {child}")
    verdict = watch(child, wake, limit)
    if verdict:
        report(verdict)
    end_all(child)


def prctl(option: int, value: int) -> None:
    if LINUX:
        # Late, because other systems may lack it.
        import ctypes

        ctypes.CDLL(None, use_errno=True).prctl(option, value, 0, 0, 0)


def woken_by_signals() -> int:
    """A descriptor that becomes readable on SIGCHLD. Handlers, unlike ignored signals, do not pass to the child."""
    reading, writing = os.pipe()
    os.set_blocking(reading, False)
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    for number in (signal.SIGCHLD, signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2):
        signal.signal(number, lambda *_: None)
    return reading


def start(command: list[str]) -> int:
    parent = os.getpid()
    child = os.fork()
    if child:
        return child
    try:
        os.setsid()
        prctl(SET_PARENT_DEATH_SIGNAL, signal.SIGKILL)
        if os.getppid() == parent:
            os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
            os.dup2(2, 1)
            signal.signal(signal.SIGPIPE, signal.SIG_DFL)
            os.execvp(command[0], command)
    except OSError as error:
        os.write(2, f"{command[0]}: {error.strerror}\n".encode())
    os._exit(CANNOT_EXECUTE)


def report(line: str) -> None:
    try:
        os.write(1, line.encode() + b"\n")
    except OSError:
        return


def watch(child: int, wake: int, limit: int) -> str | None:
    """Wait until the child ends, takes too much memory or the lifeline breaks. `None` means the lifeline."""
    peak, state = 0, BUSY
    while True:
        ready, _, _ = select.select([0, wake], [], [], LOOK[state] if LINUX and limit else None)
        if 0 in ready:
            state = os.read(0, 1024)[-1:]
            if not state:
                return None
        if wake in ready:
            os.read(wake, 1024)
        ended = reap(child)
        if ended:
            return ended
        memory = held(child, limit) if LINUX and limit else 0
        if memory > limit:
            return f"memory {memory}"
        if memory > peak + 1024:
            peak = memory
            report(f"peak {peak}")


def reap(child: int) -> str | None:
    """Reap processes that ended; returns how the child ended, if it did."""
    ended = None
    while True:
        try:
            pid, status = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return ended
        if not pid:
            return ended
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            ended = f"signal {-code}" if code < 0 else f"exit {code}"


def held(child: int, limit: int) -> int:
    """KiB of memory of the child and its descendants. Memory shared by forks counts once if that matters."""
    pids = [child, *descendants(child)]
    resident = sum(map(resident_of, pids))
    return resident if resident <= limit else min(resident, sum(map(share_of, pids)))


def resident_of(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/statm", "rb") as file:
            return int(file.read().split()[1]) * (os.sysconf("SC_PAGE_SIZE") // 1024)
    except (OSError, IndexError, ValueError):
        return 0


def share_of(pid: int) -> int:
    """The proportional set size, or the resident one if the kernel does not report it."""
    try:
        with open(f"/proc/{pid}/smaps_rollup", "rb") as file:
            return next(int(line.split()[1]) for line in file if line.startswith(b"Pss:"))
    except (OSError, StopIteration, ValueError):
        return resident_of(pid)


def descendants(pid: int) -> list[int]:
    """Every descendant of this process, from /proc."""
    found = children(pid)
    for child in found:
        found.extend(children(child))
    return found


def children(pid: int) -> list[int]:
    found: list[int] = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children", "rb") as file:
                found.extend(map(int, file.read().split()))
    except OSError:
        return found
    return found


def end_all(child: int) -> None:
    """Kill until no child is left: children of a killed process become ours and are killed too."""
    last = time.monotonic() + GIVE_UP
    kill_group(child)
    while time.monotonic() < last:
        for pid in descendants(os.getpid()):
            kill_with_group(pid)
        if not any_left():
            return
        time.sleep(0.001)


def kill_with_group(pid: int) -> None:
    """Kills the group in one system call, so that a process that keeps forking cannot escape."""
    try:
        group = os.getpgid(pid)
        if group != os.getpgrp():
            kill_group(group)
        os.kill(pid, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def kill_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def any_left() -> bool:
    try:
        while os.waitpid(-1, os.WNOHANG)[0]:
            pass
    except ChildProcessError:
        return False
    return True


if __name__ == "__main__":
    main(sys.argv[1:])

"""argv → one face, and what the face asked for next. The only place that builds the object graph."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from functools import cache
from io import TextIOWrapper
from typing import TYPE_CHECKING, TextIO

from authlens import interrupts
from authlens.cli.console.diagnostics import CommandError, ExitCode, complain, narrate
from authlens.cli.console.output import Output, OutputLost
from authlens.cli.console.parser import BY_NAME, COMPLETION, VALUES, Parser, app_parser
from authlens.cli.console.services import CliServices, OpenApp

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime
    from pathlib import Path

    from authlens.aws.sessions import Retries
    from authlens.gate import Gate
    from authlens.sending import Sender
    from authlens.store.history.history import History
    from authlens.store.places import Places


def main(argv: Sequence[str] | None = None) -> int:
    """Run authlens and return its exit code. Every way out of the program passes here."""
    problem = problem_of_platform(sys.platform)
    if problem is not None:
        complain(problem, sys.stderr)
        return ExitCode.OTHER
    if argv is not None:
        return _guarded(list(argv))
    _leave_garbage(sys.argv[1:])
    ended: list[int] = []
    _end_at_once(ended)
    ended.append(_guarded(sys.argv[1:]))
    return ended[0]


def _guarded(words: list[str]) -> int:
    sys.stdout, sys.stderr = _writable(sys.stdout), _writable(sys.stderr)
    try:
        interrupts.raise_interrupt()
        return _run(words, build_services())
    except CommandError as error:
        if isinstance(error, OutputLost):
            _silence_stdout()
        complain(str(error), sys.stderr)
        return error.code
    except BrokenPipeError:
        _silence_stdout()
        return ExitCode.DONE
    except KeyboardInterrupt:
        return ExitCode.INTERRUPTED
    except Exception as error:  # noqa: BLE001  # the last door: a person gets a sentence, never a traceback
        complain(_internal_fault(error), sys.stderr)
        return ExitCode.OTHER
    finally:
        interrupts.end_quietly()


def problem_of_platform(platform: str) -> str | None:
    """Why the program cannot run here; asked before anything is imported that such a platform lacks."""
    if platform not in ("win32", "cygwin", "msys"):
        return None
    return (
        "authlens runs on Linux and macOS. On Windows, install and run it inside WSL, the Windows Subsystem for Linux: "
        "https://learn.microsoft.com/windows/wsl/install"
    )


def _leave_garbage(words: list[str]) -> None:
    """The end of the process frees everything at once: looking for garbage takes a third of the time of a short one."""
    import atexit
    import gc

    atexit.register(gc.freeze)
    if words[:1] == ["invoke"]:
        gc.disable()


def _end_at_once(ended: list[int]) -> None:
    """Once all else is done, end without taking the interpreter down.

    It ends threads that still run, such as those of abandoned calls, by unwinding their stacks, and inside a library
    that is not written in C this ends the process with SIGSEGV or SIGABRT. Ctrl+C at that moment would also give
    another exit code.
    """
    import atexit

    def end() -> None:
        if not ended:
            return
        try:
            sys.stdout.flush()
            sys.stderr.flush()
        except (OSError, ValueError):
            return  # the interpreter reports it
        os._exit(ended[0])

    atexit.register(end)  # the first to be registered runs last


def build_services() -> CliServices:
    places = cache(lambda: find_places(os.environ))  # once: the working folder may be removed while the app runs
    gate = cache(lambda: build_gate(os.environ, places))
    return CliServices(
        stdin=sys.stdin,
        output=Output(sys.stdout),
        stderr=sys.stderr,
        environ=os.environ,
        now=now,
        places=places,
        open_history=open_history,
        sender=lambda: build_sender("once", gate()),
        patient_sender=lambda: build_sender("configured", gate()),
        gate=gate,
    )


def now() -> datetime:
    from datetime import UTC, datetime

    return datetime.now(UTC)


def find_places(environ: Mapping[str, str]) -> Places:
    from pathlib import Path

    from authlens.store.places import places

    try:
        return places(environ, Path.cwd())
    except FileNotFoundError:
        raise CommandError(
            "the working folder no longer exists; change to another one and run authlens again"
        ) from None


def open_history() -> History:
    from authlens.store.history.history import History
    from authlens.store.settings import load_settings

    places = find_places(os.environ)
    return History(places.history, load_settings(places.settings).history_keep)


def build_gate(environ: Mapping[str, str], places: Callable[[], Places]) -> Gate:
    from authlens.gate import build_gate as build

    return build(environ, lambda: places().trust)


def build_sender(retries: Retries, gate: Gate, mfa_code: Callable[[str], str] | None = None) -> Sender:
    from authlens.sending import build_sender as build

    return build(os.environ, now, retries, mfa_code, gate)


def _run(words: list[str], services: CliServices) -> int:
    if words and words[0].partition("=")[0] in (*COMPLETION, VALUES):
        from authlens.cli.completion.command import main as complete

        return complete(words, services)
    result = _run_command(words, services) if words and words[0] in BY_NAME else _run_top(words)
    return _open_app(result, services) if isinstance(result, OpenApp) else result


def _run_command(words: list[str], services: CliServices) -> ExitCode | OpenApp:
    from importlib import import_module

    name, rest = words[0], words[1:]
    module = import_module(BY_NAME[name].module)
    if hasattr(module, "main"):
        result: ExitCode | OpenApp = module.main(rest, services)
        return result
    parser = Parser(prog=f"authlens {name}", description=module.__doc__)
    module.declare(parser)
    outcome: ExitCode | OpenApp = module.run(parser.words(rest), services)
    return outcome


def _run_top(words: list[str]) -> ExitCode | OpenApp:
    from pathlib import Path

    arguments = vars(app_parser().words(words))
    path, watch = arguments.pop("path"), arguments.pop("watch")
    given = {name: value for name, value in arguments.items() if value is not None}
    return OpenApp(path=None if path is None else Path(path).absolute(), watch=watch, overrides=given)


def _open_app(wish: OpenApp, services: CliServices) -> int:
    if not (sys.stdin and sys.stdin.isatty() and sys.stdout.isatty()):
        if wish.path is not None and not os.path.exists(wish.path):
            raise CommandError(_unknown(wish.path.name))
        raise CommandError("the app needs a terminal; 'authlens --help' lists the commands that work without one")
    from authlens.gate import named_by
    from authlens.store.settings import load_settings, save_settings
    from authlens.ui.app import run
    from authlens.ui.runtime.services import AppServices

    places, gate = services.places(), services.gate()
    gate.vouch(named_by(wish.overrides or {}))
    left = run(
        AppServices(
            build_sender=lambda ask: build_sender("once", gate, ask),
            open_history=services.open_history,
            places=places,
            settings=load_settings(places.settings),
            save_settings=lambda settings: save_settings(places.settings, settings),
            now=now,
            environ=os.environ,
            start=wish.saved or wish.path or _project_here(wish),
            source=wish.source,
            target_overrides=wish.overrides,
            demo=wish.demo,
            said=wish.said,
            prompt=wish.prompt,
            watch=wish.watch,
        )
    )
    return _act_on(left, wish, services)


def _unknown(word: str) -> str:
    from difflib import get_close_matches

    near = get_close_matches(word.lower(), BY_NAME, 1)
    advice = f"did you mean 'authlens {near[0]}'?" if near else "'authlens --help' lists them"
    return f"there is no file, folder or command {word}; {advice}"


def _project_here(wish: OpenApp) -> Path | None:
    """The working folder, if nothing else was asked for and it is a project."""
    from pathlib import Path

    if wish.demo or wish.prompt:
        return None
    from authlens.endpoint.projects.foreign import is_project  # the demo starts a hundredth faster without it

    try:
        here = Path.cwd()
        return here if is_project(here) else None
    except OSError:
        return None


def _act_on(left: object, wish: OpenApp, services: CliServices) -> int:
    """What the app asked for on leaving: an exit code, or the command line that would send what the form held."""
    from authlens.core.saved.saved_request import SavedRequest

    if isinstance(left, SavedRequest):
        from authlens.core.commands.write import as_invoke

        services.output.line(as_invoke(left.request, left.target, reveal=True, more=wish.more_options))
        if left.sign is not None:
            narrate("authlens: the signature is made when a saved request is sent: add --request FILE", services.stderr)
    return left if isinstance(left, int) else ExitCode.DONE


def _writable(stream: TextIO | None) -> TextIO:
    """A closed stream loses what it is given, and an ASCII one gets escapes for what it cannot hold."""
    if isinstance(stream, TextIOWrapper):
        stream.reconfigure(errors="backslashreplace")
    return stream or open(os.devnull, "w", encoding="utf-8")  # open as long as the program runs


def _internal_fault(error: Exception) -> str:
    """Where it happened; never the exception's own words, which may quote a secret, but for the system's."""
    from traceback import extract_tb

    last = extract_tb(error.__traceback__)[-1]
    said = f" ({error.strerror})" if isinstance(error, OSError) and error.strerror else ""
    return (
        f"internal fault: {type(error).__name__}{said} in {os.path.basename(last.filename)}, line {last.lineno}; "
        "please report it with the command that led to it"
    )


def _silence_stdout() -> None:
    """A reader that went away is not an error: keep the interpreter from complaining on exit."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


if __name__ == "__main__":
    sys.exit(main())

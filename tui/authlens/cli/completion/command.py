"""Completion for bash, zsh and fish: `--print-completion SHELL` and `--install-completion [SHELL]`.

The rule: commands and options come from their declarations; a completion file that authlens did not write is never
overwritten, and shell start-up files are never edited.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from authlens.cli.completion.shells import FILE, FILE_URL, completed, file_or_listed, listed, looked_up
from authlens.cli.console.diagnostics import CommandError, ExitCode
from authlens.cli.console.parser import COMMANDS, COMPLETION, SHELLS, VALUES, Parser, add_app_options

if TYPE_CHECKING:
    from authlens.cli.console.services import CliServices

INSTALL, PRINT = COMPLETION
_OURS = "# Written by authlens --install-completion; authlens may overwrite this file."

_WHAT_TO_DO = {
    "bash": "Start a new shell. Requires the bash-completion package.",
    "zsh": "Make sure this line comes before compinit in ~/.zshrc: fpath=({folder} $fpath)",
    "fish": "Start a new shell.",
}


def main(words: list[str], services: CliServices) -> ExitCode:
    if words[0] == VALUES:
        from authlens.cli.completion.values import values

        for value in values("".join(words[1:]), services.environ):
            services.output.line(value)
        return ExitCode.DONE
    option, shell = _asked(words, services.environ)
    text = script(shell)
    if option == PRINT:
        services.output.write(text)
    else:
        path = _install(text, place(shell, services.environ))
        services.output.line(f"Installed completion for {shell} in {path}")
        services.output.line(_WHAT_TO_DO[shell].format(folder=path.parent))
    return ExitCode.DONE


def _asked(words: list[str], environ: Mapping[str, str]) -> tuple[str, str]:
    option, _, value = words[0].partition("=")
    rest = [value, *words[1:]] if value else words[1:]
    if len(rest) > 1:
        raise CommandError(f"{option} takes one shell: {', '.join(SHELLS)}")
    shell = rest[0] if rest else Path(environ.get("SHELL", "")).name
    if shell not in SHELLS:
        known = f"unsupported shell '{shell}'" if shell else "cannot tell which shell you use"
        raise CommandError(f"{option}: {known}; choose one of {', '.join(SHELLS)}")
    return option, shell


def script(shell: str) -> str:
    """The completion script. Raises CommandError when the installed shtab does not know the shell."""
    import shtab

    if shell not in shtab.SUPPORTED_SHELLS:
        raise CommandError(f"the installed shtab does not support {shell}; upgrade it with: pip install -U shtab")
    text = completed(f"{shtab.complete(whole_parser(), shell=shell).rstrip()}\n", shell)
    first, _, rest = text.partition("\n")
    # zsh wants its #compdef on the first line.
    return f"{first}\n{_OURS}\n{rest}" if shell == "zsh" else f"{_OURS}\n{first}\n{rest}"


def place(shell: str, environ: Mapping[str, str]) -> Path:
    """Where the shell looks for the user's completions."""
    home = Path(environ.get("HOME") or Path.home())
    share = Path(environ.get("XDG_DATA_HOME") or home / ".local" / "share")
    if shell == "bash":
        own = environ.get("BASH_COMPLETION_USER_DIR")
        return (Path(own) if own else share / "bash-completion") / "completions" / "authlens"
    if shell == "zsh":
        return share / "zsh" / "site-functions" / "_authlens"
    return Path(environ.get("XDG_CONFIG_HOME") or home / ".config") / "fish" / "completions" / "authlens.fish"


def _install(text: str, path: Path) -> Path:
    from authlens.store.files import write_whole

    try:
        if path.exists() and _OURS not in path.read_text("utf-8", "replace"):
            raise CommandError(f"{path} exists and was not written by authlens; move it away, or use {PRINT}")
        write_whole(path, text.encode("utf-8"))
    except OSError as error:
        raise CommandError(f"{path} cannot be written: {error.strerror}; use {PRINT}") from None
    return path


def whole_parser() -> argparse.ArgumentParser:
    """Every command with its options, from which completion scripts are generated."""
    parser = Parser(prog="authlens", description="debug AWS IoT Core custom authorizers")
    add_app_options(parser)
    parser.add_argument("--version", action="store_true", help="print the version")
    for option in (INSTALL, PRINT):
        parser.add_argument(option, choices=SHELLS, help="completion for a shell")
    commands = parser.add_subparsers(metavar="COMMAND")
    for command in COMMANDS:
        declared = commands.add_parser(command.name, help=command.summary)
        import_module(command.module).declare(declared)
    _complete_files(parser)
    return parser


def _complete_files(parser: argparse.ArgumentParser) -> None:
    """Complete files, folders, and names that are known in advance or can be looked up."""
    known = _known_values()
    for action in parser._actions:  # argparse has no public API for its actions
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                _complete_files(inner)
        elif action.dest in known and not action.choices:
            action.complete = known[action.dest]  # type: ignore[attr-defined]  # shtab's own attribute
        elif not action.choices:
            _complete_file(action, str(action.metavar or action.dest).upper())


def _known_values() -> dict[str, object]:
    """Completions by argument name."""
    from authlens.aws.regions import region_names
    from authlens.cli.help import PAGES, topics
    from authlens.core.policy.actions import ACTIONS

    actions = [action.name for action in ACTIONS]
    return {
        "profile": looked_up("profiles"),
        "authorizer_name": looked_up("authorizers"),
        "environment": looked_up("environments"),
        "region": listed("regions", region_names()),
        "question": listed("actions", actions),
        # --policy takes every word after it, so the action may be among them.
        "policy": file_or_listed("policies", actions),
        "topic": listed("topics", sorted({*topics(), *PAGES})),
    }


def _complete_file(action: argparse.Action, named: str) -> None:
    if "FILE://" in named:
        action.complete = FILE_URL  # type: ignore[attr-defined]  # shtab's own attribute
    elif named in ("A", "B") or any(word in named for word in ("FILE", "PATH", "DIR")):
        action.complete = FILE  # type: ignore[attr-defined]  # shtab's own attribute

"""Show a page of the guide, offline: `authlens help` lists the pages, `authlens help TOPIC` prints one.

A topic is the name of a page or of a command.

examples:
  authlens help
  authlens help run
  authlens help explain | less
"""

from __future__ import annotations

import argparse
import difflib
from collections.abc import Mapping
from pathlib import Path

from authlens.cli.console.diagnostics import CommandError, ExitCode
from authlens.cli.console.services import CliServices

PAGES: Mapping[str, str] = {
    "demo": "commands",
    "init": "projects",
    "explain": "stages",
    "logs": "stages",
    "sign": "signing",
    "verify": "signing",
    "event": "signing",
    "diff": "compare",
    "history": "files",
    "config": "files",
    "schema": "files",
    "help": "commands",
}
"""The page for each command without a page of the same name."""


def declare(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("topic", nargs="?", metavar="TOPIC", help="a page of the guide, or a command")


def run(arguments: argparse.Namespace, services: CliServices) -> ExitCode:
    if arguments.topic is None:
        for topic in topics():
            services.output.line(f"{topic:12}{_title(topic)}".rstrip())
        return ExitCode.DONE
    services.output.write(_page(arguments.topic))
    return ExitCode.DONE


def guide() -> Path:
    """The folder of the pages: inside the package when installed, otherwise in the checkout."""
    package = Path(__file__).parent.parent
    installed = package / "docs"
    return installed if installed.is_dir() else package.parent.parent / "docs"


def topics() -> tuple[str, ...]:
    return tuple(sorted(path.stem for path in guide().glob("*.md")))


def _page(topic: str) -> str:
    pages = topics()
    name = topic.lower().removesuffix(".md")
    name = name if name in pages else PAGES.get(name, name)
    if name not in pages:
        near = difflib.get_close_matches(name, (*pages, *PAGES), n=1)
        hint = f"did you mean {near[0]}?" if near else f"the pages are {', '.join(pages)}"
        raise CommandError(f"the guide has no page {topic!r}: {hint}")
    return (guide() / f"{name}.md").read_text("utf-8")


def _title(topic: str) -> str:
    first = (guide() / f"{topic}.md").read_text("utf-8").partition("\n")[0]
    return first.removeprefix("# ").replace("`", "")

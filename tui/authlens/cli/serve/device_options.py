"""The options of `authlens serve` for real devices. Imports little, because `--help` loads it."""

from __future__ import annotations

import argparse
import math

from authlens.cli.console.diagnostics import CommandError


def declare(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("real devices")
    group.add_argument(
        "--device-port",
        type=port,
        metavar="N",
        help="let MQTT, WebSocket and HTTPS clients connect on this port; 0 picks a free one",
    )
    group.add_argument(
        "--device-host",
        action="append",
        default=[],
        type=_host,
        metavar="ADDRESS",
        help="also listen for devices on this address or name, and put it into the certificate; may be repeated",
    )
    group.add_argument(
        "--time-factor",
        type=_factor,
        default=1.0,
        metavar="N",
        help="let refreshAfterInSeconds and disconnectAfterInSeconds pass N times as fast",
    )
    group.add_argument("--verbose", action="store_true", help="log every decision, not only denials")
    group.add_argument(
        "--output", choices=("text", "json"), default="text", help="write what happens as JSON lines on standard output"
    )
    group.add_argument("--no-history", action="store_true", help="keep no record of connections in the history")
    group.add_argument("--whole-records", action="store_true", help=argparse.SUPPRESS)
    group.add_argument("--any-device-port", action="store_true", help=argparse.SUPPRESS)


def check(arguments: argparse.Namespace) -> None:
    """Raises CommandError for options that need a device port."""
    if arguments.device_port is not None:
        return
    for option, is_given in (("--device-host", arguments.device_host), ("--time-factor", arguments.time_factor != 1)):
        if is_given:
            raise CommandError(f"{option} is for real devices; add --device-port N (0 picks a free port)")


def port(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text[:6]) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port; give a number from 0 to 65535")
    return int(text)


def _host(text: str) -> str:
    if not text or any(character in "/@[]" or character.isspace() for character in text):
        raise argparse.ArgumentTypeError(f"{text!r} is not a host; give an address or a name, without scheme or port")
    if text in ("0.0.0.0", "::"):
        raise argparse.ArgumentTypeError(f"a certificate cannot cover every address that {text} means; name one")
    return text


def _factor(text: str) -> float:
    try:
        factor = float(text)
    except ValueError:
        factor = 0.0
    if not math.isfinite(factor) or not 0 < factor <= 100_000:
        raise argparse.ArgumentTypeError(f"{text!r} is not a factor; give a number above 0, such as 60")
    return factor

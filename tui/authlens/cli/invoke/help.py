"""`authlens invoke --help`, and the options for argparse, from the option table."""

from __future__ import annotations

import argparse

from authlens.cli.console.parser import Parser
from authlens.core.commands.options import CONNECTION, INPUT, OPTIONS, OURS, OUTPUT, REQUEST, Option, Takes

_EXAMPLES = """\
examples:
  authlens invoke --authorizer-name Sensor --mqtt-context username=sensor-7,password=dGVzdA==,clientId=sensor-7
  authlens invoke --authorizer-name Sensor --token allow --token-signature "$SIGNATURE" --output yaml
  authlens invoke --authorizer-name Web --http-context 'headers={},queryString="?token=a,b"' --decode
  printf %s "$TOKEN" | authlens invoke --authorizer-name Sensor --token-stdin --token-signature "$SIGNATURE"
  authlens invoke --request requests/sensor.yaml --region eu-west-1 --exit-code || echo refused
  authlens invoke --generate-cli-skeleton yaml-input > request.yaml
  authlens invoke --cli-input-yaml file://request.yaml --query principalId --output text
  authlens invoke --request requests/sensor.yaml --via function --qualifier live --event mqtt

exit codes: 0 answered (with --exit-code: authenticated), 1 refused (only with --exit-code), 252 usage,
253 no credentials or region, 254 AWS answered with an error, 255 anything else, 130 interrupted.
"""


def help_text() -> str:
    parser = Parser(
        prog="authlens invoke",
        usage="authlens invoke --authorizer-name NAME [options]",
        description="Call TestInvokeAuthorizer. Options, output and exit codes are those of"
        " `aws iot test-invoke-authorizer` (AWS CLI v2).",
        epilog=_EXAMPLES,
        add_help=False,
    )
    declare(parser)
    return parser.format_help()


def declare(parser: argparse.ArgumentParser) -> None:
    for title in (REQUEST, INPUT, OUTPUT, CONNECTION, OURS):
        group = parser.add_argument_group(title)
        for option in OPTIONS:
            if option.group == title and not (option.name == "--help" and parser.add_help):
                _add(group, option)


def _add(group: argparse._ArgumentGroup, option: Option) -> None:
    if option.takes is Takes.NOTHING:
        group.add_argument(option.name, action="store_true", help=option.help)
    elif option.choices:
        nargs = "?" if option.takes is Takes.CHOICE else None
        group.add_argument(option.name, choices=option.choices, nargs=nargs, help=option.help)
    else:
        group.add_argument(option.name, metavar=option.metavar, help=option.help)

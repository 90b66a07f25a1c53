"""Files of a project that were given to a command which reads something else."""

from __future__ import annotations

import pytest

from authlens.core.pasted.kinds import PastedKind, elsewhere
from authlens.core.pasted.other_files import SAVED_REQUEST, other_file

PYTHON = "import json\n\n\ndef handler(event, context):\n    return {'isAuthenticated': True}\n"
FILES = {
    "a private key": (
        "-----BEGIN PRIVATE KEY-----\nMII",
        "-----BEGIN RSA PRIVATE KEY-----",
        "\n-----BEGIN EC PRIVATE KEY-----",
    ),
    "a public key": ("-----BEGIN PUBLIC KEY-----\n", "-----BEGIN RSA PUBLIC KEY-----\n"),
    "a certificate": ("-----BEGIN CERTIFICATE-----\n",),
    SAVED_REQUEST: (
        "# sensor 7\nrequest:\n  authorizerName: A\n",
        "'request' : {authorizerName: A}\n",
        '{"request": {}}',
        "authorizerName: A\n",
        '{"authorizerName": "A", "token": "t"}',
    ),
    "the description of an authorizer": ('{"authorizerDescription": {"authorizerName": "A"}}',),
    "an authorizers.yaml": ("region: us-west-2\nauthorizers:\n  A: {}\n", '{"authorizers": {}}'),
    "a template": (
        "AWSTemplateFormatVersion: 2010-09-09\n",
        "Transform: x\nResources:\n  F: {}\n",
        '{"Resources": {}}',
    ),
    "a function's code": (
        PYTHON,
        "async def handler(event, context):\n",
        "from os import environ\n",
        "exports.handler = async (event) => ({})\n",
        "module.exports.handler = h;\n",
        "export const handler = async () => ({});\n",
        "const aws = require('aws-sdk');\n",
    ),
}


@pytest.mark.parametrize(("noun", "text"), [(noun, text) for noun, texts in FILES.items() for text in texts])
def test_a_file_is_named_with_the_command_that_reads_it(noun: str, text: str) -> None:
    found = other_file(text)
    assert found is not None
    assert (found[0], "authlens" in found[1] or "--authorizer" in found[1]) == (noun, True)
    assert elsewhere(text) == f"this is {noun}; {found[1]}"
    assert elsewhere(text, noun) is None, "the command's own errors say more"


@pytest.mark.parametrize(
    "text",
    [
        "",
        "hello world",
        "from the device: connection lost",
        "  request: indented\n",
        "requests:\n  - a\n",
        '{"other": {"request": 1}}',
        "[1, 2]",
        "{broken",
        "export of the history\n",
        "see -----BEGIN PUBLIC KEY-----\n",
    ],
)
def test_what_may_be_anything_is_not_named(text: str) -> None:
    assert other_file(text) is None


def test_what_was_recognised_as_pasted_goes_first() -> None:
    assert "authlens lint" in (elsewhere('{"Version": "2012-10-17", "Statement": [{"Effect": "Allow"}]}') or "")
    assert elsewhere('{"isAuthenticated": true}', PastedKind.ANSWER) is None

"""A project's own key where none is known, and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from authlens.endpoint.projects.made_key import has_key, read_with_key
from authlens.endpoint.projects.source import ProjectSource
from authlens.endpoint.templates.definitions import DefinitionError, Definitions
from authlens.endpoint.templates.settings import ProjectSettings
from authlens.endpoint.templates.unpack import Cache
from support.public_keys import pair
from support.shapes import PYTHON, write

PEM = pair("a").public_pem
TEMPLATE = """
    Parameters:
      Key: {{Type: String{default}}}
    Resources:
      Fn:
        Type: AWS::Lambda::Function
        Properties: {{Code: src, Handler: app.handler, Runtime: python3.11}}
      Auth:
        Type: AWS::IoT::Authorizer
        Properties:
          AuthorizerName: fleet
          AuthorizerFunctionArn: !GetAtt Fn.Arn
          TokenKeyName: jwt
          {signing}
"""
READS_TOKEN = PYTHON + "\ndef read(event): return event['token']\n"


def keyed(folder: Path, name: str = "template.yaml", function: str | None = None) -> Definitions:
    source = ProjectSource.named(str(folder / name), settings=ProjectSettings(function=function))
    return read_with_key(source, Cache(folder / "cache"), PEM)


@pytest.mark.parametrize(
    ("default", "signing", "made"),
    [
        ("", "TokenSigningPublicKeys: {k: !Ref Key}", True),
        (", Default: ''", "TokenSigningPublicKeys: {k: !Ref Key}", True),
        (", Default: REPLACE_ME", "TokenSigningPublicKeys: {k: !Ref Key}", True),
        ("", "Status: ACTIVE", True),
        ("", "SigningDisabled: true", False),
    ],
)
def test_a_key_that_is_not_known_is_made(tmp_path: Path, default: str, signing: str, made: bool) -> None:
    write(tmp_path, {"template.yaml": TEMPLATE.format(default=default, signing=signing), "src/app.py": PYTHON})
    (each,) = keyed(tmp_path).authorizers
    assert (each.authorizer.name, has_key(each, PEM), each.authorizer.token_key_name) == ("fleet", made, "jwt")


def test_a_known_key_is_kept(tmp_path: Path) -> None:
    theirs = json.dumps(pair("b").public_pem)
    template = TEMPLATE.format(default=f", Default: {theirs}", signing="TokenSigningPublicKeys: {k: !Ref Key}")
    write(tmp_path, {"template.yaml": template, "src/app.py": PYTHON})
    (each,) = keyed(tmp_path).authorizers
    assert each.authorizer.token_signing_public_keys == (("k", pair("b").public_pem),)


def test_a_function_that_needs_a_token_gets_a_signed_authorizer(tmp_path: Path) -> None:
    write(tmp_path, {"needs.py": READS_TOKEN, "app.py": PYTHON})
    for name, made in (("needs.py:handler", True), ("app.py:handler", False)):
        (each,) = keyed(tmp_path, name).authorizers
        assert (has_key(each, PEM), each.authorizer.signing_disabled) == (made, not made)


def test_other_errors_are_as_without_a_key(tmp_path: Path) -> None:
    write(tmp_path, {"template.yaml": TEMPLATE.format(default="", signing="SigningDisabled: true")})
    with pytest.raises(DefinitionError, match="src does not exist; the authorizer Auth is left out; build it first"):
        keyed(tmp_path)
    with pytest.raises(DefinitionError, match="it has no function Nothing"):
        keyed(tmp_path, function="Nothing")

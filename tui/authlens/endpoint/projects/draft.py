"""Drafts a project for a template, plan or function: authorizers.yaml, requests to try, authlens.yaml.

The rule: a request contains what the function reads. Unknown values become comments.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from urllib.parse import quote

from authlens.core.invocation.local_run import Unresolved
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.token_place import Place
from authlens.core.saved.saved_request_yaml import read
from authlens.endpoint.projects.made_key import has_key
from authlens.endpoint.projects.reads import Reads, reads_of
from authlens.endpoint.runtime.environment import of_layers
from authlens.endpoint.templates.definitions import AuthorizerDefinition, Definitions, FunctionDefinition

_GIVE = re.compile(r"--(?P<what>parameter|env) (?P<name>[A-Za-z_]\w*)=VALUE")
PUBLIC_KEY = "keys/public.pem"
PRIVATE_KEY = "keys/private.pem"


def drafted(
    definitions: Definitions, source: Path, folder: Path, function: str | None = None, made: str | None = None
) -> dict[str, str]:
    """The files by their paths in the folder.

    source: the file that was read.
    made: the public key that was made for this project, for authorizers whose own is not known.
    """
    bare = all(each.origin == "function" for each in definitions.functions)
    target = "../authorizers.yaml" if bare else "../authlens.yaml"
    head = "The authorizer of the function" if bare else "The same authorizers on their own"
    files = {"authorizers.yaml": f"# {head}, to change by hand: serve this file with --authorizers.\n"}
    files["authorizers.yaml"] += "".join(_authorizers(definitions, folder, made))
    if not bare:
        files["authlens.yaml"] = "".join(_settings(definitions, source, folder, function, made))
    for each in definitions.authorizers:
        name = re.sub(r"[^\w-]", "-", each.authorizer.name)
        files[f"requests/{name}.yaml"] = "".join(_request(each, target, made))
    return files


def _authorizers(definitions: Definitions, folder: Path, made: str | None) -> Iterator[str]:
    yield f"region: {definitions.region}\naccount: {text(definitions.account)}\nauthorizers:\n"
    for each in definitions.authorizers:
        yield from _authorizer(each, folder, made)


def _authorizer(each: AuthorizerDefinition, folder: Path, made: str | None) -> Iterator[str]:
    authorizer, function = each.authorizer, each.function
    yield f"  {text(authorizer.name)}:\n    status: {authorizer.status}\n"
    yield f"    signingDisabled: {'true' if authorizer.signing_disabled else 'false'}\n"
    if authorizer.token_key_name:
        yield f"    tokenKeyName: {text(authorizer.token_key_name)}\n"
    if authorizer.token_signing_public_keys:
        yield "    tokenSigningPublicKeys:\n"
        for name, pem in authorizer.token_signing_public_keys:
            yield f"      {text(name)}: {PUBLIC_KEY if pem == made else text(pem)}\n"
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
    unset = (
        [name for name in reads_of(function).variables if name not in known] if function.origin == "function" else []
    )
    if not known and not missing and not unset:
        return
    yield "    environment:\n" if known else "    # environment:\n"
    for name, value in known.items():
        yield f"      {text(name)}: {text(value.replace('${', '$${'))}\n"
    for each in missing:
        name = each.what.removeprefix("the variable ").removesuffix(" is left out")
        yield f"    #   {name}:   # {one_line(each.why)}\n"
    yield from (f"    #   {name}: ''   # the code reads it\n" for name in unset)


def _settings(
    definitions: Definitions, source: Path, folder: Path, function: str | None, made: str | None
) -> Iterator[str]:
    """The values to fill in, each with the reason why it is unknown."""
    yield "# Values that the template does not contain. Fill them in and remove the '#'.\n"
    yield f"template: {text(beside(source, folder))}\n"
    if function:
        yield f"function: {text(function)}\n"
    if any(has_key(each, made) for each in definitions.authorizers):
        yield f"publicKey: {PUBLIC_KEY}   # made by authlens; the deployed authorizer has another key\n"
    missing: dict[tuple[str, str], Unresolved] = {}
    of_functions = (one for function in definitions.functions for one in function.unresolved)
    for each in (*of_functions, *(reason for _, reason in definitions.left_out)):
        for found in _GIVE.finditer(each.next_step):
            missing.setdefault((found["what"], found["name"]), each)
    for key, word in (("parameters", "parameter"), ("env", "env")):
        names = [name for what, name in missing if what == word]
        if names:
            yield f"# {key}:\n"
            yield from (f"#   {name}: ''   # {one_line(missing[word, name].why)}\n" for name in names)
    left: dict[Unresolved, list[str]] = {}
    for name, reason in definitions.left_out:
        left.setdefault(replace(reason, what=""), []).append(name)
    for reason, names in left.items():
        yield f"# The authorizer {one_line(' or '.join(names))} is left out: {one_line(reason.why)}.\n"
        if reason.next_step:
            yield f"#   {one_line(reason.next_step)}\n"


def _request(each: AuthorizerDefinition, target: str, made: str | None) -> Iterator[str]:
    """A request that fits the authorizer's signing and what its function reads."""
    authorizer, reads = each.authorizer, reads_of(each.function)
    yield f"description: {text(f'Try {authorizer.name}')}\ntarget: {{local: {target}}}\n"
    place = None if authorizer.signing_disabled else _place(reads)
    if place:
        sign = f"sign: {{key: ../{PRIVATE_KEY}, place: {place}}}\n"
        if not has_key(each, made):
            yield "# The private key that belongs to the authorizer's public key: with it the token is signed here.\n"
        yield sign if has_key(each, made) else f"# {sign}"
    elif reads.needs_token:
        yield "# The function reads the event's token, which a test call contains only if signing is enabled.\n"
    yield f"request:\n  authorizerName: {text(authorizer.name)}\n"
    if place == "token":
        yield "  token: TOKEN\n"
        return
    yield from _contexts(reads, place, authorizer.token_key_name or "token")


def request_for(each: AuthorizerDefinition) -> AuthorizerRequest:
    """A request with what the authorizer's function reads."""
    return read("".join(_request(each, "authorizers.yaml", None))).request


def _place(reads: Reads) -> Place:
    """Where the token of a signed authorizer goes: next to what else the function reads."""
    if reads.mqtt:
        return "username"
    if reads.http:
        return "queryString" if "headers" not in reads.members else "headers"
    return "token"


def _contexts(reads: Reads, place: Place | None, key: str) -> Iterator[str]:
    if reads.http or place in ("queryString", "headers"):
        yield "  httpContext:\n"
        headers = {name: _value(name) for name in reads.headers} or {"authorization": "Bearer TOKEN"}
        headers |= {key: "TOKEN"} if place == "headers" else {}
        if "headers" in reads.members:
            yield "    headers:\n"
            yield from (f"      {text(name)}: {text(value)}\n" for name, value in headers.items())
        parameters = {name: _value(name) for name in reads.parameters} or {"token": "TOKEN"}
        parameters |= {key: "TOKEN"} if place == "queryString" else {}
        if "queryString" in reads.members:
            query = "&".join(f"{name}={quote(value)}" for name, value in parameters.items())
            yield f"    queryString: {text(f'?{query}')}\n"
    if reads.mqtt or not (reads.http or "serverName" in reads.members):
        username = f"user?{key}=TOKEN" if place == "username" else "user"
        yield f"  mqttContext:\n    username: {text(username)}\n    password: password\n    clientId: device-1\n"
    if "serverName" in reads.members:
        yield "  tlsContext: {serverName: device.example.com}\n"


def _value(name: str) -> str:
    """A value to replace; by the parameter's or header's name."""
    if name.lower() == "authorization":
        return "Bearer TOKEN"
    return "TOKEN" if re.search("token|jwt|auth|key|signature|secret", name, re.IGNORECASE) else "VALUE"


def beside(path: Path, folder: Path) -> str:
    """The path relative to the folder."""
    return os.path.relpath(path, os.path.abspath(folder))


def text(value: str) -> str:
    """A YAML scalar for this text."""
    plain = re.fullmatch(r"[A-Za-z_./][\w./-]*", value) and value.lower() not in ("true", "false", "null", "yes", "no")
    return value if plain else json.dumps(value, ensure_ascii=False)


def one_line(value: str) -> str:
    return " ".join(value.split())

"""The authorizers of an authorizers.yaml, read as data: no function is checked and no program started.

The rule: whatever cannot be read is `None`. The endpoint reports errors of its file when it starts.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

from authlens.core.policy.arn import partition_of
from authlens.core.request.authorizer import Authorizer
from authlens.core.text.yaml_reader import YamlError, YamlNode, decode, load
from authlens.endpoint.templates.definition_file import DEFAULT_ACCOUNT, DEFAULT_REGION, content_of, looks_like_template


def authorizers_of(path: Path) -> tuple[Authorizer, ...] | None:
    """Every authorizer of the file; `None` for a template or an unreadable file."""
    try:
        text = decode(content_of(path)) if path.is_file() else ""
        if not text or looks_like_template(text):
            return None
        root = load(text).mapping()
        region = root["region"].string() if "region" in root else DEFAULT_REGION
        account = root["account"].string() if "account" in root else DEFAULT_ACCOUNT
        entries = root["authorizers"].mapping().items()
        own = f"arn:{partition_of(region)}:iot:{region}:{account}:authorizer/"
        return tuple(_authorizer(name, node.mapping(), path.parent, own) for name, node in entries)
    except (YamlError, OSError, ValueError, KeyError):
        return None


def _authorizer(name: str, fields: Mapping[str, YamlNode], base: Path, own: str) -> Authorizer:
    keys = fields["tokenSigningPublicKeys"].mapping() if "tokenSigningPublicKeys" in fields else {}
    signing = "tokenKeyName" in fields or bool(keys)
    return Authorizer(
        name=name,
        arn=f"{own}{name}",
        status=fields["status"].string() if "status" in fields else "ACTIVE",
        signing_disabled=fields["signingDisabled"].boolean() if "signingDisabled" in fields else not signing,
        token_key_name=fields["tokenKeyName"].string() if "tokenKeyName" in fields else None,
        token_signing_public_keys=tuple((key, _pem(node.string(), base)) for key, node in keys.items()),
    )


def _pem(text: str, base: Path) -> str:
    """The key itself, or the content of the named file."""
    if "-----BEGIN" in text:
        return text
    path = base / os.path.expanduser(text)
    return content_of(path).decode("utf-8") if path.is_file() else ""


_CODE = (".py", ".js", ".mjs", ".cjs")


def programs_of(path: Path) -> tuple[str, ...]:
    """What starting the file's endpoint would run, in words; read as data, for a person to judge."""
    if path.name.partition(":")[0].endswith(_CODE):
        return (f"the function in {path}",)
    try:
        text = decode(content_of(path)) if path.is_file() else ""
        if looks_like_template(text):
            return (f"the functions of the template {path}",)
        entries = load(text).mapping()["authorizers"].mapping().items()
        return tuple(words for name, node in entries for words in _programs(name, node.mapping(), path.parent))
    except (YamlError, OSError, ValueError, KeyError):
        return (f"what {path} describes",)


def _programs(name: str, fields: Mapping[str, YamlNode], base: Path) -> Iterator[str]:
    if "command" in fields:
        words = [item.text or "" for item in fields["command"].list()]
        yield f"{' '.join(words)} as the program of authorizer {name}"
    if "interpreter" in fields:
        yield f"{fields['interpreter'].string()} as the interpreter of authorizer {name}"
    if "codeUri" in fields:
        handler = fields["handler"].string() if "handler" in fields else "bootstrap"
        yield f"{handler} in {base / fields['codeUri'].string()} as the function of authorizer {name}"

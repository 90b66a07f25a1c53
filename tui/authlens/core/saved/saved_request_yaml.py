"""Reads and writes the YAML text of a saved request. The keys are documented in docs/files.md.

The rule: strings stay exactly as written. A value in a text field that YAML would read as a number is refused with line
and column, and everything written reads back exactly. A document without `request:` is the AWS CLI's own input document
(`--cli-input-yaml`, `--cli-input-json`), where the password is base64.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import takewhile
from typing import Any

import yaml

from authlens.core.request.members import MEMBERS, SHAPE, Member, MemberKind, Shape
from authlens.core.request.references import whole_reference
from authlens.core.request.request import AuthorizerRequest, as_bytes
from authlens.core.request.target import Target
from authlens.core.saved import expectation_yaml
from authlens.core.saved.cases import read_cases
from authlens.core.saved.certificate import Certificate
from authlens.core.saved.recognised import KEYS
from authlens.core.saved.saved_request import Case, SavedRequest, Sign, SuitePart
from authlens.core.text.base64_text import lenient_base64
from authlens.core.text.encodings import to_base64
from authlens.core.text.yaml_reader import YamlError, YamlNode, load

_PLACES = ("token", "username", "queryString", "headers")
_MEMBERS = tuple(SHAPE)

_TAG = re.compile(r"[^\s,]+")

_Password = Callable[[YamlNode], str | bytes]


def read(text: str) -> SavedRequest:
    """Read a saved request. Raises YamlError at the position of the error."""
    return _read_document(read_json_or_yaml(text))


def _read_document(document: YamlNode) -> SavedRequest:
    """The document is used up: its cases are removed from it."""
    if document.value is None:
        raise document.error("the file is empty; a saved request needs the key request")
    if "request" not in document.mapping():
        return _read_input_document(document)
    fields = document.fields(*KEYS)
    saved = _read_fields(fields)
    if "cases" not in fields:
        return saved
    cases = tuple(
        Case(
            case.name,
            _read_fields(case.fields, saved, fields),
            case.written.plain() or {},
            (case.written.key or case.written).line,
        )
        for case in read_cases(fields["cases"], fields)
    )
    return replace(saved, suite=replace(saved.suite, cases=cases))


def _read_fields(
    fields: Mapping[str, YamlNode], file: SavedRequest | None = None, of_file: Mapping[str, YamlNode] | None = None
) -> SavedRequest:
    """Build the saved request from these keys, without its cases.

    file: for a case, the request already built from the file's keys `of_file`; unchanged parts are shared with it.
    """

    def value(
        key: str, read_node: Callable[[YamlNode], Any], shared: Callable[[SavedRequest], Any], absent: Any
    ) -> Any:
        if file is not None and of_file is not None and fields.get(key) is of_file.get(key):
            return shared(file)
        return read_node(fields[key]) if key in fields else absent

    suite = SuitePart(
        tags=value("tags", _read_tags, lambda saved: saved.suite.tags, ()),
        skip=value("skip", _read_reason, lambda saved: saved.suite.skip, None),
    )
    return SavedRequest(
        request=_read_request(fields["request"], YamlNode.string_or_bytes),
        description=value("description", YamlNode.string, lambda saved: saved.description, None),
        target=value("target", _read_target, lambda saved: saved.target, Target()),
        sign=value("sign", _read_sign, lambda saved: saved.sign, None),
        expect=value("expect", expectation_yaml.read, lambda saved: saved.expect, None),
        suite=suite if file is None or suite != file.suite else file.suite,
        certificate=value("certificate", _read_certificate, lambda saved: saved.certificate, None),
    )


def _read_tags(node: YamlNode) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_read_tag(item) for item in node.list()))


def _read_tag(node: YamlNode) -> str:
    tag = node.string("a tag")
    if not _TAG.fullmatch(tag):
        raise node.error("a tag must be one word without spaces or commas")
    return tag


def _read_reason(node: YamlNode) -> str:
    if isinstance(node.value, bool) or not node.string().strip():
        raise node.error("skip needs a reason, such as 'waiting for the new key'")
    return node.string()


def read_json_or_yaml(text: str) -> YamlNode:
    """Read JSON as JSON, because YAML's reader would change some strings, and everything else as YAML."""
    if text.lstrip().startswith("{"):
        from authlens.core.text import json_nodes  # few files are JSON

        try:
            return json_nodes.load(text)
        except YamlError:
            return load(text)
    return load(text)


def _read_input_document(document: YamlNode) -> SavedRequest:
    """Read an AWS CLI input document; `null` members, which its skeleton contains, count as absent."""
    ours = [key for key in document.mapping() if key in KEYS]
    strange = [key for key in document.mapping() if key not in (*KEYS, *_MEMBERS)]
    if ours and strange:
        raise document.unknown(strange[0], KEYS)
    if ours:
        raise document.error("the key request is missing")
    for key in document.mapping():
        if key not in _MEMBERS:
            raise document.unknown(key, (*_MEMBERS, *KEYS))
    return SavedRequest(_read_request(_without_nulls(document), _base64_password))


def _without_nulls(node: YamlNode) -> YamlNode:
    if not isinstance(node.value, dict):
        return node
    kept = {key: _without_nulls(item) for key, item in node.value.items() if item.value is not None}
    return YamlNode(kept, node.line, node.column, key=node.key)


def _base64_password(node: YamlNode) -> bytes:
    value = node.string_or_bytes()
    if isinstance(value, bytes):
        return value
    try:
        return lenient_base64(value)
    except ValueError:
        raise node.error("the password of an AWS CLI input document must be base64") from None


def _read_request(node: YamlNode, password: _Password) -> AuthorizerRequest:
    return AuthorizerRequest.from_api(_read_members(node, SHAPE, password))


def _read_members(node: YamlNode, shape: Shape, password: _Password) -> dict[str, Any]:
    return {name: _read_member(value, shape[name], password) for name, value in node.fields(*shape).items()}


def _read_member(node: YamlNode, row: Member | Shape, password: _Password) -> Any:
    if not isinstance(row, Member):
        return _read_members(node, row, password)
    if row.kind is MemberKind.MAP:
        return {name: value.string("a header's value") for name, value in node.mapping().items()}
    return password(node) if row.kind is MemberKind.BLOB else node.string()


def _read_target(node: YamlNode) -> Target:
    fields = node.fields("profile", "region", "endpointUrl", "local")
    if "local" in fields and "endpointUrl" in fields:
        raise fields["local"].error("local and endpointUrl cannot be used together")
    return Target(
        profile=_text(fields, "profile"),
        region=_text(fields, "region"),
        endpoint_url=_text(fields, "endpointUrl"),
        local=_text(fields, "local"),
    )


def _read_sign(node: YamlNode) -> Sign:
    fields = node.fields("key", "passphrase", "place")
    if "key" not in fields:
        raise node.error("sign needs key, the path of a PEM private key")
    passphrase = _text(fields, "passphrase")
    if passphrase is not None and whole_reference(passphrase) is None:
        raise fields["passphrase"].error("passphrase must be a reference such as ${env:KEY_PASSPHRASE}")
    place: Any = fields["place"].choice(_PLACES) if "place" in fields else "token"
    return Sign(fields["key"].string(), passphrase, place)


def _read_certificate(node: YamlNode) -> Certificate:
    fields = node.fields("file", "key", "thingName", "attached")
    if not fields:
        raise node.error("certificate is empty; add file, thingName or both")
    attached = fields["attached"].boolean() if "attached" in fields else None
    return Certificate(_text(fields, "file"), _text(fields, "key"), _text(fields, "thingName"), attached)


def _text(fields: Mapping[str, YamlNode], key: str) -> str | None:
    return fields[key].string() if key in fields else None


def write(saved: SavedRequest) -> str:
    """The text of a new file, keys in the order of docs/files.md."""
    from authlens.core.text.yaml_writer import dump  # only to save

    return dump(_document(saved))


def rewrite(text: str, saved: SavedRequest) -> str:
    """The text of the file with only the differences changed: comments, order, quotes and layout of the rest stay.

    Text that cannot be read is replaced completely. If a change cannot be made without touching the rest, the entry
    around it is rewritten, and only if that fails too everything below the comments at the top.
    """
    from authlens.core.text.yaml_edit import NotEditable, edited  # only to save

    try:
        document = read_json_or_yaml(text)
        is_input = document.value is not None and "request" not in document.mapping()
        old = _read_document(document)
    except YamlError:
        return write(saved)
    if old == saved:
        return text
    before, after = (_input_document(each) if is_input else _document(each) for each in (old, saved))
    for deep in (True, False):
        with suppress(NotEditable, yaml.YAMLError, YamlError):
            new = edited(text, before, after, deep)
            made = read(new)
            if _document(made) == _document(_with_password_bytes(saved) if is_input else saved):
                return new
    return _comments_at_the_top(text) + write(saved)


def _with_password_bytes(saved: SavedRequest) -> SavedRequest:
    """The request as read from an input document. A password with a reference stays text, because bytes cannot contain
    one."""

    def changed(member: Member, value: Any) -> Any:
        return as_bytes(value) if member.kind is MemberKind.BLOB and b"${" not in as_bytes(value) else value

    return replace(saved, request=saved.request.changed(changed))


def _comments_at_the_top(text: str) -> str:
    lines = takewhile(lambda line: not line.strip() or line.startswith("#"), text.splitlines(keepends=True))
    return "".join(lines)


def _input_document(saved: SavedRequest) -> dict[str, Any]:
    """As an AWS CLI input document, which contains only the request."""
    members = saved.request.to_api()
    for member in MEMBERS:
        context = members.get(member.context or "", {})
        if member.kind is MemberKind.BLOB and member.name in context:
            context[member.name] = to_base64(context[member.name])
    return members


def _document(saved: SavedRequest) -> dict[str, Any]:
    return _present(
        {
            "description": saved.description,
            "tags": list(saved.suite.tags) or None,
            "skip": saved.suite.skip,
            "target": _target(saved.target) or None,
            "request": saved.request.as_written(),
            "sign": saved.sign and _sign(saved.sign),
            "certificate": saved.certificate and _certificate(saved.certificate),
            "expect": saved.expect and expectation_yaml.write(saved.expect),
            "cases": {case.name: case.written for case in saved.suite.cases} or None,
        }
    )


def _target(target: Target) -> dict[str, Any]:
    return _present(
        {
            "profile": target.profile,
            "region": target.region,
            "endpointUrl": None if target.local else target.endpoint_url,
            "local": target.local,
        }
    )


def _sign(sign: Sign) -> dict[str, Any]:
    place = None if sign.place == "token" else sign.place
    return _present({"key": sign.key, "passphrase": sign.passphrase, "place": place})


def _certificate(certificate: Certificate) -> dict[str, Any]:
    return _present(
        {
            "file": certificate.file,
            "key": certificate.key,
            "thingName": certificate.thing_name,
            "attached": certificate.attached,
        }
    )


def _present(fields: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in fields.items() if value is not None}

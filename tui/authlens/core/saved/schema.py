"""The JSON Schema of a saved request (draft 2020-12), for editors, built from the table of members and the reader's
keys.

The rule: schema and reader accept the same files, except for what a schema cannot express: whether a regular expression
is valid, whether a question can be answered, whether `${case:NAME}` has a value, and whether JSON in a string is a
policy. The AWS CLI's input document, which has no `request`, is not described.
"""

from __future__ import annotations

from typing import Any

from authlens.core.request.members import CONTEXTS, SHAPE, Member, MemberKind, Shape
from authlens.core.saved import cases, expectation_yaml, recognised
from authlens.core.saved.source import SEPARATOR

DRAFT = "https://json-schema.org/draft/2020-12/schema"

Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
_BOOLEAN: Schema = {"type": "boolean"}
_WHOLE_NUMBER: Schema = {"type": "integer"}
_TEXTS: Schema = {"type": "object", "additionalProperties": TEXT}
_QUESTIONS: Schema = {"type": "array", "items": {"type": "string", "pattern": r"\S\s+\S"}}
_DURATION: Schema = {"type": "string", "pattern": r"^[0-9]+(\.[0-9]+)?(ms|s)$"}
_REFERENCE: Schema = {"type": "string", "pattern": r"^\$\{(env|file|keyring|case):[^}]+\}$"}


def about(schema: Schema, words: str) -> Schema:
    return {**schema, "description": words}


def mapping(properties: Schema, required: tuple[str, ...] = (), **more: Any) -> Schema:
    """An object with these keys and no others."""
    needs: Schema = {"required": list(required)} if required else {}
    return {"type": "object", "properties": properties, "additionalProperties": False, **needs, **more}


def request_schema() -> Schema:
    """The schema of a saved request."""
    request = about(_members(SHAPE), "What is sent: the members of TestInvokeAuthorizer by their API names.")
    properties = {
        "description": about(TEXT, "A short description of this request."),
        "tags": about(_tags(), "Tags for selecting requests in a suite: authlens run --tag."),
        "skip": about(_reason(), "The reason why a suite skips it."),
        "target": _target(),
        "request": request,
        "sign": _sign(),
        "certificate": _certificate(),
        "expect": about(_expect(nullable=False), "What authlens run expects of the answer."),
        "cases": _cases(),
    }
    assert set(properties) == set(recognised.KEYS)
    return {
        "$schema": DRAFT,
        "title": "A saved request of authlens",
        "description": "authlens help files",
        **mapping(properties, ("request",)),
    }


def _members(shape: Shape, nullable: bool = False) -> Schema:
    return mapping({name: _member(name, row, nullable) for name, row in shape.items()})


def _member(name: str, row: Member | Shape, nullable: bool) -> Schema:
    if not isinstance(row, Member):
        schema = about(_members(row, nullable), CONTEXTS[name])
    elif row.kind is MemberKind.MAP:
        schema = about({"type": "object", "additionalProperties": _or_null(TEXT, nullable)}, row.about)
    elif row.kind is MemberKind.BLOB:
        schema = about(TEXT, "Text, sent as UTF-8; use !!binary for bytes.")
    else:
        schema = about(TEXT, row.about)
    return _or_null(schema, nullable)


def _or_null(schema: Schema, nullable: bool = True) -> Schema:
    """The schema, or `null`, which removes the value in a case."""
    if not nullable:
        return schema
    words = {"description": schema["description"]} if "description" in schema else {}
    return {**words, "anyOf": [schema, {"type": "null"}]}


def _tags() -> Schema:
    return {"type": "array", "items": {"type": "string", "pattern": r"^[^\s,]+$"}}


def _reason() -> Schema:
    return {"type": "string", "pattern": r"\S"}


def _target() -> Schema:
    properties = {
        "profile": about(TEXT, "The profile of the AWS configuration."),
        "region": about(TEXT, "The region, such as us-west-2."),
        "endpointUrl": about(TEXT, "The URL of another endpoint to send to."),
        "local": about(TEXT, "An authorizers.yaml or template, relative to this file; its endpoint is started."),
    }
    one_place = {"not": {"required": ["local", "endpointUrl"]}}
    return about({**mapping(properties), **one_place}, "Where it is sent.")


def _sign() -> Schema:
    properties = {
        "key": about(TEXT, "A PEM private key, relative to this file."),
        "passphrase": about(_REFERENCE, "A reference such as ${env:KEY_PASSPHRASE}."),
        "place": about({"enum": ["token", "username", "queryString", "headers"]}, "Where the signature goes."),
    }
    return about(mapping(properties, ("key",)), "Sign the token when the request is sent.")


def _certificate() -> Schema:
    properties = {
        "file": about(TEXT, "The client's certificate (PEM)."),
        "key": about(TEXT, "Its private key."),
        "thingName": about(TEXT, "The thing that connects."),
        "attached": about(_BOOLEAN, "Whether the certificate is attached to the thing."),
    }
    return about(
        mapping(properties, minProperties=1), "For CUSTOM_AUTH_X509: the certificate that a real device also presents."
    )


def _expect(nullable: bool) -> Schema:
    json_text = {"type": "string", "pattern": r'^\s*[{"]'}
    documents = {"type": "array", "items": {"anyOf": [{"type": "object"}, json_text]}}
    error = mapping({"class": TEXT, "message": TEXT}, ("class",))
    values = {"anyOf": [TEXT, {"type": "array", "items": TEXT}]}
    properties = {
        "isAuthenticated": _BOOLEAN,
        "principalId": about(TEXT, "The text, or /regex/."),
        "allow": about(_QUESTIONS, "Each ACTION RESOURCE must be allowed."),
        "deny": about(_QUESTIONS, "Each ACTION RESOURCE must be denied."),
        "variables": about({"type": "object", "additionalProperties": values}, "Policy variables for these questions."),
        "policyDocuments": about(documents, "Equal by meaning."),
        "refreshAfterInSeconds": _WHOLE_NUMBER,
        "disconnectAfterInSeconds": _WHOLE_NUMBER,
        "error": about({"anyOf": [TEXT, error]}, "The exception class, or {class, message: /regex/}."),
        "maxDuration": about(_DURATION, "Such as 800ms or 2s."),
        "noFindings": {"enum": ["error", "warning"]},
    }
    assert set(properties) == set(expectation_yaml.KEYS)
    return mapping({key: _or_null(schema, nullable) for key, schema in properties.items()})


def _cases() -> Schema:
    properties = {
        "request": about(_members(SHAPE, nullable=True), "Members that differ; null removes one."),
        "expect": about(_expect(nullable=True), "Replaces the keys given here; null removes one."),
        "values": about(_TEXTS, "Texts for ${case:NAME}."),
        "description": _or_null(TEXT),
        "tags": about(_tags(), "Added to those of the file."),
        "skip": _or_null(_reason()),
    }
    assert set(properties) == set(cases.KEYS)
    case = {"anyOf": [mapping(properties), {"type": "null"}]}
    names = {"pattern": r"\S", "not": {"pattern": SEPARATOR}}
    schema = {"type": "object", "minProperties": 1, "propertyNames": names, "additionalProperties": case}
    return about(schema, "Variants of this request; each is sent as FILE::NAME.")

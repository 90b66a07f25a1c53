"""The JSON Schema of an authorizers.yaml (draft 2020-12), for editors.

Checks that need the disk or AWS's signing rules are left to the reader.
"""

from __future__ import annotations

from authlens.core.contract import management
from authlens.core.saved.schema import DRAFT, TEXT, Schema, about, mapping
from authlens.endpoint.templates.definitions import (
    AUTHORIZER_KEYS,
    FILE_KEYS,
    FUNCTION_KEYS,
)
from authlens.endpoint.templates.device_entries import (
    APPLICATION_PROTOCOLS,
    AUTHENTICATION_TYPES,
    CERTIFICATE_KEYS,
    DOMAIN_KEYS,
)
from authlens.endpoint.templates.function_entries import MAXIMUM_TIMEOUT, MEMORY_SIZES

_NAME = r"^[\w=,@-]{1,128}$"
_BOOLEAN: Schema = {"type": "boolean"}


def authorizers_schema() -> Schema:
    """Of an authorizers.yaml."""
    named = {"type": "object", "minProperties": 1, "propertyNames": {"pattern": _NAME}}
    hosts = {"type": "object", "propertyNames": {"pattern": r"^[^:/@\[\] ]+$"}, "additionalProperties": _domain()}
    properties = {
        "region": about({"type": "string", "pattern": r"^[a-z]{2,}(-[a-z]+)+-[0-9]+$"}, "Default us-west-2."),
        "account": about({"type": "string", "pattern": "^[0-9]{12}$"}, "Twelve digits, in quotes."),
        "authorizers": about({**named, "additionalProperties": _authorizer()}, "Each authorizer and its function."),
        "defaultAuthorizer": about(TEXT, "The authorizer of connections that name none."),
        "domains": about(hosts, "Host names that devices connect to."),
    }
    assert set(properties) == set(FILE_KEYS)
    return {
        "$schema": DRAFT,
        "title": "The authorizers of a local endpoint of authlens",
        "description": "authlens help serve",
        **mapping(properties, ("authorizers",)),
    }


def _authorizer() -> Schema:
    least, most = MEMORY_SIZES
    texts = {"type": "object", "additionalProperties": TEXT}
    properties = {
        "status": {"enum": list(management.STATUSES)},
        "signingDisabled": about(_BOOLEAN, "Whether tokens go unverified."),
        "tokenKeyName": about(TEXT, "The name under which devices send the token."),
        "tokenSigningPublicKeys": about(texts, "Names to public keys: a path, or the PEM itself."),
        "enableCachingForHttp": _BOOLEAN,
        "codeUri": about(TEXT, "The folder of the code, relative to this file."),
        "handler": about(TEXT, "MODULE.FUNCTION, such as app.handler."),
        "runtime": about(
            {"type": "string", "pattern": "^(python|nodejs|provided)"}, "Such as python3.13 or nodejs22.x."
        ),
        "environment": about(
            {**texts, "propertyNames": {"pattern": "^[A-Za-z][A-Za-z0-9_]*$"}}, "Variables of the function."
        ),
        "interpreter": about(TEXT, "The Python or Node to run, relative to this file."),
        "command": about({"type": "array", "items": TEXT}, "For runtime provided: the program and its arguments."),
        "functionName": {"type": "string", "pattern": "^[a-zA-Z0-9_-]{1,64}$"},
        "memorySize": {"type": "integer", "minimum": least, "maximum": most},
        "timeout": about({"type": "number", "exclusiveMinimum": 0, "maximum": MAXIMUM_TIMEOUT}, "Seconds; default 5."),
    }
    assert set(properties) == {*AUTHORIZER_KEYS, *FUNCTION_KEYS}
    provided = {"required": ["codeUri", "runtime"], "properties": {"runtime": {"pattern": "^provided"}}}
    runs = [{"required": ["codeUri", "handler"]}, {"required": ["command"]}, provided]
    return mapping(properties, anyOf=runs)


def _domain() -> Schema:
    properties = {
        "defaultAuthorizerName": TEXT,
        "allowAuthorizerOverride": _BOOLEAN,
        "authenticationType": {"enum": list(AUTHENTICATION_TYPES)},
        "applicationProtocol": {"enum": list(APPLICATION_PROTOCOLS)},
        "clientCertificates": about(
            {"type": "array", "items": {"anyOf": [TEXT, _client_certificate()]}},
            "For CUSTOM_AUTH_X509: the certificates of the devices, each a PEM file or the PEM itself.",
        ),
    }
    assert set(properties) == set(DOMAIN_KEYS)
    return mapping(properties)


def _client_certificate() -> Schema:
    properties = {
        "file": about(TEXT, "The certificate: a path, or the PEM itself."),
        "thingName": about(TEXT, "The thing that connects with it."),
        "attached": about(_BOOLEAN, "Whether that thing is attached to the certificate."),
        "policies": about({"type": "array", "items": TEXT}, "Files of the policy documents attached to it."),
    }
    assert set(properties) == set(CERTIFICATE_KEYS)
    return mapping(properties, ("file",))

"""The schema of a saved request against its reader: what one accepts the other does."""

from __future__ import annotations

import copy
import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st

from authlens.core.request.members import MEMBERS
from authlens.core.saved.saved_request_yaml import read
from authlens.core.saved.schema import request_schema
from authlens.core.text.yaml_reader import YamlError, load
from authlens.core.text.yaml_writer import dump
from authlens.endpoint.samples.unpack import SAMPLES


@cache
def validator() -> Any:
    schema = request_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    return jsonschema.Draft202012Validator(schema)


def is_read(document: Any) -> bool:
    try:
        read(dump(document))
    except YamlError:
        return False
    return True


def test_every_member_and_key_is_described() -> None:
    schema = request_schema()
    assert set(schema["properties"]) >= {"request", "expect", "sign", "target", "cases", "tags", "skip"}
    for member in MEMBERS:
        node = schema["properties"]["request"]
        for name in member.path.split("."):
            node = node["properties"][name]
        assert node["description"]
    assert json.loads(json.dumps(schema)) == schema


@pytest.mark.parametrize("path", sorted((SAMPLES / "requests").iterdir()), ids=lambda path: path.name)
def test_every_sample_is_valid(path: Path) -> None:
    validator().validate(load(path.read_text("utf-8")).plain())


GOOD: list[Any] = [
    {"request": {}},
    {"request": {"token": "", "mqttContext": {}}},
    {"request": {"httpContext": {"headers": {"A": "b"}}}, "tags": [], "skip": "x"},
    {"request": {}, "target": {"local": "demo", "region": "r"}},
    {"request": {}, "sign": {"key": "k", "passphrase": "${env:P}", "place": "headers"}},
    {"request": {}, "certificate": {"attached": True}},
    {"request": {}, "expect": {}},
    {
        "request": {},
        "expect": {"error": {"class": "A", "message": "/b/"}, "maxDuration": "1.5s", "noFindings": "error"},
    },
    {"request": {}, "expect": {"allow": ["iot:Connect client/a"], "variables": {"a": ["b"], "c": "d"}}},
    {"request": {}, "expect": {"policyDocuments": [{"Version": "2012-10-17"}, "{}"]}},
    {"request": {}, "cases": {"a": None, "b": {"request": {"mqttContext": None, "token": None}}}},
    {
        "request": {},
        "cases": {"a": {"expect": {"error": None}, "skip": None, "description": None, "values": {"x": "y"}}},
    },
]
BAD: list[Any] = [
    [],
    {"request": None},
    {"request": {"tokken": "x"}},
    {"request": {"token": 7}},
    {"request": {"token": None}},
    {"request": {"mqttContext": {"clientId": True}}},
    {"request": {"httpContext": {"headers": {"A": 1}}}},
    {"request": {}, "tags": "smoke"},
    {"request": {}, "tags": ["a b"]},
    {"request": {}, "skip": True},
    {"request": {}, "skip": " "},
    {"request": {}, "target": {"local": "a", "endpointUrl": "b"}},
    {"request": {}, "sign": {"place": "token"}},
    {"request": {}, "sign": {"key": "k", "passphrase": "hunter2"}},
    {"request": {}, "sign": {"key": "k", "place": "here"}},
    {"request": {}, "certificate": {}},
    {"request": {}, "expect": {"isAuthenticated": "yes"}},
    {"request": {}, "expect": {"allow": ["iot:Connect"]}},
    {"request": {}, "expect": {"maxDuration": "5m"}},
    {"request": {}, "expect": {"noFindings": "info"}},
    {"request": {}, "expect": {"error": {"message": "x"}}},
    {"request": {}, "expect": {"policyDocuments": [7]}},
    {"request": {}, "expect": {"policyDocuments": ["", "{}"]}},
    {"request": {}, "expect": {"policyDocuments": ["Version: 2012-10-17"]}},
    {"request": {}, "expect": {"refreshAfterInSeconds": 1.5}},
    {"request": {}, "cases": {}},
    {"request": {}, "cases": {"a::b": {}}},
    {"request": {}, "cases": {"a": {"requst": {}}}},
    {"request": {}, "cases": {"a": {"request": None}}},
    {"request": {}, "cases": {"a": {"values": {"x": 7}}}},
    {"request": {}, "cases": {"a": {"request": {"token": 7}}}},
]


@pytest.mark.parametrize("document", GOOD, ids=str)
def test_accepted_by_both(document: Any) -> None:
    validator().validate(document)
    assert is_read(document)


@pytest.mark.parametrize("document", BAD, ids=str)
def test_refused_by_both(document: Any) -> None:
    assert not validator().is_valid(document)
    assert not is_read(document)


scalars = st.sampled_from(
    ["", "a", "a b", "iot:Connect client/a", "2s", "token", "error", "${env:A}", 7, 1.5, True, None]
)
values = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=2)
        | st.dictionaries(
            st.sampled_from(
                [
                    *(
                        "request",
                        "expect",
                        "cases",
                        "values",
                        "token",
                        "mqttContext",
                        "clientId",
                        "password",
                        "username",
                    ),
                    *("httpContext", "headers", "queryString", "tlsContext", "serverName", "authorizerName", "class"),
                    *("message", "allow", "isAuthenticated", "principalId", "variables", "error", "maxDuration", "key"),
                    *("place", "local", "endpointUrl", "description", "tags", "skip", "x"),
                ]
            ),
            inner,
            max_size=3,
        )
    ),
    max_leaves=6,
)
documents = st.fixed_dictionaries(
    {"request": values},
    optional=dict.fromkeys(("description", "tags", "skip", "target", "sign", "certificate", "expect", "cases"), values),
)


@st.composite
def nearly_good(draw: st.DrawFn) -> Any:
    """A good document with another value at one place."""
    document = copy.deepcopy(draw(st.sampled_from(GOOD)))
    node = document
    while True:
        keys = list(node) if isinstance(node, dict) else list(range(len(node)))
        key = draw(st.sampled_from(keys))
        if not isinstance(node[key], dict | list) or not node[key] or draw(st.booleans()):
            node[key] = draw(values)
            return document
        node = node[key]


@given(documents | nearly_good())
def test_the_schema_and_the_reader_agree(document: Any) -> None:
    assert validator().is_valid(document) == is_read(document)

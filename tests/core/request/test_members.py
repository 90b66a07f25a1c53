"""The table of members is botocore's service model, word for word."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.session import Session

from authlens.core.request.members import BY_PATH, MEMBERS, Member


def members_of_the_model() -> list[Member]:
    shape = Session().get_service_model("iot").operation_model("TestInvokeAuthorizer").input_shape
    return list(leaves(shape, "", frozenset(shape.required_members)))


def leaves(shape: Any, path: str, required: frozenset[str]) -> Any:
    if shape.type_name == "structure":
        for name, member in shape.members.items():
            yield from leaves(member, f"{path}.{name}" if path else name, required)
    elif shape.type_name == "map":
        yield leaf(shape.key, f"{path}[key]", required)
        yield leaf(shape.value, f"{path}[value]", required)
    else:
        yield leaf(shape, path, required)


def leaf(shape: Any, path: str, required: frozenset[str]) -> Member:
    limits = shape.metadata
    option = "--" + "".join(f"-{c.lower()}" if c.isupper() else c for c in path.split(".")[0].split("[")[0])
    return Member(
        path,
        option,
        limits["min"],
        limits["max"],
        limits.get("pattern"),
        required=path in required,
        blob=shape.type_name == "blob",
    )


def test_the_table_equals_the_service_model() -> None:
    assert list(MEMBERS) == members_of_the_model()


@pytest.mark.parametrize(
    ("path", "value", "fits"),
    [
        ("authorizerName", "Sensor=Auth,@-_1", True),
        ("authorizerName", "Sénsor", False),
        ("authorizerName", "a b", False),
        ("tokenSignature", "abc+/09==", True),
        ("tokenSignature", "abc-_", False),
        ("tokenSignature", "abc===", False),
        ("tokenSignature", "abc\n", False),
        ("token", "anything\nat all ✓", True),
        ("mqttContext.password", "no pattern", True),
    ],
)
def test_patterns_are_ascii_and_whole(path: str, value: str, fits: bool) -> None:
    assert BY_PATH[path].fits(value) is fits

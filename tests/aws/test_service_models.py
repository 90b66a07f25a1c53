"""The parts of botocore's data say what the whole says, for all that is called; without a part the whole is read."""

from __future__ import annotations

import ast
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name

from authlens.aws import service_models
from authlens.aws.gateway import BotoGateway
from authlens.aws.service_models import ENDPOINTS, OPERATIONS, PartialFiles, endpoints_part, service_part
from authlens.core.invocation.invocation import Failure
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import StaticCredentials, Target
from support.fault_server import fault_server, http

SOURCES = sorted(Path(service_models.__file__).parent.glob("*.py"))
LOADER = botocore.session.get_session().get_component("data_loader")
ANSWER = http('{"isAuthenticated": true, "principalId": "a", "policyDocuments": []}')


def called() -> set[str]:
    """The names of all methods that this package calls on a client, and what it paginates."""
    names = set()
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text())):
            if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute)):
                continue
            if isinstance(node.func.value, ast.Name) and node.func.value.id == "client":
                argument = node.args[0] if node.args else None
                names.add(argument.value if isinstance(argument, ast.Constant) else node.func.attr)
    return {str(name) for name in names}


def test_every_operation_that_is_called_is_in_a_part_or_in_a_model_that_is_read_whole() -> None:
    parts = {xform_name(name) for names in OPERATIONS.values() for name in names}

    assert parts <= called() | {"describe_authorizer"}
    assert called() - parts == {"get_caller_identity"}  # of sts, which has no part


def whole(service: str) -> dict[str, Any]:
    model: dict[str, Any] = json.loads(json.dumps(LOADER.load_service_model(service, "service-2")))
    return model


@pytest.mark.parametrize("service", sorted(OPERATIONS))
def test_a_part_validates_and_reads_what_the_whole_does(service: str) -> None:
    from botocore.model import ServiceModel

    model = whole(service)
    part, complete = ServiceModel(service_part(model, OPERATIONS[service])), ServiceModel(model)

    assert part.metadata == complete.metadata
    for name in OPERATIONS[service]:
        ours, theirs = part.operation_model(name), complete.operation_model(name)
        assert ours.http == theirs.http
        assert _members(ours.input_shape) == _members(theirs.input_shape)
        assert _members(ours.output_shape) == _members(theirs.output_shape)
        assert [shape.name for shape in ours.error_shapes] == [shape.name for shape in theirs.error_shapes]


def _members(shape: Any, depth: int = 0) -> Any:
    if shape is None or depth > 6:
        return None
    inner: Callable[[], Any] = {
        "structure": lambda: {name: _members(each, depth + 1) for name, each in shape.members.items()},
        "list": lambda: _members(shape.member, depth + 1),
        "map": lambda: (_members(shape.key, depth + 1), _members(shape.value, depth + 1)),
    }.get(shape.type_name, lambda: None)
    return shape.name, shape.type_name, shape.metadata, shape.serialization, inner()


def test_every_partition_and_region_resolves_as_with_the_whole() -> None:
    from botocore.regions import EndpointResolver

    complete = json.loads(json.dumps(LOADER.load_data("endpoints")))
    ours, theirs = EndpointResolver(endpoints_part(complete)), EndpointResolver(complete)

    assert ours.get_available_partitions() == theirs.get_available_partitions()
    for partition in theirs.get_available_partitions():
        for service in sorted(ENDPOINTS):
            regions = theirs.get_available_endpoints(service, partition)
            assert ours.get_available_endpoints(service, partition) == regions
            for region in regions:
                assert ours.construct_endpoint(service, region) == theirs.construct_endpoint(service, region)


def answered(cache: Path | None) -> Any:
    with fault_server(ANSWER) as server:
        target = Target(region="eu-west-1", endpoint_url=server.url, credentials=StaticCredentials("a", "b"))
        return BotoGateway("configured", cache=cache).invoke(AuthorizerRequest("A", token="t"), target).result


def test_a_second_start_reads_the_parts_and_gets_the_same_answer(tmp_path: Path) -> None:
    first = answered(tmp_path / "cache")
    (folder,) = (tmp_path / "cache").iterdir()
    parts = {path.name: path.read_text() for path in folder.iterdir()}

    assert len(parts) == 2
    assert folder.stat().st_mode & 0o777 == 0o700
    assert {path.stat().st_mode & 0o777 for path in folder.iterdir()} == {0o600}
    assert answered(tmp_path / "cache") == first == answered(None)
    assert not isinstance(first, Failure)


@pytest.mark.parametrize("torn", ["", "{", "[]", "{}", "null", '{"operations": 1}'])
def test_a_torn_part_is_made_again(tmp_path: Path, torn: str) -> None:
    first = answered(tmp_path)
    for path in next(tmp_path.iterdir()).iterdir():
        path.write_text(torn)

    assert answered(tmp_path) == first


def test_a_cache_that_cannot_be_written_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert not isinstance(answered(tmp_path / "file"), Failure)


def test_a_model_of_the_users_own_is_read_as_it_is(tmp_path: Path) -> None:
    own = tmp_path / "models" / "iot" / "2015-05-28" / "service-2"
    own.parent.mkdir(parents=True)
    own.with_suffix(".json").write_text('{"mine": true}')

    assert PartialFiles(tmp_path / "cache").load_file(str(own)) == {"mine": True}


def test_what_is_left_out_while_reading_changes_no_part(tmp_path: Path) -> None:
    data = Path(botocore.__file__).parent / "data"
    files = [data / "endpoints", *(max((data / service).iterdir()) / "service-2" for service in OPERATIONS)]
    for file in files:
        read = PartialFiles(None).load_file(str(file))
        part = PartialFiles(tmp_path).load_file(str(file))
        service = file.parent.parent.name
        assert part == (service_part(read, OPERATIONS[service]) if service in OPERATIONS else endpoints_part(read))

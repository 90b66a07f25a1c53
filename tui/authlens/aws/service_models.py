"""botocore's own data, read in part: what authlens calls of a service, and not the other nine tenths.

The parts are cut from the installed botocore's files when they are first needed and kept in the cache folder under
botocore's version. Whatever has no part there is read whole, so a part is only ever a saving: 30 ms and 10 MiB a start.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any
from zlib import crc32

import botocore
from botocore.loaders import JSONFileLoader, Loader

OPERATIONS: Mapping[str, frozenset[str]] = {
    "cloudwatch": frozenset({"GetMetricStatistics"}),
    "iot": frozenset(
        {
            "DescribeAuthorizer",
            "DescribeDefaultAuthorizer",
            "DescribeDomainConfiguration",
            "DescribeEndpoint",
            "GetV2LoggingOptions",
            "ListAuthorizers",
            "ListDomainConfigurations",
            "TestInvokeAuthorizer",
        }
    ),
    "lambda": frozenset({"GetFunctionConcurrency", "GetFunctionConfiguration", "GetPolicy", "Invoke"}),
    "logs": frozenset({"FilterLogEvents"}),
}
"""What is called of each service. A test holds it to the calls of this package."""

ENDPOINTS = frozenset({"iot", "lambda", "logs", "monitoring", "sts", "oidc", "portal.sso", "signin"})
"""The services whose endpoints are looked up: those above, and those that give credentials."""


def service_part(model: Mapping[str, Any], operations: frozenset[str]) -> dict[str, Any]:
    """The model of a service with these operations and the shapes that they need, without documentation."""
    called = {name: _undocumented(model["operations"][name]) for name in operations}
    shapes: dict[str, Any] = {}
    wanted = [*_shapes(called)]
    while wanted:
        name = wanted.pop()
        if name not in shapes:
            shapes[name] = _undocumented(model["shapes"][name])
            wanted += _shapes(shapes[name])
    return {**{key: model[key] for key in ("version", "metadata")}, "operations": called, "shapes": shapes}


def endpoints_part(endpoints: Mapping[str, Any], services: frozenset[str] = ENDPOINTS) -> dict[str, Any]:
    """The endpoints of every partition, for these services."""
    partitions = [
        {**each, "services": {name: each["services"][name] for name in services & each["services"].keys()}}
        for each in endpoints["partitions"]
    ]
    return {**endpoints, "partitions": partitions}


def _undocumented(value: Any) -> Any:
    if isinstance(value, dict):
        # A member of a shape may be called so too; it is a dictionary, and documentation is text.
        return {
            key: _undocumented(inner)
            for key, inner in value.items()
            if key != "documentation" or not isinstance(inner, str)
        }
    return [_undocumented(each) for each in value] if isinstance(value, list) else value


def _shapes(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(value.get("shape"), str):
            yield value["shape"]
        for inner in value.values():
            yield from _shapes(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _shapes(inner)


def _cut_of(file_path: str) -> Callable[[str], dict[str, Any]] | None:
    """How to cut the text of the file; `None` for one that is read whole."""
    *_, service, _version, kind = ("", "", *Path(file_path).parts)
    if kind == "endpoints":
        return lambda text: endpoints_part(_without(text, _is_foreign))
    if kind == "service-2" and service in OPERATIONS:
        return lambda text: service_part(json.loads(text, object_hook=_drop_documentation), OPERATIONS[service])
    return None


def _drop_documentation(read: dict[str, Any]) -> dict[str, Any]:
    """Documentation is most of a model: it is forgotten as soon as it is read."""
    if isinstance(read.get("documentation"), str):
        del read["documentation"]
    return read


_SERVICES = ("partitions", "", "services")
"""Where endpoints.json has its services; they are most of it."""


def _is_foreign(path: tuple[str, ...]) -> bool:
    return path[:-1] == _SERVICES and path[-1] not in ENDPOINTS


def _without(text: str, is_dropped: Callable[[tuple[str, ...]], bool]) -> Any:
    """The value of a JSON text without some members, which are never in memory together."""
    decode = json.JSONDecoder().raw_decode
    after = re.compile(r"[\s,:]*")  # what separates is not checked: a file of botocore is valid

    def skip(at: int) -> int:
        found = after.match(text, at)
        return at if found is None else found.end()

    def read(at: int, path: tuple[str, ...]) -> tuple[Any, int]:
        if path != _SERVICES[: len(path)]:
            return decode(text, at)
        is_list = text[at] == "["
        entries: list[tuple[str, Any]] = []
        at = skip(at + 1)
        while text[at] not in "]}":
            name, at = ("", at) if is_list else decode(text, at)
            value, at = read(skip(at), (*path, name))
            if not is_dropped((*path, name)):
                entries.append((name, value))
            at = skip(at)
        return [value for _, value in entries] if is_list else dict(entries), at + 1

    return read(skip(0), ())[0]


class PartialFiles(JSONFileLoader):  # type: ignore[misc]  # botocore has no types
    """Reads a file of botocore's data into plain dictionaries, of which a model has half the size of ordered ones."""

    def __init__(self, cache: Path | None) -> None:
        super().__init__()
        called = sorted(name for names in OPERATIONS.values() for name in names) + sorted(ENDPOINTS)
        # A part that was cut for other calls has another name.
        self._folder = cache and cache / f"botocore-{botocore.__version__}-{_checksum(called)}"

    def load_file(self, file_path: str) -> Any:
        cut = _cut_of(file_path)
        if cut is None or self._folder is None or not file_path.startswith(_BOTOCORE):
            return _whole(file_path)
        part = (
            self._folder / f"{'-'.join(Path(file_path).parts[-3:] if 'service-2' in file_path else ['endpoints'])}.json"
        )
        known = _kept(part)
        if known is None:
            whole = _text(file_path)
            if whole is None:
                return None
            known = cut(whole)
            _keep(part, known)
        return known


_BOTOCORE = os.path.join(os.path.dirname(botocore.__file__), "data")
"""Data of the user's own, as in ~/.aws/models, is read as it is."""


def _checksum(words: list[str]) -> str:
    return f"{crc32(' '.join(words).encode()):08x}"


def _whole(file_path: str) -> Any:
    text = _text(file_path)
    return None if text is None else json.loads(text)


def _text(file_path: str) -> str | None:
    for extension, opened in ((".json", open), (".json.gz", gzip.open)):
        if os.path.isfile(file_path + extension):
            with opened(file_path + extension, "rb") as file:
                return file.read().decode("utf-8")
    return None


def _kept(part: Path) -> dict[str, Any] | None:
    """The part, unless it is missing, torn or another's."""
    try:
        with part.open("rb") as file:
            if os.fstat(file.fileno()).st_uid != os.getuid():
                return None
            known = json.load(file)
    except (OSError, ValueError, RecursionError):
        return None
    return known if isinstance(known, dict) and {"shapes", "partitions"} & known.keys() else None


def _keep(part: Path, known: dict[str, Any]) -> None:
    """Keep the part; a cache folder that cannot be written to costs nothing but time."""
    with suppress(OSError):
        part.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        descriptor, name = tempfile.mkstemp(dir=part.parent)
        try:
            with os.fdopen(descriptor, "w", encoding="utf-8") as file:
                json.dump(known, file, separators=(",", ":"))
            os.replace(name, part)
        except OSError:
            os.unlink(name)


class PartialData(Loader):  # type: ignore[misc]  # botocore has no types
    """botocore's loader over such files, which does not go through the folders of all four hundred services first."""

    def list_available_services(self, type_name: str) -> list[str]:
        return [name for path in self.search_paths if os.path.isdir(path) for name in os.listdir(path)]

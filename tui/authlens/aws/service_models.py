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
from typing import IO, Any
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


def _cut_of(file_path: str) -> Callable[[IO[str]], dict[str, Any]] | None:
    """How to cut the file; `None` for one that is read whole."""
    *_, service, _version, kind = ("", "", *Path(file_path).parts)
    if kind == "endpoints":
        return lambda file: endpoints_part(_opened(_Window(file), _is_of_endpoints, _known_endpoints))
    if kind == "service-2" and service in OPERATIONS:
        return lambda file: _model_part(file, OPERATIONS[service])
    return None


Names = tuple[str, ...]
"""The members that a value is in, from the outside; a list's values have no name."""

_SERVICES = ("partitions", "", "services")
"""Where endpoints.json has its services; they are most of it."""
_DROPPED = object()


def _is_of_endpoints(names: Names) -> bool:
    return names == _SERVICES[: len(names)]


def _known_endpoints(names: Names, value: Any) -> Any:
    return _DROPPED if names[:-1] == _SERVICES and names[-1] not in ENDPOINTS else value


def _model_part(file: IO[str], operations: frozenset[str]) -> dict[str, Any]:
    """The part of a model. Its shapes are kept as text until it is known which are needed."""

    def kept(names: Names, value: Any) -> Any:
        if names[0] == "operations" and names[-1] not in operations:
            return _DROPPED
        return json.dumps(_undocumented(value)) if names[0] == "shapes" else value

    model = _opened(_Window(file), lambda names: names in ((), ("operations",), ("shapes",)), kept)
    return service_part({**model, "shapes": _Shapes(model["shapes"])}, operations)


class _Shapes(dict[str, str]):
    def __getitem__(self, name: str) -> Any:
        return json.loads(super().__getitem__(name))


class _Window:
    """A JSON text of which a few pages are in memory at a time.

    As one string it would be memory that the allocator does not give back: it keeps twice the largest block in reserve.
    """

    _PAGE = 16 * 1024
    _BETWEEN = re.compile(r"[\s,:]*")
    """What separates is not checked: a file of botocore is valid."""

    def __init__(self, file: IO[str]) -> None:
        self._file = file
        self._text = ""
        self._at = 0

    def next(self) -> str:
        """The first character of what comes next; empty at the end."""
        while True:
            between = self._BETWEEN.match(self._text, self._at)
            self._at = between.end() if between else self._at
            if self._at < len(self._text) or not self._read_on():
                return self._text[self._at : self._at + 1]

    def skip(self) -> None:
        """Skip the bracket that comes next."""
        self._at += 1

    def value(self) -> Any:
        """Read the value that comes next."""
        self.next()
        while True:
            try:
                value, end = _decode(self._text, self._at)
            except ValueError:
                if not self._read_on():
                    raise
                continue
            if end < len(self._text) or not self._read_on():  # a number may go on
                self._at = end
                return value

    def _read_on(self) -> bool:
        page = self._file.read(self._PAGE)
        if page:
            self._text, self._at = self._text[self._at :] + page, 0
        return bool(page)


_decode = json.JSONDecoder().raw_decode


def _opened(text: _Window, is_opened: Callable[[Names], bool], kept: Callable[[Names, Any], Any]) -> Any:
    """The value of a JSON text, whose members are never in memory together where it is opened.

    kept: what is kept of a member there.
    """

    def read(names: Names) -> Any:
        if not is_opened(names):
            return kept(names, text.value())
        is_list = text.next() == "["
        text.skip()
        entries: list[tuple[str, Any]] = []
        while text.next() not in ("]", "}"):
            name = "" if is_list else text.value()
            value = read((*names, name))
            if value is not _DROPPED:
                entries.append((name, value))
        text.skip()
        return [value for _, value in entries] if is_list else dict(entries)

    return read(())


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
            file = _file(file_path)
            if file is None:
                return None
            with file:
                known = cut(file)
            _keep(part, known)
        return known


_BOTOCORE = os.path.join(os.path.dirname(botocore.__file__), "data")
"""Data of the user's own, as in ~/.aws/models, is read as it is."""


def _checksum(words: list[str]) -> str:
    return f"{crc32(' '.join(words).encode()):08x}"


def _whole(file_path: str) -> Any:
    file = _file(file_path)
    if file is None:
        return None
    with file:
        return json.load(file)


def _file(file_path: str) -> IO[str] | None:
    for extension, opened in ((".json", open), (".json.gz", gzip.open)):
        if os.path.isfile(file_path + extension):
            return opened(file_path + extension, "rt", encoding="utf-8")
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

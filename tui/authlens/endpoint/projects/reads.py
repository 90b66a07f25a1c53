"""What a function reads of its event, found in its code and in the project's modules that it imports.

The rule: the text is searched, and nothing is run. Packages of others are not searched, bundled ones included.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from itertools import chain
from pathlib import Path

from authlens.endpoint.templates.definition_file import content_of
from authlens.endpoint.templates.definitions import FunctionDefinition
from authlens.endpoint.templates.function_checks import handler_file, handler_parts, module_path
from authlens.endpoint.templates.lambda_runtimes import language
from authlens.endpoint.templates.noticed import noticing
from authlens.frozen import dataclass

MOST_MODULES = 20
MOST_NAMES = 8
_EVENT = r"\b_*(?:event|evt|input|request)"
_KEYS = ("username", "password", "clientId", "queryString", "headers", "serverName")


def _read(name: str, base: str = "") -> re.Pattern[str]:
    """The member of an object: `base.NAME`, `base["NAME"]`, `base.get("NAME")`."""
    return re.compile(rf"""{base}(?:\?\.|\.)?\s*(?:(?<=\.)|\[\s*["']|(?<=\.)get\(\s*["']){name}\b(?!\w*\s*\()""")


def _taken_apart(name: str, source: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """`{ NAME } = source`, and a function's parameter `({ NAME })`."""
    return (
        re.compile(rf"\{{[^{{}};]{{0,300}}\b{name}\b[^;]{{0,300}}?\}}\s*=[^;\n]{{0,200}}\b{source}\b"),
        re.compile(rf"\(\s*\{{[^()]{{0,300}}\b{name}\b[^()]{{0,300}}\)\s*(?::[^{{}}]{{0,200}})?(?:=>|\{{)"),
    )


_MEMBERS = {name: (_read(name), *_taken_apart(name, r"(?:event|evt|protocolData|mqtt|http|tls)")) for name in _KEYS}
_TOKEN = (
    _read("token", _EVENT),
    *_taken_apart("token", "(?:event|evt|input|request)"),
    re.compile(rf"""["']token["']\s+in\s+{_EVENT}\b"""),
)
_VERIFIED = re.compile(r"\bsignatureVerified\b")
_TOKEN_OF_PYTHON = re.compile(rf"""{_EVENT}\[\s*["']token["']\s*\]""")
_METHODS = frozenset({"length", "size", "forEach", "map", "filter", "find", "reduce", "toString", "includes", "split"})
_NAME = r"[A-Za-z_][\w-]*"
_NAMED = (
    rf"""(?!\w)\s*(?:(?:\?\.)?\[\s*["'](?P<key>{_NAME})["']|\??\.get\(\s*["'](?P<got>{_NAME})["']"""
    rf"""|\??\.(?P<plain>{_NAME})(?!\w*\())"""
)
_HEADER = re.compile(rf"""\bheaders(?!\w)(?:["']\s*[\])])?{_NAMED}""")
_QUERIES = r"searchParams|\w*[pP]arams|parameters|query|parsed\w*|qs|\bparse\([^()]*\)|\bparse_qs\([^()]*\)"
_PARAMETER = re.compile(rf"(?<!\w)(?:{_QUERIES}){_NAMED}")
_VARIABLES = {
    "python": re.compile(r"""\b(?:environ(?:\.get\(|\[)|getenv\()\s*["'](?P<name>[A-Za-z_]\w*)["']"""),
    "nodejs": re.compile(r"""\bprocess\.env(?:\.|\[\s*["'])(?P<name>[A-Za-z_]\w*)"""),
}
_VARIABLES_APART = re.compile(r"\{(?P<names>[^{};]{1,500})\}\s*=\s*process\.env\b(?!\s*[.\[])")
_OF_LAMBDA = re.compile(
    r"AWS_(?:DEFAULT_)?REGION|AWS_(?:LAMBDA|ACCESS|SECRET|SESSION|EXECUTION)\w*|LAMBDA_\w+|PATH|TZ|LANG"
)
_BUNDLED = re.compile(r"^// (?P<path>\S*/?node_modules/\S+|\S+\.[cm]?[jt]sx?)$", re.MULTILINE)
"""The comment that esbuild writes above each module of a bundle."""
_COMMENTS = {
    "nodejs": re.compile(r"""(?P<quoted>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|//[^\n]*|/\*.*?\*/""", re.DOTALL),
    "python": re.compile(r"""(?P<quoted>"(?:\\.|[^"\\\n])*"|'(?:\\.|[^'\\\n])*')|\#[^\n]*"""),
}
_IMPORTS = {
    "nodejs": re.compile(r"""(?:\brequire\(\s*|\bfrom\s+|\bimport\s+)["'](?P<name>\.{1,2}/[^"'\n]+)["']"""),
    "python": re.compile(
        r"^[ \t]*(?:from[ \t]+(?P<name>\.*[\w.]*)[ \t]+import[ \t]+\(?(?P<names>[\w, \t]+)"
        r"|import[ \t]+(?P<plain>[\w., \t]+))",
        re.MULTILINE,
    ),
}


@dataclass(frozen=True, slots=True)
class Reads:
    """Members of the event by the names that the code contains."""

    members: frozenset[str] = frozenset()
    """`token`, and the members of `http`, `mqtt` and `tls`."""
    headers: tuple[str, ...] = ()
    parameters: tuple[str, ...] = ()
    """Of the query string."""
    variables: tuple[str, ...] = ()
    """Of the environment, without those that Lambda sets."""
    needs_token: bool = False
    """The token is read from the event, and nothing else takes its place, or its signature is asked for."""

    @property
    def mqtt(self) -> bool:
        return not self.members.isdisjoint({"username", "password", "clientId"})

    @property
    def http(self) -> bool:
        return not self.members.isdisjoint({"queryString", "headers"})


def reads_of(function: FunctionDefinition) -> Reads:
    kind = language(function.runtime)
    texts = list(_texts(function, kind))
    found = {name for name, patterns in _MEMBERS.items() if _any(patterns, texts)}
    token = _any(_TOKEN, texts)
    must = not found or _any((_VERIFIED,), texts) or (kind == "python" and _any((_TOKEN_OF_PYTHON,), texts))
    return Reads(
        frozenset(found | ({"token"} if token else set())),
        headers=_names(_HEADER, texts),
        parameters=_names(_PARAMETER, texts) if "queryString" in found else (),
        variables=tuple(dict.fromkeys(name for text in texts for name in _variables(text, kind))),
        needs_token=token and must,
    )


def _variables(text: str, kind: str) -> Iterator[str]:
    names = [found["name"] for found in _VARIABLES[kind].finditer(text)] if kind in _VARIABLES else []
    if kind == "nodejs":
        lists = (found["names"].split(",") for found in _VARIABLES_APART.finditer(text))
        names += [re.split("[:=]", each)[0].strip() for each in chain.from_iterable(lists)]
    yield from (name for name in names if re.fullmatch(r"[A-Za-z_]\w*", name) and not _OF_LAMBDA.fullmatch(name))


def _any(patterns: tuple[re.Pattern[str], ...], texts: list[str]) -> bool:
    return any(pattern.search(text) for pattern in patterns for text in texts)


def _names(pattern: re.Pattern[str], texts: list[str]) -> tuple[str, ...]:
    every = (found["key"] or found["got"] or found["plain"] for text in texts for found in pattern.finditer(text))
    names = (name for name in every if name not in _METHODS and not name.lower().startswith("x-amz-customauthorizer-"))
    return tuple(dict.fromkeys(names))[:MOST_NAMES]


def _texts(function: FunctionDefinition, kind: str) -> Iterator[str]:
    """The handler's file and what it imports of the project, without comments."""
    parts = dict(handler_parts(function.handler)).get(kind)
    first = handler_file(function.code_uri, parts["module"], kind) if parts else None
    waiting = [first] if first else []
    seen: set[Path] = set()
    with noticing(keep=False):
        installed = _installed(function.code_uri) if kind == "python" else set()
        while waiting and len(seen) < MOST_MODULES:
            file = waiting.pop(0)
            if file in seen:
                continue
            seen.add(file)
            try:
                text = _own(content_of(file).decode("utf-8"))
            except (OSError, UnicodeDecodeError):
                continue
            yield _COMMENTS[kind].sub(lambda found: found["quoted"] or " ", text)
            waiting += _imported(text, file, function.code_uri, kind, installed)


def _own(text: str) -> str:
    """A bundle without the packages in it."""
    marks = list(_BUNDLED.finditer(text))
    if not any("node_modules/" in mark["path"] for mark in marks):
        return text
    ends = [mark.start() for mark in marks[1:]] + [len(text)]
    kept = (
        text[mark.end() : end] for mark, end in zip(marks, ends, strict=True) if "node_modules/" not in mark["path"]
    )
    return text[: marks[0].start()] + "".join(kept)


def _imported(text: str, file: Path, root: Path, kind: str, installed: set[str]) -> Iterator[Path]:
    for found in _IMPORTS[kind].finditer(text):
        if kind == "nodejs":
            path = Path(os.path.normpath(file.parent / found["name"]))
            beside = (
                path,
                *(path.with_name(f"{path.name}{end}") for end in (".js", ".mjs", ".cjs")),
                path / "index.js",
            )
            yield from (each for each in beside if each.is_file())
            continue
        for name in _modules(found):
            dots = len(name) - len(name.lstrip("."))
            if not dots and name.partition(".")[0] in installed:
                continue
            base = file.parents[dots - 1] if 0 < dots <= len(file.parents) else root
            path = base / module_path(name.lstrip("."), "python")
            yield from (each for each in (path, path.with_suffix("") / "__init__.py") if each.is_file())


def _modules(found: re.Match[str]) -> Iterator[str]:
    """What `import a, b.c` and `from .a import b` may name; a name may be a module or a value in one."""
    listed = [each.split()[0] for each in (found["names"] or found["plain"]).split(",") if each.split()]
    if not found["names"]:
        yield from listed
        return
    module = found["name"]
    if module.strip("."):
        yield module
    yield from (f"{module}{name}" if module.endswith(".") else f"{module}.{name}" for name in listed)


def _installed(folder: Path) -> set[str]:
    """The top-level modules of packages that a build put next to the code."""
    found: set[str] = set()
    for record in sorted(folder.glob("*.dist-info/RECORD"))[:200]:
        try:
            lines = content_of(record).decode("utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            continue
        found.update(line.partition(",")[0].partition("/")[0].removesuffix(".py") for line in lines)
    return found

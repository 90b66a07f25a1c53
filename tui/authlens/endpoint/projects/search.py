"""What a folder holds that declares an authorizer or is one, when nothing of it lies where tools put it.

The rule: files are searched as text, up to a limit of files and depth; nothing found is run or watched.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path

from authlens.endpoint.templates.definition_file import content_of, looks_like_template
from authlens.endpoint.templates.noticed import noticing
from authlens.frozen import dataclass

DEEPEST = 14
MOST_FILES = 10_000
MOST_AT_THE_TOP = 20
"""Files of code that are read to see whether a folder is a project, each time the app starts."""
MOST_BYTES = 262_144
"""A function or template of a person; what is larger was generated."""
MOST_TEXT = 16 * 1024 * 1024
"""Characters of all files together that contain one of the words searched for."""
_PASSED_OVER = re.compile(r"\..*|node_modules|bower_components|site-packages|vendor|venv|env|__pycache__|target|dist")
_TESTS = re.compile(r"(?:tests?|__tests__|spec)", re.IGNORECASE)
_OF_TESTS = re.compile(r"(?:test_.*|.*[._-](?:test|spec)\.\w+|conftest\.py|.*\.d\.ts)")
_TEMPLATE = re.compile(r".*\.(?:ya?ml|json|template)")
_CODE = re.compile(r".*\.(?:py|[cm]?[jt]s)")
_COMPILED = re.compile(r".*\.(?:go|rs|java|kt|scala|cs|fs|vb|rb|php|swift|zig|c|cc|cpp)")
_TERRAFORM = re.compile(r".*\.(?:tf|tofu)")
_PROVIDER = re.compile(r"""^\s*provider\s+"aws\"""", re.MULTILINE)
_TOOLS = ("cdk.json", "cdktf.json", "serverless.yml", "serverless.yaml", "sst.config.ts", "Pulumi.yaml")
_DECLARES = ("CfnAuthorizer", "aws_iot_authorizer", "AWS::IoT::Authorizer", "iot.Authorizer", "aws.Realtime")
_OF_SST = re.compile(r"\brealtime\.authorizer\(|\bRealtimeAuth\w*\(")
_ANSWERS = (
    ("isauthenticated", "is_authenticated"),
    ("policydocument", "policydocuments", "policy_document", "policy_documents"),
)
"""In small letters."""
_WORDS = (
    *(b"uthenticated", b"IoT::Authorizer", b"CfnAuthorizer", b"iot_authorizer", b"iot.Authorizer"),
    *(b"aws.Realtime", b"realtime.authorizer", b"RealtimeAuth"),
)
"""One of these is in every text that the patterns fit."""


@dataclass(frozen=True, slots=True)
class Found:
    """Whole paths; those higher up first."""

    templates: tuple[Path, ...] = ()
    """Templates with an AWS::IoT::Authorizer."""
    sources: tuple[Path, ...] = ()
    """Files of the tools that make a template or plan with an authorizer."""
    functions: tuple[Path, ...] = ()
    """Python, JavaScript and TypeScript that answers as an authorizer does."""
    programs: tuple[Path, ...] = ()
    """Code that does in a language which does not run here as it is, such as Go, Java and Ruby."""
    generators: tuple[Path, ...] = ()
    """Code that declares an authorizer for a tool that is not known."""


def search(folder: Path) -> Found:
    templates, sources, functions, programs, generators = [], [], [], [], []
    configured = cache(_with_provider)
    left = MOST_TEXT
    with noticing(keep=False):
        for path in _files(folder):
            kinds = [kind for kind in (_TEMPLATE, _CODE, _COMPILED, _TERRAFORM) if kind.fullmatch(path.name)]
            text = _text(path) if kinds else ""
            left -= len(text)
            if left < 0:
                break
            if _TEMPLATE in kinds and "AWS::IoT::Authorizer" in text and looks_like_template(text):
                templates.append(path)
            elif _has(text, _DECLARES):
                tools = [_root_module(path, folder, configured)] if _TERRAFORM in kinds else _tool(path, folder)
                sources += tools
                generators += [] if tools or _TEMPLATE in kinds else [path]
            elif _CODE in kinds and _is_authorizer(text):
                functions.append(path)
            elif _COMPILED in kinds and _is_authorizer(text):
                programs.append(path)
    every = (templates, dict.fromkeys(sources), functions, programs, generators)
    return Found(*map(tuple, every))


def has_function(folder: Path) -> bool:
    """Whether one of the first files of code in the folder itself answers as an authorizer does."""
    code = [path for path in _entries(folder)[1] if _CODE.fullmatch(path.name)]
    return any(_is_authorizer(_text(path)) for path in code[:MOST_AT_THE_TOP])


def _tool(path: Path, top: Path) -> list[Path]:
    """The nearest file above, up to the folder that is searched, that names the tool."""
    parents = (parent for parent in path.parents if parent == top or top in parent.parents)
    every = (parent / name for parent in parents for name in _TOOLS)
    return list(filter(os.path.isfile, every))[:1]


def _root_module(path: Path, top: Path, configured: Callable[[Path], Path | None]) -> Path:
    """The file above that configures the provider, for a module's file; plans are made there."""
    above = (parent for parent in path.parents if parent == top or top in parent.parents)
    return next((file for file in map(configured, above) if file), path)


def _with_provider(folder: Path) -> Path | None:
    files = (file for file in _entries(folder)[1] if _TERRAFORM.fullmatch(file.name))
    return next((file for file in files if _PROVIDER.search(_text(file, (b"provider",)))), None)


def _is_authorizer(text: str) -> bool:
    small = text.lower()
    return all(_has(small, words) for words in _ANSWERS) or bool(_OF_SST.search(text))


def _has(text: str, words: Sequence[str]) -> bool:
    """Whether it has one of the words, and not as a part of a longer one. Much faster than a pattern."""
    for word in words:
        place = text.find(word)
        while place >= 0:
            end = place + len(word)
            if not any(each.isalnum() or each == "_" for each in (text[place - 1 : place], text[end : end + 1])):
                return True
            place = text.find(word, end)
    return False


def _files(folder: Path) -> Iterator[Path]:
    """Those of a person, level by level."""
    count = 0
    level = [folder]
    for _ in range(DEEPEST):
        below: list[Path] = []
        for each in level:
            folders, files = _entries(each)
            below += folders
            count += len(folders)
            for path in files:
                count += 1
                if count > MOST_FILES:
                    return
                yield path
        level = below


def _entries(folder: Path) -> tuple[list[Path], list[Path]]:
    """Its folders, without those of tests and packages, and its files, sorted. Links are not followed."""
    try:
        with os.scandir(folder) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
            folders = [entry for entry in found if entry.is_dir(follow_symlinks=False)]
            files = [entry.path for entry in found if entry.is_file(follow_symlinks=False)]
    except OSError:
        return [], []
    inner = (each.path for each in folders if not (_PASSED_OVER.fullmatch(each.name) or _TESTS.fullmatch(each.name)))
    return [Path(each) for each in inner], [Path(each) for each in files if not _OF_TESTS.fullmatch(Path(each).name)]


def _text(path: Path, words: tuple[bytes, ...] = _WORDS) -> str:
    """Its text if it contains one of the words; most files do not, and searching bytes is fast."""
    try:
        content = content_of(path, MOST_BYTES)
    except OSError:
        return ""
    if len(content) > MOST_BYTES or not any(word in content for word in words):
        return ""
    return content.decode("utf-8", "replace")

"""The documents given to `decide`, each with its file and its position in it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from authlens.cli.console.diagnostics import CommandError
from authlens.cli.console.services import CliServices
from authlens.cli.inputs.policies import other_than_policy, read_policy_file
from authlens.frozen import dataclass

if TYPE_CHECKING:
    from authlens.core.policy.document import Document
    from authlens.core.policy.policy_file import PolicyFile
    from authlens.core.text.json_reader import Span


@dataclass(frozen=True, slots=True)
class PolicySource:
    """One document and where it came from."""

    name: str
    file: PolicyFile
    index: int
    """Its position in that file."""
    document: Document

    def locate(self, span: Span) -> Span:
        return self.file.locate(self.index, span)

    def place(self, span: Span) -> str:
        found = self.locate(span)
        return f"{self.name}:{found.line}:{found.column}"

    def where(self, number: int, span: Span) -> dict[str, Any]:
        found = self.locate(span)
        return {"file": self.name, "document": number, "line": found.line, "column": found.column}


@dataclass(frozen=True, slots=True)
class Given:
    """The documents that count, and the files whose documents are ignored."""

    sources: tuple[PolicySource, ...]
    refused: tuple[str, ...]
    """Answers with `isAuthenticated: false`."""

    @property
    def documents(self) -> list[Document]:
        return [source.document for source in self.sources]

    @property
    def ignored(self) -> list[str]:
        return [f"{name}: isAuthenticated is false, so its documents are ignored" for name in self.refused]


def read_sources(names: Sequence[str], services: CliServices) -> Given:
    """Raises CommandError for a file without a policy."""
    files = [(name, read_policy_file(name, services, "utf-8-sig")) for name in names]
    refused = [name for name, file in files if _refused(file)]
    sources = [source for name, file in files for source in _sources(name, file) if name not in refused]
    return Given(tuple(sources), tuple(refused))


def _refused(file: PolicyFile) -> bool:
    answer = file.answer and file.answer.get("isAuthenticated")
    return bool(answer) and getattr(answer, "value", None) is False


def _sources(name: str, file: PolicyFile) -> Iterator[PolicySource]:
    other = other_than_policy(file)
    if other is not None:
        raise CommandError(f"{name} contains {other}")
    if file.fault:
        raise _invalid(name, file.fault.span, file.fault.message)
    for index, document in enumerate(file.documents):
        if document.faults and document.version is None and not document.statements:
            fault = document.faults[0]
            if fault.id in ("json-syntax", "not-an-object"):
                raise _invalid(name, file.locate(index, fault.span), fault.message)
        yield PolicySource(name, file, index, document)


def _invalid(name: str, span: Span, message: str) -> CommandError:
    return CommandError(f"{name}: line {span.line}, column {span.column}: {message}")

"""`--cli-input-yaml` as the AWS CLI v2 reads it: YAML 1.2, aliases expanded, `!!binary`, no key twice."""

from __future__ import annotations

from functools import cache
from typing import Any

from authlens.cli.invoke.yaml import resolve_as_yaml_1_2
from authlens.core.commands.pointer import point_at
from authlens.core.commands.values import MemberError
from authlens.core.text.file_names import file_hint

OPTION = "--cli-input-yaml"
_MAX_LENGTH = 1024 * 1024
MAX_EVENTS = 10_000
"""Keys and values, far more than a request has."""


def members(text: str) -> dict[str, Any]:
    """The document's members, unchecked. Raises MemberError that points at the character."""
    import yaml

    if len(text) > _MAX_LENGTH:
        raise MemberError("the document is longer than 1 MiB", OPTION)
    try:
        value = yaml.load(text, Loader=_loader())
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise MemberError(_located(error.problem or "it cannot be read", text, mark), OPTION) from None
    except (yaml.YAMLError, ValueError, RecursionError):
        raise MemberError("Invalid YAML received: a character, a value or its nesting cannot be read", OPTION) from None
    if not isinstance(value, dict):
        hint = file_hint(text.strip())
        problem = f"Invalid type: expecting map, received {type(value).__name__}"
        raise MemberError(f"{problem}. {hint}" if hint else problem, OPTION)
    return value


def _located(problem: str, text: str, mark: Any) -> str:
    if mark is None:
        return f"Invalid YAML received: {problem}"
    index = sum(len(line) for line in text.splitlines(keepends=True)[: mark.line]) + mark.column
    where = point_at(text, min(index, len(text)), OPTION)
    return f"Invalid YAML received: {problem}, line {mark.line + 1}, column {mark.column + 1}:\n{where}"


@cache
def _loader() -> Any:
    import yaml

    class Loader(yaml.SafeLoader):
        events = 0

        def get_event(self) -> Any:
            self.events += 1
            if self.events > MAX_EVENTS:
                raise ValueError
            return super().get_event()  # type: ignore[no-untyped-call]  # typeshed has no types for it

        def construct_mapping(self, node: Any, deep: bool = False) -> dict[Any, Any]:
            seen = set()
            for key, _ in node.value:
                if key.value in seen if isinstance(key, yaml.ScalarNode) else False:
                    raise yaml.constructor.ConstructorError(None, None, "found a key twice", key.start_mark)
                seen.add(key.value if isinstance(key, yaml.ScalarNode) else id(key))
            return super().construct_mapping(node, deep)

    return resolve_as_yaml_1_2(Loader)

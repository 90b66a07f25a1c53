"""The JSON of `terraform show -json` (a plan or a state), or a raw state: its resources and their references.

The rule: a value known only after apply is absent, and its references lead to the resource that provides it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from authlens.core.policy.arn import Arn, split

Values = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Resource:
    address: str
    """With its modules and index: `module.auth.aws_lambda_function.this[0]`."""
    type: str
    name: str
    values: Values
    module: tuple[str, ...] = ()
    """The names of its modules, outermost first."""


def is_plan(root: Any) -> bool:
    """Whether the JSON is Terraform's."""
    if not isinstance(root, dict):
        return False
    shown = "format_version" in root and bool({"planned_values", "values", "terraform_version"} & root.keys())
    return shown or ("terraform_version" in root and isinstance(root.get("resources"), list))


MOST_STEPS = 100_000
"""References followed in one plan: a few outputs of modules that name each other can produce billions."""


class Plan:
    """A plan or a state."""

    def __init__(self, root: Values) -> None:
        self._root = root
        self.resources = tuple(_unique([*self._planned(), *self._prior(), *self._raw()]))
        self._of_type: dict[str, list[Resource]] = {}
        self._by_name: dict[tuple[tuple[str, ...], str, str], list[Resource]] = {}
        for each in self.resources:
            self._of_type.setdefault(each.type, []).append(each)
            self._by_name.setdefault((each.module, each.type, each.name), []).append(each)
        self._configs: dict[tuple[str, ...], dict[str, Values]] = {}
        self._steps = 0
        self._config = _mapping(_mapping(root.get("configuration")).get("root_module"))
        self._unknown = {
            str(change.get("address")): _mapping(_mapping(change.get("change")).get("after_unknown"))
            for change in _list(root.get("resource_changes"))
            if isinstance(change, dict)
        }

    @property
    def region(self) -> str | None:
        """The AWS provider's region, or that of a deployed resource."""
        providers = _mapping(_mapping(self._root.get("configuration")).get("provider_config"))
        expression = _mapping(_mapping(_mapping(providers.get("aws")).get("expressions")).get("region"))
        if isinstance(expression.get("constant_value"), str):
            return str(expression["constant_value"])
        for reference in _list(expression.get("references")):
            variable = _mapping(_mapping(self._root.get("variables")).get(str(reference).removeprefix("var.")))
            if isinstance(variable.get("value"), str):
                return str(variable["value"])
        return next((arn.region for arn in self._arns()), None)

    @property
    def account(self) -> str | None:
        """The account of a deployed resource."""
        return next((arn.account for arn in self._arns()), None)

    def _arns(self) -> Iterator[Arn]:
        for kind in ("aws_iot_authorizer", "aws_lambda_function"):
            for resource in self.of_type(kind):
                arn = split(str(resource.values.get("arn") or ""))
                if arn is not None:
                    yield arn

    def of_type(self, kind: str) -> list[Resource]:
        return self._of_type.get(kind, [])

    def unknown(self, resource: Resource) -> Values:
        """The attributes of the resource that are known only after apply."""
        return self._unknown.get(resource.address, {})

    def referred(self, resource: Resource, member: str, kind: str) -> Resource | None:
        """The resource of a type that an attribute refers to, across any number of modules."""
        matching = self.all_referred(resource, member, kind)
        index = re.search(r"\[[^\]]*\]$", resource.address)
        same = [found for found in matching if index and found.address.endswith(index.group())]
        return next(iter((*same, *matching)), None)

    def all_referred(self, resource: Resource, member: str, kind: str) -> list[Resource]:
        """The resources of a type that an attribute refers to, in order."""
        expression = _mapping(self._resource_config(resource).get("expressions")).get(member)
        found = (each for one in _references(expression) for each in self._follow(one, resource.module, 0))
        return list({each.address: each for each in found if each.type == kind}.values())

    def _resource_config(self, resource: Resource) -> Values:
        if resource.module not in self._configs:
            self._configs[resource.module] = dict(_by_address(self._module_config(resource.module)))
        return self._configs[resource.module].get(f"{resource.type}.{resource.name}", {})

    def _module_config(self, module: tuple[str, ...]) -> Values:
        config: Values = self._config
        for name in module:
            config = _mapping(_mapping(_mapping(config.get("module_calls")).get(name)).get("module"))
        return config

    def _follow(self, reference: str, module: tuple[str, ...], depth: int) -> Iterator[Resource]:
        """The resources behind `TYPE.NAME.attribute`, `module.NAME.output`, `var.NAME` and `local.NAME`."""
        self._steps += 1
        if depth > 8 or self._steps > MOST_STEPS:
            return
        parts = [re.sub(r"\[.*", "", part) for part in reference.split(".")]
        if parts[0] == "module" and len(parts) >= 3:
            inner = (*module, parts[1])
            output = _mapping(_mapping(self._module_config(inner).get("outputs")).get(parts[2]))
            for each in _references(output.get("expression")):
                yield from self._follow(each, inner, depth + 1)
        elif parts[0] == "var" and module:
            call = _mapping(_mapping(self._module_config(module[:-1]).get("module_calls")).get(module[-1]))
            for each in _references(_mapping(call.get("expressions")).get(parts[1] if len(parts) > 1 else "")):
                yield from self._follow(each, module[:-1], depth + 1)
        else:
            wanted = parts[1:3] if parts[0] == "data" else parts[:2]
            if len(wanted) == 2:
                yield from self._by_name.get((module, wanted[0], wanted[1]), ())

    def _planned(self) -> Iterator[Resource]:
        for part in ("planned_values", "values"):
            yield from _walk(_mapping(_mapping(self._root.get(part)).get("root_module")), ())
        known = _mapping(self._root.get("state"))
        yield from _walk(_mapping(_mapping(known.get("values")).get("root_module")), ())

    def _prior(self) -> Iterator[Resource]:
        """Data sources that were read while planning, such as archive_file."""
        prior = _mapping(_mapping(self._root.get("prior_state")).get("values"))
        yield from (each for each in _walk(_mapping(prior.get("root_module")), ()) if ".data." in f".{each.address}.")

    def _raw(self) -> Iterator[Resource]:
        """The resources of a raw terraform.tfstate."""
        for each in _list(self._root.get("resources")):
            if not isinstance(each, dict):
                continue
            module = tuple(re.findall(r"module\.([^.\[]+)", str(each.get("module", ""))))
            data = "data." if each.get("mode") == "data" else ""
            for number, instance in enumerate(_list(each.get("instances"))):
                kind, name = str(each.get("type")), str(each.get("name"))
                address = "".join(f"module.{part}." for part in module) + f"{data}{kind}.{name}"
                address += f"[{number}]" if number else ""
                yield Resource(address, kind, name, _mapping(_mapping(instance).get("attributes")), module)


def _walk(module: Values, path: tuple[str, ...], depth: int = 0) -> Iterator[Resource]:
    for each in _list(module.get("resources")):
        if isinstance(each, dict):
            address, kind, name = (str(each.get(key, "")) for key in ("address", "type", "name"))
            yield Resource(address, kind, name, _mapping(each.get("values")), path)
    for child in _list(module.get("child_modules")) if depth < 20 else ():
        if isinstance(child, dict):
            names = tuple(re.findall(r"module\.([^.\[]+)", str(child.get("address", ""))))
            yield from _walk(child, names, depth + 1)


def _unique(resources: list[Resource]) -> Iterator[Resource]:
    seen: set[str] = set()
    for each in resources:
        if each.address not in seen:
            seen.add(each.address)
            yield each


def _by_address(module: Values) -> Iterator[tuple[str, Values]]:
    """The configuration of each resource by `TYPE.NAME`; of two with one, the first."""
    resources = [each for each in _list(module.get("resources")) if isinstance(each, dict)]
    for each in reversed(resources):
        yield ".".join(str(each.get("address", "")).split(".")[-2:]), each


def _references(expression: Any) -> Iterator[str]:
    """Every reference of an expression, most precise first, including blocks and lists of blocks."""
    if isinstance(expression, dict):
        if "references" in expression:
            yield from map(str, _list(expression["references"]))
        else:
            for inner in expression.values():
                yield from _references(inner)
    elif isinstance(expression, list):
        for inner in expression:
            yield from _references(inner)


def _mapping(value: Any) -> Values:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []

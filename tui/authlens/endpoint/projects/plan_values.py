"""The JSON of `terraform show -json` (a plan or a state), or a raw state: its resources and their references.

The rule: a value known only after apply is absent, and its references lead to the resource that provides it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from authlens.core.policy.arn import Arn, split

Values = Mapping[str, Any]
Part = tuple[str, str]
"""A name and its key in brackets, which is empty without `count` and `for_each`."""
_PART = re.compile(r"""([^.\[\]]+)(\[(?:"(?:\\.|[^"\\])*"|[^\]"]*)\])?""")
_SAME_KEY = ("each.key", "each.value", "count.index")


@dataclass(frozen=True, slots=True)
class Resource:
    address: str
    """With its modules and index: `module.auth.aws_lambda_function.this[0]`."""
    type: str
    name: str
    values: Values
    module: tuple[Part, ...] = ()
    """Its modules, outermost first."""
    key: str = ""

    @classmethod
    def at(cls, address: str, kind: str, name: str, values: Values) -> Resource:
        parts = _parts(address)
        modules = [index for index, (word, _) in enumerate(parts[:-2]) if word == "module" and index % 2 == 0]
        return cls(address, kind, name, values, tuple(parts[index + 1] for index in modules), parts[-1][1])

    @property
    def is_data(self) -> bool:
        """Whether it is only looked up, not made."""
        return len(_parts(self.address)) > 2 * len(self.module) + 2


def _parts(text: str) -> list[Part]:
    """`module.a["x"].TYPE.NAME[0]` by name and key."""
    return _PART.findall(text) or [("", "")]


def is_plan(root: Any) -> bool:
    """Whether the JSON is Terraform's."""
    if not isinstance(root, dict):
        return False
    shown = "format_version" in root and (
        {"planned_values", "values", "terraform_version"} & root.keys() or len(root) == 1
    )
    return bool(shown) or ("terraform_version" in root and isinstance(root.get("resources"), list))


MOST_STEPS = 100_000
"""References followed in one plan: a few outputs of modules that name each other can produce billions."""


class Plan:
    """A plan or a state."""

    def __init__(self, root: Values) -> None:
        self._root = root
        self.resources = tuple(_unique([*self._planned(), *self._prior(), *self._raw()]))
        self._of_type: dict[str, list[Resource]] = {}
        self._by_name: dict[tuple[tuple[Part, ...], str, str], list[Resource]] = {}
        self._modules: dict[tuple[tuple[Part, ...], str], list[str]] = {}
        """The keys of a module's instances."""
        for each in self.resources:
            self._of_type.setdefault(each.type, []).append(each)
            self._by_name.setdefault((each.module, each.type, each.name), []).append(each)
            for depth, (name, key) in enumerate(each.module):
                keys = self._modules.setdefault((each.module[:depth], name), [])
                keys += [key] if key not in keys else []
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
        return self._region_of_provider("aws") or next((arn.region for arn in self._arns()), None)

    def region_of(self, resource: Resource) -> str | None:
        """The region of a resource: its own (AWS provider 6), or that of its provider."""
        own = resource.values.get("region")
        provider = str(self._resource_config(resource).get("provider_config_key", "aws"))
        return str(own) if own else self._region_of_provider(provider)

    def _region_of_provider(self, name: str) -> str | None:
        providers = _mapping(_mapping(self._root.get("configuration")).get("provider_config"))
        expression = _mapping(_mapping(_mapping(providers.get(name)).get("expressions")).get("region"))
        if isinstance(expression.get("constant_value"), str):
            return str(expression["constant_value"])
        for reference in _list(expression.get("references")):
            variable = _mapping(_mapping(self._root.get("variables")).get(str(reference).removeprefix("var.")))
            if isinstance(variable.get("value"), str):
                return str(variable["value"])
        return None

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

    @property
    def only_deletes(self) -> bool:
        """Whether it is a plan that leaves nothing."""
        changes = [_mapping(_mapping(each).get("change")) for each in _list(self._root.get("resource_changes"))]
        return bool(changes) and all(each.get("actions") == ["delete"] for each in changes)

    def unknown(self, resource: Resource) -> Values:
        """The attributes of the resource that are known only after apply."""
        return self._unknown.get(resource.address, {})

    def referred(self, resource: Resource, member: str, kind: str) -> Resource | None:
        """The one resource of a type that an attribute refers to, across any number of modules."""
        found = self.all_referred(resource, member, kind)
        return found[0] if len(found) == 1 else None

    def all_referred(self, resource: Resource, member: str, kind: str) -> list[Resource]:
        """The resources of a type that an attribute may refer to, in order."""
        config = self._resource_config(resource)
        expression = _mapping(config.get("expressions")).get(member)
        found = self._behind(expression, resource.module, resource.key, config.get("for_each_expression"), 0)
        return list({each.address: each for each in found if each.type == kind}.values())

    def local_of(self, resource: Resource, member: str) -> str | None:
        """The local value that an attribute refers to; a plan does not contain those."""
        expression = _mapping(self._resource_config(resource).get("expressions")).get(member)
        return next((each for each in _references(expression) if each.startswith("local.")), None)

    def _resource_config(self, resource: Resource) -> Values:
        module = tuple(name for name, _ in resource.module)
        if module not in self._configs:
            self._configs[module] = dict(_by_address(self._module_config(module)))
        return self._configs[module].get(f"{resource.type}.{resource.name}", {})

    def _module_config(self, module: tuple[str, ...]) -> Values:
        config: Values = self._config
        for name in module:
            config = _mapping(self._call(config, name).get("module"))
        return config

    @staticmethod
    def _call(config: Values, name: str) -> Values:
        return _mapping(_mapping(config.get("module_calls")).get(name))

    def _behind(
        self, expression: Any, module: tuple[Part, ...], key: str, repeated: Any, depth: int, element: str = ""
    ) -> Iterator[Resource]:
        """The resources that an expression of a module refers to.

        key: that of the instance whose expression it is. repeated: its `for_each`. element: the key of what is used
        of the expression's value.
        """
        references = _most_precise(list(_references(expression)))
        same = element or (key if any(each in _SAME_KEY for each in references) else "")
        for reference in references:
            self._steps += 1
            if depth > 8 or self._steps > MOST_STEPS:
                return
            parts = _parts(reference)
            names = [name for name, _ in parts]
            if names[:2] == ["each", "value"]:
                yield from self._behind(repeated, module, "", None, depth + 1, key)
            elif names[0] == "module" and len(parts) > 1:
                yield from self._outputs(parts, module, same, depth)
            elif names[0] == "var" and module and len(parts) > 1:
                name, own = module[-1]
                call = self._call(self._module_config(tuple(each for each, _ in module[:-1])), name)
                given = _mapping(call.get("expressions")).get(names[1])
                yield from self._behind(given, module[:-1], own, call.get("for_each_expression"), depth + 1, element)
            else:
                wanted = parts[1:3] if names[0] == "data" else parts[:2]
                if len(wanted) == 2:
                    (kind, _), (name, index) = wanted
                    instances = {each.key: each for each in self._by_name.get((module, kind, name), ())}
                    yield from (instances[each] for each in _chosen(list(instances), index, same))

    def _outputs(self, parts: list[Part], module: tuple[Part, ...], same: str, depth: int) -> Iterator[Resource]:
        """The resources behind `module.NAME.output`; without an output's name, behind all of them."""
        name, index = parts[1]
        for key in _chosen(self._modules.get((module, name), []), index, same):
            inner = (*module, (name, key))
            outputs = _mapping(self._module_config(tuple(each for each, _ in inner)).get("outputs"))
            for output in [parts[2][0]] if len(parts) > 2 else outputs:
                expression = _mapping(outputs.get(output)).get("expression")
                yield from self._behind(expression, inner, "", None, depth + 1)

    def _planned(self) -> Iterator[Resource]:
        for part in ("planned_values", "values"):
            yield from _walk(_mapping(_mapping(self._root.get(part)).get("root_module")))
        known = _mapping(self._root.get("state"))
        yield from _walk(_mapping(_mapping(known.get("values")).get("root_module")))

    def _prior(self) -> Iterator[Resource]:
        """Data sources that were read while planning, such as archive_file."""
        prior = _mapping(_mapping(self._root.get("prior_state")).get("values"))
        yield from (each for each in _walk(_mapping(prior.get("root_module"))) if each.is_data)

    def _raw(self) -> Iterator[Resource]:
        """The resources of a raw terraform.tfstate."""
        for each in _list(self._root.get("resources")):
            if not isinstance(each, dict):
                continue
            kind, name = str(each.get("type")), str(each.get("name"))
            words = (each.get("module"), "data" if each.get("mode") == "data" else None, kind, name)
            address = ".".join(str(word) for word in words if word)
            for instance in map(_mapping, _list(each.get("instances"))):
                if "deposed" in instance:
                    continue
                key = f"[{json.dumps(instance['index_key'])}]" if instance.get("index_key") is not None else ""
                yield Resource.at(f"{address}{key}", kind, name, _mapping(instance.get("attributes")))


def _walk(module: Values, depth: int = 0) -> Iterator[Resource]:
    for each in _list(module.get("resources")):
        if isinstance(each, dict) and "deposed_key" not in each:
            address, kind, name = (str(each.get(key, "")) for key in ("address", "type", "name"))
            yield Resource.at(address, kind, name, _mapping(each.get("values")))
    for child in _list(module.get("child_modules")) if depth < 20 else ():
        if isinstance(child, dict):
            yield from _walk(child, depth + 1)


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


def _most_precise(references: list[str]) -> list[str]:
    """Without those that only repeat the beginning of the one before, as Terraform lists them."""
    kept: list[str] = []
    for each in references:
        if not (kept and kept[-1].startswith((f"{each}.", f"{each}["))):
            kept.append(each)
    return kept


def _chosen(keys: list[str], index: str, same: str) -> list[str]:
    """The keys of the instances that are meant: one that is written, the same as the reader's, or any."""
    if index:
        return [key for key in keys if key == index]
    return [same] if same and same in keys else keys


def _mapping(value: Any) -> Values:
    return value if isinstance(value, dict) else {}


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []

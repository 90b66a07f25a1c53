"""Terraform: the authorizers and functions of `terraform show -json`, plan or state. Paths are relative to it."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from authlens.core.invocation.local_run import Unresolved
from authlens.core.policy.arn import function_named
from authlens.core.request.authorizer import Authorizer
from authlens.core.text.json_limits import MOST_BYTES, load_bounded
from authlens.endpoint.projects.foreign import PLAN_STEP
from authlens.endpoint.projects.plan_code import PlanCode
from authlens.endpoint.projects.plan_permissions import Permissions
from authlens.endpoint.projects.plan_values import Plan, Resource, is_plan
from authlens.endpoint.templates import function_checks
from authlens.endpoint.templates.definition_file import DEFAULT_ACCOUNT, DEFAULT_REGION, WORKSPACES, content_of
from authlens.endpoint.templates.definitions import (
    DEFAULT_MEMORY_SIZE,
    MOST_AUTHORIZERS,
    AuthorizerDefinition,
    DefinitionError,
    Definitions,
    FunctionDefinition,
    authorizer_arn,
    authorizer_refusal,
    function_arn,
    left_out,
    warning_of,
)
from authlens.endpoint.templates.function_checks import Unfit
from authlens.endpoint.templates.lambda_runtimes import REFUSED, language, machine_difference
from authlens.endpoint.templates.settings import (
    COMMAND_STEP,
    FUNCTION_OPTION,
    IMAGE_STEP,
    KEY_STEP,
    FunctionSettings,
    ProjectSettings,
    refusal_step,
    with_key_if_needed,
    with_signing,
)
from authlens.endpoint.templates.unpack import Cache

_MOST_NAMED = 8


def read_plan(path: Path, settings: ProjectSettings, cache: Cache, ask: bool = True) -> Definitions:
    """Raises DefinitionError."""
    path = Path(os.path.abspath(path))
    root = plan_json(path)
    if root is None:
        raise DefinitionError(path, 0, 0, "it is not the JSON of 'terraform show -json'")
    return _Reader(Plan(root), path, settings, cache, ask).definitions()


def plan_json(path: Path) -> Mapping[str, Any] | None:
    """The content of a file if it is a plan or a state."""
    try:
        root = load_bounded(content_of(path, MOST_BYTES))
    except (OSError, ValueError):
        return None
    return root if is_plan(root) else None


class _Reader:
    def __init__(self, plan: Plan, path: Path, settings: ProjectSettings, cache: Cache, ask: bool) -> None:
        self._ask = ask
        self._plan = plan
        self._path = path
        self._folder = path.parents[2] if path.parent.parent.name == WORKSPACES else path.parent
        """Where Terraform runs: its paths are relative to it."""
        self._settings = settings
        self._code = PlanCode(plan, self._folder, cache)
        self._region = settings.region or plan.region or DEFAULT_REGION
        self._account = settings.account or plan.account or DEFAULT_ACCOUNT
        self._notes: list[str] = list(settings.warnings)
        self._left: list[tuple[str, Unresolved]] = []
        self._faults: list[DefinitionError] = []
        self._functions: dict[str, FunctionDefinition] = {}
        self._owners: dict[tuple[str, str], str] = {}
        self._functions_by_name = {
            str(each.values.get(key)): each
            for key in ("function_name", "arn")
            for each in reversed(plan.of_type("aws_lambda_function"))
            if each.values.get(key)
        }
        self._permissions = Permissions(plan, self._authorizer_arn)

    def definitions(self) -> Definitions:
        found = self._plan.of_type("aws_iot_authorizer")
        if len(found) > MOST_AUTHORIZERS:
            words = f"it has {len(found):,} authorizers; at most {MOST_AUTHORIZERS} of one file are served"
            raise DefinitionError(self._path, 0, 0, words)
        read = [self._if_possible(each, self._authorizer) for each in found]
        if self._settings.function:
            read.append(self._if_possible(self._named(self._settings.function), self._of_function))
        authorizers = tuple(definition for definition in read if definition)
        notes = tuple(dict.fromkeys(self._notes))
        if not authorizers and self._faults:
            raise self._faults[0].with_notes(notes)
        if not authorizers:
            raise DefinitionError(self._path, 0, 0, self._nothing(), notes)
        served = {definition.authorizer.name for definition in authorizers}
        return Definitions(
            *(self._region, self._account, authorizers, tuple(self._functions.values()), notes),
            left_out=tuple(each for each in self._left if each[0] not in served),
        )

    def _nothing(self) -> str:
        if self._plan.only_deletes:
            return "this plan deletes everything; make one without -destroy"
        if not self._plan.resources:
            return f"it has no resources: nothing is deployed in this workspace; {PLAN_STEP}"
        functions = [resource.address for resource in self._plan.of_type("aws_lambda_function")]
        if not functions:
            return "it has no aws_iot_authorizer and no aws_lambda_function"
        return (
            f"it has no aws_iot_authorizer; its functions are {', '.join(functions)}. "
            f"Serve one as an authorizer with --function {functions[0]}, "
            f"or function: {functions[0]} in authlens.yaml"
        )

    def _named(self, name: str) -> Resource:
        for resource in self._plan.of_type("aws_lambda_function"):
            if name in (resource.address, resource.name, resource.values.get("function_name")):
                return resource
        known = ", ".join(resource.address for resource in self._plan.of_type("aws_lambda_function")) or "none"
        raise DefinitionError(self._path, 0, 0, f"it has no function {name}; its functions: {known}")

    def _if_possible(self, resource: Resource, read: Any) -> AuthorizerDefinition | None:
        try:
            definition: AuthorizerDefinition = read(resource)
            return definition
        except Unfit as problem:
            name = str(resource.values.get("name") or resource.name)
            text = f"{resource.address}: {problem}; the authorizer {name} is left out"
            self._notes.append(warning_of(self._path, 0, text, problem.next_step))
            whole = text + (f"; {problem.next_step}" if problem.next_step else "")
            self._faults.append(DefinitionError(self._path, 0, 0, whole))
            self._left.append(left_out(name, self._path, 0, f"{resource.address}: {problem}", problem.next_step))
            return None

    def _of_function(self, resource: Resource) -> AuthorizerDefinition:
        function = self._function(resource)
        name = re.sub(r"[^\w=,@-]+", "-", str(self._settings.function).rpartition(".")[2], flags=re.ASCII).strip("-")
        arn = authorizer_arn(self._region, self._account, name)
        return AuthorizerDefinition(
            with_signing(Authorizer(name, arn, function.arn, "ACTIVE"), self._settings), function
        )

    def _authorizer(self, resource: Resource) -> AuthorizerDefinition:
        values = resource.values
        function = self._function(self._function_behind(resource))
        name = self._called(resource, "name")
        keys = values.get("token_signing_public_keys") or {}
        if not isinstance(keys, dict):
            raise Unfit("token_signing_public_keys is not a mapping")
        if not keys and self._plan.unknown(resource).get("token_signing_public_keys") and not self._settings.public_key:
            raise Unfit("token_signing_public_keys is known after apply only", KEY_STEP)
        authorizer = Authorizer(
            name=name,
            arn=self._authorizer_arn(resource),
            function_arn=function.arn,
            status=str(values.get("status") or "ACTIVE"),
            signing_disabled=bool(values.get("signing_disabled", False)),
            token_key_name=str(values["token_key_name"]) if values.get("token_key_name") else None,
            token_signing_public_keys=tuple((str(key), str(pem)) for key, pem in keys.items()),
            enable_caching_for_http=bool(values.get("enable_caching_for_http", False)),
        )
        authorizer = with_key_if_needed(authorizer, self._settings)
        refusal = authorizer_refusal(authorizer)
        if refusal:
            raise Unfit(f"AWS IoT refuses this: {refusal.message}", refusal_step(authorizer))
        self._own("authorizer", name, resource)
        return AuthorizerDefinition(authorizer, function)

    def _function_behind(self, resource: Resource) -> Resource:
        """By its ARN if known, otherwise by the references of the expression."""
        arn = str(resource.values.get("authorizer_function_arn") or "")
        known = None
        if arn:
            known = self._functions_by_name.get(arn) or self._functions_by_name.get(function_named(arn) or "")
        if known is not None:
            return known
        found = self._plan.all_referred(resource, "authorizer_function_arn", "aws_lambda_function")
        for alias in self._plan.all_referred(resource, "authorizer_function_arn", "aws_lambda_alias"):
            found += self._plan.all_referred(alias, "function_name", "aws_lambda_function")
        found = list({each.address: each for each in found}.values())
        if len(found) == 1:
            return found[0]
        local = self._plan.local_of(resource, "authorizer_function_arn")
        others = ", ".join(each.address for each in (found or self._plan.of_type("aws_lambda_function"))[:_MOST_NAMED])
        step = f"serve one with {FUNCTION_OPTION}: {others}" if others else ""
        applied = f"name the JSON of the state once it is applied, or {step}" if step else ""
        if found:
            raise Unfit("a plan does not show which of several functions is its own", applied)
        if local:
            raise Unfit(f"its function is that of {local}, and a plan does not contain local values", applied)
        raise Unfit("its function is not in this file", step)

    def _function(self, resource: Resource) -> FunctionDefinition:
        values = resource.values
        if resource.address in self._functions:
            return self._functions[resource.address]
        name = self._called(resource, "function_name")
        self._own("function", name, resource)
        given = self._settings.functions.get(resource.address, self._settings.functions.get(name, FunctionSettings()))
        runtime = "provided" if given.command else given.runtime or str(values.get("runtime") or "")
        if not runtime:
            raise Unfit("a function without a runtime (a container image) does not run here", IMAGE_STEP)
        if not language(runtime):
            raise Unfit(f"the runtime {runtime} does not run here", COMMAND_STEP)
        folder = given.code_uri or (self._folder if given.command else self._code.of(resource))
        handler = given.handler or str(values.get("handler") or "")
        environment, unresolved = self._environment(resource, given)
        interpreter = self._interpreter(resource.address, runtime, given)
        layers, differences = self._layers(resource)
        if language(runtime) != "provided":
            function_checks.check_handler(folder, handler, runtime, environment, layers)
        alone = "" if given.code_uri or given.command else self._code.packed_alone(resource)
        if alone:
            differences += (f"Only {alone} is in its package: on Lambda, it cannot import the files next to it.",)
        command: tuple[str, ...] = ()
        if language(runtime) == "provided":
            command = (
                function_checks.checked_command(given.command, folder)
                if given.command
                else function_checks.own_bootstrap(folder, *reversed(layers))
            )
        arn = function_arn(self._region_of(resource), self._account, name)
        self._functions[resource.address] = FunctionDefinition(
            *(name, folder, handler, runtime, environment),
            timeout=_number(values, "timeout", 3),
            memory_size=int(_number(values, "memory_size", DEFAULT_MEMORY_SIZE)),
            interpreter=interpreter,
            command=command,
            arn=arn,
            origin="template",
            layers=layers,
            unresolved=unresolved,
            differences=differences,
            permissions=tuple(self._permissions.of(resource, name, arn)),
        )
        return self._functions[resource.address]

    def _own(self, kind: str, name: str, resource: Resource) -> None:
        """Raises Unfit if another one has this name, as in another Region: the endpoint serves one of each name."""
        owner = self._owners.setdefault((kind, name), resource.address)
        if owner != resource.address:
            raise Unfit(f"another {kind} is named {name}: {owner}")

    def _authorizer_arn(self, resource: Resource) -> str:
        return authorizer_arn(self._region_of(resource), self._account, self._called(resource, "name"))

    def _region_of(self, resource: Resource) -> str:
        return self._settings.region or self._plan.region_of(resource) or self._region

    def _called(self, resource: Resource, key: str) -> str:
        """Its name; if that is known after apply only, ours, which no other resource of the type has."""
        if resource.values.get(key):
            return str(resource.values[key])
        others = [each for each in self._plan.of_type(resource.type) if each.name == resource.name]
        called = resource.name if len(others) == 1 else re.sub(r"\W+", "-", resource.address, flags=re.ASCII).strip("-")
        if self._plan.unknown(resource).get(key):
            text = f"the name of {resource.address} is known after apply only; it is named {called} here"
            self._notes.append(warning_of(self._path, 0, text))
        return called

    def _interpreter(self, address: str, runtime: str, given: FunctionSettings) -> str | None:
        found, warning = function_checks.interpreter_for(
            runtime, given.interpreter, self._settings.interpreter, self._ask
        )
        if warning:
            self._notes.append(warning_of(self._path, 0, f"{address}: {warning}"))
        return found

    def _environment(
        self, resource: Resource, given: FunctionSettings
    ) -> tuple[dict[str, str], tuple[Unresolved, ...]]:
        known = {str(name): str(value) for name, value in _variables(resource.values).items() if value is not None}
        for name in sorted(REFUSED & known.keys()):
            text = f"the variable {name} is left out: Lambda reserves it, and refuses a function that sets it"
            self._notes.append(warning_of(self._path, 0, f"{resource.address}: {text}"))
            del known[name]
        override = {**self._settings.env, **given.env}
        unknown = _variables(self._plan.unknown(resource), {"": True})
        names = [str(name) for name, is_unknown in unknown.items() if is_unknown and str(name) not in override]
        unresolved = tuple(
            Unresolved(
                f"the variable {name} is left out" if name else "the environment variables are left out",
                "it is known after apply only" if name else "one is known after apply only, and the plan shows none",
                f"{self._path}, {resource.address}",
                f"give --env {name or 'NAME'}=VALUE, or env: {{{name or 'NAME'}: VALUE}} in authlens.yaml",
            )
            for name in names
        )
        for each in unresolved:
            text = f"{resource.address}: {each.what}: {each.why}"
            self._notes.append(warning_of(self._path, 0, text, each.next_step))
        return {**known, **override}, unresolved

    def _layers(self, resource: Resource) -> tuple[tuple[Path, ...], tuple[str, ...]]:
        """The folders of the layers, and how the function differs from Lambda's."""
        known = {str(each.values.get("arn")): each for each in self._plan.of_type("aws_lambda_layer_version")}
        layers = {arn: known.get(arn) for arn in _texts(resource.values.get("layers"))}
        for each in self._plan.all_referred(resource, "layers", "aws_lambda_layer_version"):
            if each not in layers.values():
                layers[each.address] = each
        folders = []
        differences = [machine_difference(_texts(resource.values.get("architectures")), "Lambda runs it")]
        for name, layer in layers.items():
            try:
                if layer is None:
                    raise Unfit(f"{name} is not on this machine")
                folders.append(self._code.of(layer))
            except Unfit as reason:
                differences.append(f"A layer is missing: {reason}.")
                self._notes.append(
                    warning_of(self._path, 0, f"{resource.address} runs without a layer: {reason}", reason.next_step)
                )
                continue
            built_for = _texts(layer.values.get("compatible_architectures"))
            differences.append(machine_difference(built_for, f"The layer {name} is built to run"))
        return tuple(folders), tuple(each for each in differences if each is not None)


def _texts(value: Any) -> list[str]:
    return [str(each) for each in value if each] if isinstance(value, list) else []


def _number(values: Mapping[str, Any], name: str, default: float) -> float:
    value = values.get(name) or default
    if not isinstance(value, int | float):
        raise Unfit(f"{name} is not a number")
    return float(value)


def _variables(values: Mapping[str, Any], all_unknown: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
    """Of the one environment block; where one value is unknown, Terraform may show all of them as unknown."""
    blocks = values.get("environment")
    block = blocks[0] if isinstance(blocks, list) and blocks else blocks
    variables = block.get("variables") if isinstance(block, dict) else None
    if isinstance(variables, dict):
        return variables
    return all_unknown if variables is True and all_unknown else {}

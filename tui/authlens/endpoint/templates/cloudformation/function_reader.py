"""Reads one function of a template: code, handler, layers, environment, and what was not resolved."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from authlens.core.invocation.local_run import Unresolved
from authlens.core.text.yaml_reader import YamlError, YamlNode
from authlens.endpoint.templates import function_checks
from authlens.endpoint.templates.cloudformation.code_place import code_folder, layer_folder, not_built
from authlens.endpoint.templates.cloudformation.stack import LAYERS, Project, Stack
from authlens.endpoint.templates.cloudformation.values import NO_VALUE, Unresolvable, as_text, section
from authlens.endpoint.templates.definitions import DEFAULT_MEMORY_SIZE, FunctionDefinition
from authlens.endpoint.templates.function_checks import Unfit
from authlens.endpoint.templates.lambda_runtimes import REFUSED, language, machine_difference
from authlens.endpoint.templates.settings import COMMAND_STEP, IMAGE_STEP, FunctionSettings, ProjectSettings

LAMBDA_TIMEOUT = 3.0
"""Seconds; Lambda's default, which SAM keeps."""
PERMISSION = "AWS::Lambda::Permission"


def read_function(stack: Stack, logical: str) -> FunctionDefinition:
    """Raises Unresolvable if it cannot run here."""
    return _Function(stack, logical).definition()


class _Function:
    def __init__(self, stack: Stack, logical: str) -> None:
        self._stack = stack
        self._logical = logical
        self._own = stack.properties(logical)
        self._globals = stack.globals_for(logical)
        self._properties: dict[str, YamlNode] = {**self._globals, **self._own}
        self._read = stack.read(self._properties)
        self._place = stack.place(logical)
        settings = stack.project.settings
        self._settings = settings.functions.get(logical, FunctionSettings())
        self._all: ProjectSettings = settings
        self._unresolved: list[Unresolved] = []
        self._differences: list[str] = []

    def definition(self) -> FunctionDefinition:
        runtime = self._runtime()
        handler = self._settings.handler or self._read.text("Handler") or ""
        folder = self._folder(runtime)
        interpreter = self._interpreter(runtime)
        environment = self._environment()
        layers = tuple(self._layers())
        self._compare_machine(self._read.value("Architectures", []), "Lambda runs it")
        self._check_handler(folder, handler, runtime, environment, layers)
        name = self._stack.physical(self._logical)
        return FunctionDefinition(
            name=name,
            code_uri=folder,
            handler=handler,
            runtime=runtime,
            environment=environment,
            timeout=self._read.number("Timeout", LAMBDA_TIMEOUT),
            memory_size=int(self._read.number("MemorySize", DEFAULT_MEMORY_SIZE)),
            interpreter=interpreter,
            command=self._command(runtime, folder, layers),
            arn=self._stack.arn(self._logical),
            origin="template",
            layers=layers,
            unresolved=tuple(self._unresolved),
            differences=tuple(self._differences),
            permissions=tuple(permissions(self._stack, self._logical)),
        )

    def _runtime(self) -> str:
        if self._settings.command:
            return "provided"
        runtime = self._settings.runtime or self._read.text("Runtime")
        place = self._properties.get("Runtime", self._place)
        if runtime is None:
            raise Unresolvable(place, "a function without a Runtime (a container image) does not run here", IMAGE_STEP)
        try:
            function_checks.checked_runtime(runtime)
        except Unfit:
            raise Unresolvable(place, f"the runtime {runtime} does not run here", COMMAND_STEP) from None
        return runtime

    def _interpreter(self, runtime: str) -> str | None:
        place = self._properties.get("Runtime", self._place)
        try:
            found, warning = function_checks.interpreter_for(
                runtime, self._settings.interpreter, self._all.interpreter, self._stack.project.ask
            )
        except Unfit as reason:
            raise Unresolvable(place, str(reason), reason.next_step) from None
        if warning:
            self._stack.project.note(self._stack.path, place.line, warning)
        return found

    def _folder(self, runtime: str) -> Path:
        if self._settings.code_uri is not None:
            try:
                return function_checks.checked_folder(str(self._settings.code_uri), self._settings.code_uri.parent)
            except Unfit as reason:
                raise Unresolvable(self._place, str(reason)) from None
        if self._settings.command:
            return self._stack.path.parent
        return code_folder(self._stack, self._logical, self._properties, runtime)

    def _check_handler(
        self, folder: Path, handler: str, runtime: str, environment: Mapping[str, str], layers: Sequence[Path]
    ) -> None:
        if language(runtime) == "provided":
            return
        try:
            function_checks.check_handler(folder, handler, runtime, environment, layers)
        except Unfit as fault:
            place = self._properties.get("Handler", self._place)
            reason, step = not_built(self._stack, folder, handler, runtime, self._entry_points())
            raise Unresolvable(place, reason or str(fault), step or fault.next_step) from None

    def _entry_points(self) -> list[str]:
        metadata = section(self._stack.resources[self._logical], "Metadata")
        points = section(metadata, "BuildProperties").get("EntryPoints")
        return [str(item.value) for item in points.value] if points and isinstance(points.value, list) else []

    def _command(self, runtime: str, folder: Path, layers: Sequence[Path]) -> tuple[str, ...]:
        if language(runtime) != "provided":
            return ()
        try:
            if self._settings.command:
                return function_checks.checked_command(self._settings.command, folder)
            return function_checks.own_bootstrap(folder, *reversed(layers))
        except Unfit as fault:
            reason, step = ("", "") if self._settings.command else not_built(self._stack, folder, "", runtime)
            raise Unresolvable(self._place, reason or str(fault), step) from None

    def _layers(self) -> Iterator[Path]:
        """The folders of the layers that are available; missing ones are reported."""
        lists = [each["Layers"] for each in (self._globals, self._own) if "Layers" in each]
        here = {stack.layer_arn(name): (stack, name) for stack, name in self._stack.project.of_kind(LAYERS)}
        for item in (item for node in lists for item in (node.value if isinstance(node.value, list) else [node])):
            try:
                value = self._stack.resolver.resolve(item)
                for arn in value if isinstance(value, list) else [value]:
                    if arn is NO_VALUE:
                        continue
                    if not isinstance(arn, str) or arn not in here:
                        raise Unresolvable(item, f"the layer {as_text(arn)} is not on this machine")
                    stack, name = here[arn]
                    built_for = stack.read(stack.properties(name)).value("CompatibleArchitectures", [])
                    self._compare_machine(built_for, f"The layer {name} is built to run")
                    yield layer_folder(stack, name)
            except Unresolvable as problem:
                self._differences.append(f"A layer is missing: {problem.reason}.")
                self._stack.project.note(
                    self._stack.path,
                    item.line,
                    f"{self._logical} runs without a layer: {problem.reason}",
                    problem.next_step,
                )

    def _compare_machine(self, architectures: Any, what: str) -> None:
        names = [as_text(each) for each in architectures] if isinstance(architectures, list) else []
        difference = machine_difference(names, what)
        if difference is not None:
            self._differences.append(difference)

    def _environment(self) -> dict[str, str]:
        """The variables of Globals, of the function, and of the settings; unknown values are left out."""
        variables = {**self._declared(self._globals), **self._declared(self._own)}
        given = {**self._all.env, **self._settings.env}
        found = {
            name: value for name, node in variables.items() if (value := self._variable(name, node, given)) is not None
        }
        return {**found, **given}

    def _declared(self, properties: Mapping[str, YamlNode]) -> dict[str, YamlNode]:
        """The variables that the environment names, unless a condition that is not known here decides."""
        entries = self._stack.resolver.entries
        try:
            return entries(entries(properties.get("Environment")).get("Variables"))
        except Unresolvable as problem:
            what, step = "the environment variables are left out", problem.next_step
            self._unresolved.append(
                Unresolved(what, problem.reason, f"{self._stack.path}, line {problem.node.line}", step)
            )
            self._stack.project.note(self._stack.path, problem.node.line, f"{what}: {problem.reason}", step)
            return {}

    def _variable(self, name: str, node: YamlNode, given: Mapping[str, str]) -> str | None:
        if name in given:
            return given[name]
        if name in REFUSED:
            text = f"the variable {name} is left out: Lambda reserves it, and refuses a function that sets it"
            self._stack.project.note(self._stack.path, node.line, text)
            return None
        try:
            value = self._stack.read({name: node}).value(name, NO_VALUE)
            if value is NO_VALUE:
                return None
            if isinstance(value, dict | list):
                raise Unresolvable(node, f"its value must be text, not {node.kind}")
            text = function_checks.checked_variable(name, as_text(value))
            if isinstance(node.value, bool) and node.text != text:
                why = f"the variable {name} is {text!r}: without quotes, {node.text} is a boolean for CloudFormation"
                self._stack.project.note(self._stack.path, node.line, why, "quote it if it is meant as text")
            return text
        except Unfit as reason:
            return self._missing(name, node, Unresolvable(node, str(reason)))
        except Unresolvable as problem:
            return self._missing(name, node, problem)

    def _missing(self, name: str, node: YamlNode, problem: Unresolvable) -> str | None:
        """A resource is replaced by its logical id, so that the function finds the variable."""
        step = problem.next_step or f"give --env {name}=VALUE, or env: {{{name}: VALUE}} in authlens.yaml"
        stand_in = problem.stand_in
        what = f"the variable {name} is left out" if stand_in is None else f"the variable {name} is {stand_in!r} here"
        self._unresolved.append(Unresolved(what, problem.reason, f"{self._stack.path}, line {node.line}", step))
        self._stack.project.note(self._stack.path, node.line, f"{what}: {problem.reason}", step)
        return stand_in


def permissions(stack: Stack, logical: str) -> Iterator[str]:
    """The statements that the project's AWS::Lambda::Permission resources give for a function, as JSON."""
    arn, name = stack.arn(logical), stack.physical(logical)
    for permission, known in stack.project.permissions(_permissions):
        function = str(known.get("FunctionName", ""))
        if function in (arn, name) or function.startswith(f"{arn}:"):
            yield json.dumps(_statement(permission, known, arn))


def _permissions(project: Project) -> Iterator[tuple[str, dict[str, Any]]]:
    """The logical ids of those whose condition may be true, with their known properties."""
    for owner, permission in project.of_kind((PERMISSION,)):
        if owner.is_there(permission) is not False:
            yield permission, {key: _known(owner, node) for key, node in owner.properties(permission).items()}


def _known(stack: Stack, node: YamlNode) -> Any:
    try:
        return stack.resolver.resolve(node)
    except (Unresolvable, YamlError, RecursionError):
        return NO_VALUE


def _statement(logical: str, known: Mapping[str, Any], arn: str) -> dict[str, Any]:
    conditions: dict[str, dict[str, str]] = {}
    for key, operator, name in (
        ("SourceArn", "ArnLike", "AWS:SourceArn"),
        ("SourceAccount", "StringEquals", "AWS:SourceAccount"),
    ):
        if key in known:
            value = known[key]
            known_here = value is not NO_VALUE
            conditions.setdefault(operator, {})[name if known_here else f"{key} (known on AWS only)"] = as_text(
                value if known_here else "?"
            )
    return {
        "Sid": logical,
        "Effect": "Allow",
        "Principal": {"Service": as_text(known.get("Principal", ""))},
        "Action": as_text(known.get("Action", "")),
        "Resource": arn,
        **({"Condition": conditions} if conditions else {}),
    }

"""An environment: where saved requests are sent, and the values of their `${env:NAME}` references.

The rule: it overrides the saved request's `target` and the process's variables, because it was chosen for this run.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field, replace

from authlens.core.request.references import Reference, replaced
from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest, Sign
from authlens.core.text.yaml_reader import load
from authlens.frozen import dataclass

KEYS = ("description", "profile", "region", "endpointUrl", "endpoint", "local", "values")
FOLDER = "environments"
"""In the folder of the saved requests, or next to it."""


@dataclass(frozen=True, slots=True)
class Environment:
    """One file of the folder `environments`."""

    target: Target = field(default_factory=Target)
    values: Mapping[str, str] = field(default_factory=dict)
    description: str | None = None
    source: str = ""
    """The file that it was read from."""

    def of(self, saved: SavedRequest) -> SavedRequest:
        """The saved request as sent in this environment."""
        return replace(
            saved,
            target=self._target(saved.target),
            request=saved.request.with_texts(self._filled),
            sign=saved.sign and self._sign(saved.sign),
        )

    def _target(self, own: Target) -> Target:
        wanted = self.target
        if wanted.local or wanted.endpoint_url:
            own = replace(own, local=wanted.local, endpoint_url=wanted.endpoint_url)
        elif wanted.profile:
            # A profile means an AWS account, which a local endpoint does not have.
            own = replace(own, local=None, endpoint_url=None)
        return replace(own, profile=wanted.profile or own.profile, region=wanted.region or own.region)

    def _sign(self, sign: Sign) -> Sign:
        return replace(sign, passphrase=sign.passphrase and self._filled(sign.passphrase))

    def _filled(self, text: str) -> str:
        return replaced(text, self._value)

    def _value(self, found: Reference) -> str:
        is_variable = found.kind == "env" and found.is_closed
        return self.values.get(found.name, found.written) if is_variable else found.written


def read_environment(text: str) -> Environment:
    """Parse an environment file. Raises YamlError at the position of the error."""
    document = load(text)
    fields = document.fields(*KEYS) if document.value is not None else {}
    places = [key for key in ("endpointUrl", "endpoint", "local") if key in fields]
    if len(places) > 1:
        raise fields[places[1]].error(f"{places[0]} and {places[1]} cannot be used together")

    def given(key: str) -> str | None:
        return fields[key].string() if key in fields else None

    values = fields["values"].mapping() if "values" in fields else {}
    return Environment(
        Target(given("profile"), given("region"), given("endpointUrl") or given("endpoint"), given("local")),
        {name: value.string(f"the value {name}") for name, value in values.items()},
        given("description"),
    )

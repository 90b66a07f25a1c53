"""Another destination for the same request, written as `profile=prod,region=eu-west-1`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from authlens.core.request.target import Target
from authlens.core.saved.saved_request import SavedRequest
from authlens.frozen import dataclass

KEYS = ("local", "profile", "region", "endpointUrl", "authorizer")


@dataclass(frozen=True, slots=True)
class Destination:
    text: str
    """As written."""
    values: Mapping[str, str]

    @property
    def target(self) -> Target:
        """The target given by the text alone."""
        values = self.values
        return Target(values.get("profile"), values.get("region"), values.get("endpointUrl"), values.get("local"))

    def of(self, saved: SavedRequest) -> SavedRequest:
        """The saved request as sent there. What the text does not mention stays; `local` replaces the rest."""
        values, target = self.values, saved.target
        request = replace(saved.request, authorizer_name=values.get("authorizer", saved.request.authorizer_name))
        if "local" in values:
            target = replace(target, local=values["local"], endpoint_url=None)
        elif values.keys() & {"profile", "region", "endpointUrl"}:
            target = replace(target, local=None, endpoint_url=values.get("endpointUrl"))
        target = replace(
            target,
            profile=values.get("profile", target.profile),
            region=values.get("region", target.region),
        )
        return replace(saved, request=request, target=target)


def read_destination(text: str) -> Destination:
    """Parse a destination. Raises ValueError with a complete sentence."""
    values: dict[str, str] = {}
    for part in text.split(","):
        key, equals, value = part.strip().partition("=")
        key = "endpointUrl" if key == "endpoint-url" else key
        if key not in KEYS or not equals or not value:
            raise ValueError(f"{text!r}: must be KEY=VALUE,… with the keys {', '.join(KEYS)}")
        if key in values:
            raise ValueError(f"{text!r} has {key} twice; use a second --target for another destination")
        values[key] = value
    if "local" in values and "endpointUrl" in values:
        raise ValueError(f"{text!r} has both local and endpointUrl; use a --target for each")
    return Destination(text, values)

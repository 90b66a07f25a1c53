"""The serverless-state.json that `serverless package` writes next to its template: the region and the stack's name."""

from __future__ import annotations

from pathlib import Path

from authlens.core.text.json_limits import MOST_BYTES, load_bounded
from authlens.endpoint.templates.definition_file import content_of
from authlens.endpoint.templates.definitions import is_region, warning_of
from authlens.endpoint.templates.settings import ProjectSettings

SERVERLESS_STATE = "serverless-state.json"


def read_serverless_state(path: Path) -> ProjectSettings:
    """Its settings; an unreadable file is a warning."""
    try:
        service = load_bounded(content_of(path, MOST_BYTES))["service"]
        provider = service["provider"]
        name = provider.get("stackName") or f"{service['service']}-{provider['stage']}"
        region = str(provider["region"])
        return ProjectSettings(region=region if is_region(region) else None, stack_name=str(name))
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as error:
        why = error if isinstance(error, OSError | ValueError) else "it does not name a service and its provider"
        return ProjectSettings(warnings=(warning_of(path, 0, f"it is not read: {why}", "run 'serverless package'"),))

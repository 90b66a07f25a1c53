"""The domain configurations of an endpoint, in memory: those of its file, and those that calls create."""

from __future__ import annotations

from collections.abc import Sequence

from authlens.core.deployment.deployment import Domain
from authlens.core.policy.arn import partition_of


class Domains:
    def __init__(self, region: str, account: str, domains: Sequence[Domain] = ()) -> None:
        self._prefix = f"arn:{partition_of(region)}:iot:{region}:{account}:domainconfiguration/"
        self._domains = {domain.name: domain for domain in domains}

    def all(self) -> tuple[Domain, ...]:
        """Oldest first."""
        return tuple(self._domains.values())

    def get(self, name: str) -> Domain | None:
        return self._domains.get(name)

    def of_host(self, host: str) -> Domain | None:
        """The configuration for the host that devices connect to."""
        wanted = host.rstrip(".").lower()
        return next((domain for domain in self._domains.values() if domain.domain_name.lower() == wanted), None)

    def put(self, domain: Domain) -> None:
        self._domains[domain.name] = domain

    def delete(self, name: str) -> None:
        del self._domains[name]

    def arn(self, name: str) -> str:
        """AWS appends a random part to the name; here it is fixed."""
        return f"{self._prefix}{name}/local"

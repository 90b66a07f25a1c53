"""Who receives a message: an index of subscriptions by filter. Members of a shared subscription take turns."""

from __future__ import annotations

from collections.abc import Container, Iterator

from authlens.core.mqtt.packets import Filter
from authlens.core.mqtt.topics import has_wildcard, is_basic_ingest, matches, shared

Clients = dict[str, Filter]
"""Subscriptions by client id."""


class Routes:
    def __init__(self) -> None:
        self._exact: dict[str, Clients] = {}
        self._wild: dict[str, Clients] = {}
        self._shared: dict[str, Clients] = {}
        """Keyed by the whole `$share/GROUP/FILTER`."""

    def add(self, client_id: str, wanted: Filter) -> None:
        self._table(wanted.topic).setdefault(wanted.topic, {})[client_id] = wanted

    def remove(self, client_id: str, topic_filter: str) -> None:
        table = self._table(topic_filter)
        clients = table.get(topic_filter)
        if clients is not None:
            clients.pop(client_id, None)
            if not clients:
                del table[topic_filter]

    def of(self, topic: str, live: Container[str]) -> list[tuple[str, Filter]]:
        """The clients that receive a message on a topic, each with its matching subscription of the highest QoS.

        In the order in which they subscribed. Basic Ingest messages have no subscribers. live: the connected clients.
        """
        if is_basic_ingest(topic):
            return []
        found: dict[str, Filter] = {}
        for clients in self._matching(topic):
            for client_id, wanted in clients.items():
                other = found.get(client_id)
                if other is None or other.qos < wanted.qos:
                    found[client_id] = wanted
        return [*found.items(), *(self._turns(topic, live) if self._shared else ())]

    def _matching(self, topic: str) -> Iterator[Clients]:
        exact = self._exact.get(topic)
        if exact:
            yield exact
        yield from (clients for topic_filter, clients in self._wild.items() if matches(topic_filter, topic))

    def _turns(self, topic: str, live: Container[str]) -> Iterator[tuple[str, Filter]]:
        """One connected client of each group, in turn; one that is away if no member of the group is connected."""
        for topic_filter, clients in self._shared.items():
            sharing = shared(topic_filter)
            if sharing is not None and matches(sharing.filter, topic):
                client_id = next((each for each in clients if each in live), next(iter(clients)))
                wanted = clients[client_id] = clients.pop(client_id)
                yield client_id, wanted

    def _table(self, topic_filter: str) -> dict[str, Clients]:
        if shared(topic_filter) is not None:
            return self._shared
        return self._wild if has_wildcard(topic_filter) else self._exact

"""What one connection may do: its policy documents, evaluated once for each action and resource.

A decision is valid until the documents change. The number of stored decisions is bounded.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from authlens.core.mqtt.packets import Connect, Will
from authlens.core.mqtt.properties import SESSION_EXPIRY, number_of
from authlens.core.policy.arn import partition_of
from authlens.core.policy.decision.decide import Decision, decide
from authlens.core.policy.decision.reasons import place
from authlens.core.policy.document import Document

KEPT = 1024
"""Decisions stored per connection."""

CONNECT, PUBLISH, RETAIN = "iot:Connect", "iot:Publish", "iot:RetainPublish"
SUBSCRIBE, RECEIVE = "iot:Subscribe", "iot:Receive"

Variables = Mapping[str, tuple[str, ...]]


class Permissions:
    """The documents in force, and the decisions already made."""

    __slots__ = ("_account", "_decided", "_documents", "_reasons", "_region", "variables")

    def __init__(self, documents: Sequence[Document], variables: Variables, region: str, account: str) -> None:
        self._documents = tuple(documents)
        self._region = region
        self._account = account
        self._decided: dict[tuple[str, str], Decision] = {}
        self._reasons: dict[tuple[str, str], str] = {}
        self.variables = dict(variables)
        """The connection's context keys and their values."""

    def decide(self, action: str, resource: str) -> Decision:
        """resource: the tail of an ARN, such as `topic/a`."""
        question = action, resource
        found = self._decided.get(question)
        if found is None:
            found = self._asked(action, resource, self.variables)
            if len(self._decided) >= KEPT:
                del self._decided[next(iter(self._decided))]
            self._decided[question] = found
        return found

    def decide_connect(self, connect: Connect) -> Decision:
        """Whether the client may connect with this client id, last will and kind of session.

        AWS IoT also refuses a client that may not publish its last will: then the decision is that of the will.
        """
        variables = {**self.variables, **connect_variables(connect, self._arn)}
        asked = self._asked(CONNECT, f"client/{connect.client_id}", variables)
        needed = (asked, *self.decide_will(connect.will)) if connect.will is not None else (asked,)
        return next((each for each in needed if not each.allowed), asked)

    def decide_will(self, will: Will) -> Iterator[Decision]:
        """Whether the last will may be published, and retained if it is to be."""
        for action in (PUBLISH, RETAIN) if will.retain else (PUBLISH,):
            yield self.decide(action, f"topic/{will.topic}")

    def why(self, decision: Decision) -> str:
        """Why something is denied, and the nearest miss. Computed once per action and resource."""
        question = decision.asking.action, str(decision.asking.resource)
        found = self._reasons.get(question)
        if found is None:
            nearest = (f"nearest miss: {miss.message}" for miss in decision.near_misses[:1])
            found = "; ".join((*decision.reasons, *nearest))
            if len(self._reasons) >= KEPT:
                del self._reasons[next(iter(self._reasons))]
            self._reasons[question] = found
        return found

    def deciding(self, decision: Decision) -> str:
        """The position of the first deciding statement; empty if no statement decided."""
        return place(decision.deciding[0].document, decision.deciding[0].statement) if decision.deciding else ""

    def replaced(self, documents: Sequence[Document]) -> Permissions:
        """The same connection with other documents."""
        return Permissions(documents, self.variables, self._region, self._account)

    def _asked(self, action: str, resource: str, variables: Variables) -> Decision:
        return decide(self._documents, action, resource, variables, self._region, self._account)

    def _arn(self, resource: str) -> str:
        return f"arn:{partition_of(self._region)}:iot:{self._region}:{self._account}:{resource}"


def connect_variables(connect: Connect, arn: Callable[[str], str]) -> Variables:
    """The condition keys that only iot:Connect has. arn: completes the tail of a resource."""
    attributes = []
    if not connect.clean_start or number_of(connect.properties, SESSION_EXPIRY):
        attributes.append("PersistentConnect")
    if connect.will is not None:
        attributes.append("LastWill")
    topic = {} if connect.will is None else {"iot:LastWillTopic": (arn(f"topic/{connect.will.topic}"),)}
    return {"iot:ConnectAttributes": tuple(attributes), **topic}

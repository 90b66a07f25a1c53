"""Who the request is sent as, always in view: target, profile, region, account, authorizer with status and signing."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from authlens.core.request.authorizer import Authorizer
from authlens.core.request.target import Configured, Identity, Target
from authlens.ui.text.identity_line import authorizer_state, identity_line, identity_parts


class IdentityBar(Widget):
    DEFAULT_CSS = """
    IdentityBar { height: 1; padding: 0 1; background: $panel; color: $foreground; }
    """

    target: reactive[Target] = reactive(Target())
    configured: reactive[Configured | None] = reactive[Configured | None](None)
    identity: reactive[Identity | None] = reactive[Identity | None](None)
    authorizer: reactive[Authorizer | None] = reactive[Authorizer | None](None)
    authorizer_name: reactive[str] = reactive("")
    authorizer_problem: reactive[str] = reactive("")
    """Why nothing is known of the authorizer."""

    def render(self) -> Content:
        parts = identity_parts(self.target, self.identity, self.configured)
        return identity_line(self.authorizer_name, self._state(), parts, self.size.width - 2)

    def _state(self) -> tuple[Content, Content]:
        known = self.authorizer is not None and self.authorizer.name == self.authorizer_name
        return authorizer_state(self.authorizer if known else None, self.authorizer_problem)

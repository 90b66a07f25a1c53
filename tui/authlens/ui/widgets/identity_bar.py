"""Who the request is sent as, always in view: target, profile, region, account, authorizer with status and signing."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from authlens.core.authorizer import Authorizer
from authlens.core.target import Configured, Identity, Target
from authlens.ui import present
from authlens.ui.shown import shown


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
        width = self.size.width - 2
        left, right = self._authorizer(), self._place(labels=True)
        if left.cell_length + right.cell_length + 3 > width:
            right = self._place(labels=False)
        room = max(0, width - right.cell_length - 2)
        left = left.truncate(room, ellipsis=True)
        gap = max(1, width - left.cell_length - right.cell_length)
        return Content.assemble(left, " " * gap, right).truncate(max(1, width), ellipsis=True)

    def _authorizer(self) -> Content:
        name = shown(self.authorizer_name or "no authorizer", "bold")
        if self.authorizer is not None and self.authorizer.name == self.authorizer_name:
            return Content.assemble(name, "  ", present.authorizer_state(self.authorizer))
        if self.authorizer_problem:
            return Content.assemble(
                name, "  ", ("! ", "$text-warning"), shown(self.authorizer_problem, "$foreground-muted")
            )
        return name

    def _place(self, *, labels: bool) -> Content:
        parts = present.identity_parts(self.target, self.identity, self.configured)
        if labels:
            return Content("   ").join(
                Content.assemble((f"{label} ", "$foreground-muted"), shown(value)) for label, value in parts
            )
        return Content.styled(" · ", "$foreground-muted").join(
            shown(value) for _, value in parts if value not in ("–", "?")
        )

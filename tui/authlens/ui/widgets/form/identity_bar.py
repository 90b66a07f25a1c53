"""Who the request is sent as, always in view: target, profile, region, account, authorizer with status and signing."""

from __future__ import annotations

from textual.content import Content
from textual.reactive import reactive
from textual.widget import Widget

from authlens.ui.model.screen_values import IdentityState
from authlens.ui.runtime.start import working_folder
from authlens.ui.text.identity_line import authorizer_state, identity_line, identity_parts, target_name


class IdentityBar(Widget):
    DEFAULT_CSS = """
    IdentityBar { height: 1; padding: 0 1; background: $panel; color: $foreground; }
    """

    identity: reactive[IdentityState] = reactive(IdentityState())
    watching: reactive[bool] = reactive(False)
    """Whether a change of the function's code sends the request again."""

    def render(self) -> Content:
        shown = self.identity
        name = target_name(shown.target, shown.base, working_folder())
        parts = identity_parts(shown.target, shown.identity, shown.configured, shown.environment, name)
        authorizer = shown.authorizer if shown.authorizer and shown.authorizer.name == shown.name else None
        state = authorizer_state(authorizer, shown.problem, len(shown.missing), is_watched=self.watching)
        return identity_line(shown.name, state, parts, self.size.width)

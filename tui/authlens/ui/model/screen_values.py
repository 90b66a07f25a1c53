"""What the panes show of the screen, one frozen value for each controller that writes it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import TYPE_CHECKING

from textual.content import Content

from authlens.core.deployment.deployment import Deployment
from authlens.core.invocation.invocation import Invocation
from authlens.core.invocation.local_run import Unresolved
from authlens.core.request.authorizer import Authorizer
from authlens.core.request.request import AuthorizerRequest
from authlens.core.request.target import Configured, Identity, Target
from authlens.core.saved.saved_request import SavedRequest
from authlens.core.saved.source import source_of
from authlens.frozen import dataclass
from authlens.ui.model.batch import is_redacted
from authlens.ui.model.draft import Draft
from authlens.ui.model.edits import Form, OpenFile

if TYPE_CHECKING:
    from authlens.core.event.event import Presented
    from authlens.core.preflight.finding import Finding
    from authlens.core.saved.environment import Environment
    from authlens.store.history.history import HistoryRow


@dataclass(frozen=True, slots=True)
class FormContent:
    """A draft to put into the fields. The serial makes two equal ones differ."""

    draft: Draft
    serial: int = 0
    focus: str | None = None
    """The changed field that the user should see."""


@dataclass(frozen=True, slots=True)
class FormState:
    draft: Draft = field(default_factory=Draft)
    """What the form holds."""
    content: FormContent = field(default_factory=lambda: FormContent(Draft()))
    """What was last put into its fields from elsewhere: opened, undone, taken from the history."""
    file: OpenFile = field(default_factory=lambda: OpenFile(Draft()))
    """The file that the form belongs to, if any."""
    folder: Path = field(default_factory=Path)
    """Where saved requests are browsed and written."""

    environment: Environment | None = None
    """The environment in which the request is sent, if one was chosen."""
    environment_name: str = ""
    not_opened: str = ""
    """Why the file that was to be opened last is not."""

    @property
    def sent(self) -> SavedRequest:
        """The request as it is sent, in the chosen environment."""
        saved = self.draft.saved
        return saved if self.environment is None else self.environment.of(saved)

    @property
    def target(self) -> Target:
        """Where it is sent."""
        return self.draft.target if self.environment is None else self.sent.target

    @property
    def form(self) -> Form:
        return Form(self.draft, self.file)

    @property
    def unsaved(self) -> bool:
        return self.draft != self.file.kept

    @property
    def file_name(self) -> str:
        """The name of the open file."""
        return "" if self.file.path is None else self.file.path.name

    @property
    def base(self) -> Path | None:
        """The folder that relative paths of the request start from: also of one that was taken from a file."""
        file = self.file.path or self.file.origin
        return None if file is None else file.parent

    @property
    def source(self) -> str | None:
        """The file, and the case of it, that a request is sent from, as the history records it."""
        return None if self.file.path is None else source_of(str(self.file.path), self.file.case or None)

    @property
    def title(self) -> str:
        """The name of the open file, with the case of it that the form holds."""
        return source_of(self.file_name, self.file.case or None) if self.file_name else ""

    def is_source_of(self, invocation: Invocation) -> bool:
        """Whether an invocation was sent from this request, as it is now or was before it was edited."""
        if self.holds(invocation):
            return True
        if invocation.source is None:
            return self.file.path is None and invocation.request.authorizer_name == self.draft.authorizer_name
        return self.file.is_source(invocation.source)

    def holds(self, invocation: Invocation) -> bool:
        """Whether the form would send exactly what the invocation sent."""
        would, sent = self.sent, (invocation.target, invocation.sign, invocation.certificate)
        if (would.target, would.sign, would.certificate) != sent:
            return False
        request = would.request
        if invocation.is_probe:
            from authlens.core.commands.probe_plan import with_client_id  # probes are few

            request = with_client_id(request, invocation.request.client_id)  # its dialog asks for it
        if request == invocation.request:
            return True
        if not is_redacted(invocation):
            return False
        from authlens.core.secrets.redaction import redact_request  # after the first paint

        return redact_request(request, invocation.authorizer) == invocation.request


@dataclass(frozen=True, slots=True)
class HintState:
    """What preflight says of the form."""

    request: AuthorizerRequest = field(default_factory=AuthorizerRequest)
    """The draft that was checked, once typing had paused."""
    authorizer: Authorizer | None = None
    findings: tuple[Finding, ...] = ()
    target: Finding | None = None
    """The finding that the user went to."""
    token_names: frozenset[str] = frozenset()
    """The names under which the contexts carry the token, even if the names do not suggest a secret."""
    presented: Presented | None = None
    """The certificate that the device connects with, once it was read."""
    said: frozenset[str] = frozenset()
    """The ids of findings that the answer gives the reason for: it is in view, and of this very request."""


@dataclass(frozen=True, slots=True)
class IdentityState:
    """Who the form's request is sent as, and to which authorizer."""

    target: Target = field(default_factory=Target)
    base: Path | None = None
    """The folder that the target's path starts from."""
    name: str = ""
    """The authorizer that the form names."""
    environment: str = ""
    """The environment that the request is sent in."""
    configured: Configured | None = None
    identity: Identity | None = None
    authorizer: Authorizer | None = None
    """What DescribeAuthorizer answered, last time."""
    problem: str = ""
    """Why the authorizer could not be described."""
    deployment: Deployment | None = None
    """What AWS holds around that authorizer, read after a request was sent."""
    unresolved: Mapping[str, tuple[Unresolved, ...]] = field(default_factory=dict)
    """By authorizer, what its local file could not provide to its function."""

    @property
    def missing(self) -> tuple[Unresolved, ...]:
        """What the function of this authorizer is missing here."""
        return self.unresolved.get(self.name, ())

    @property
    def is_absent(self) -> bool:
        """Whether AWS answered that there is no such authorizer."""
        return self.problem == "not found"

    @property
    def data_endpoint(self) -> str:
        endpoint = self.deployment.data_endpoint if self.deployment is not None else ""
        return endpoint if isinstance(endpoint, str) else ""


@dataclass(frozen=True, slots=True)
class HistoryPage:
    rows: tuple[HistoryRow, ...]
    before: int | None
    """The number that they are older than; `None` for the newest."""
    is_last: bool
    """Whether there are no older ones."""


@dataclass(frozen=True, slots=True)
class HistoryState:
    total: int | None = None
    is_off: bool = False
    """Whether the settings want nothing to be recorded."""
    problem: str = ""
    """Why nothing is recorded although it should be."""
    page: HistoryPage | None = None
    """The page that was read last."""
    project: str = ""
    """The project that the app was opened on, if any."""
    is_of_project: bool = False
    """Whether only its rows are listed."""
    all: int | None = None
    """How many rows there are with those of other projects."""


@dataclass(frozen=True, slots=True)
class RunningCall:
    """A call that has not been answered yet."""

    seconds: float = 0.0
    """Since the user sent it."""
    seeks_credentials: bool = False
    is_long: bool = False
    """Whether there is time to read the screen meanwhile."""
    printed: tuple[str, ...] = ()
    """The last lines that a local function printed since it was called."""

    @property
    def words(self) -> Content:
        return Content.assemble(("● SENDING", "bold $text-primary"), (f"   {self.seconds:.0f} s", "$foreground-muted"))

    @property
    def mark(self) -> str:
        return f"● {self.seconds:.0f} s" if self.is_long else "●"

    @property
    def way_out(self) -> Content:
        looks = ". Looking for credentials" if self.seeks_credentials else ""
        return Content.styled(f"Esc stops waiting{looks}", "$foreground-muted")

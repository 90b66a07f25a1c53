"""What panes show of the screen as one frozen value each."""

from __future__ import annotations

from textual.content import Content

from authlens.frozen import dataclass
from authlens.ui.model.draft import Draft


@dataclass(frozen=True, slots=True)
class Shown:
    """A draft that is to be put into the fields. The serial makes two equal ones differ."""

    draft: Draft
    serial: int = 0
    focus: str | None = None
    """The field that the person is to see changed."""


@dataclass(frozen=True, slots=True)
class Running:
    """A call that has not been answered yet."""

    seconds: float = 0.0
    """Since the person sent it."""
    seeks_credentials: bool = False
    is_long: bool = False
    """Whether there is time to read what is on the screen meanwhile."""

    @property
    def words(self) -> Content:
        return Content.assemble(("● SENDING", "bold $text-primary"), (f"   {self.seconds:.0f} s", "$foreground-muted"))

    @property
    def way_out(self) -> Content:
        looks = ". Looking for credentials" if self.seeks_credentials else ""
        return Content.styled(f"Esc gives up waiting{looks}", "$foreground-muted")

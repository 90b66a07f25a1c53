"""Two invocations side by side, or below each other where it is narrow. `n` and `p` jump between changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual.binding import Binding, BindingType
from textual.content import Content
from textual.reactive import reactive

from authlens.ui.widgets.controls.rows import Rows

if TYPE_CHECKING:
    from authlens.core.compare.compare import Comparison
    from authlens.ui.text.compare_rows import Drawn

_NO_BASELINE = Content.styled("No baseline to compare with: b in the history pins one.", "$foreground-muted")


class CompareView(Rows):
    DEFAULT_CSS = """
    CompareView {
        & > .rows--cursor { background: $boost; color: $foreground; }
        &:focus > .rows--cursor { background: $panel; color: $foreground; }
        & > .rows--blurred { background: transparent; color: $foreground; }
    }
    """
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("n", "jump(1)", "Next change", id="compare.next", tooltip="Go to the next change"),
        Binding(
            "p,N,shift+n",
            "jump(-1)",
            "Previous change",
            show=False,
            id="compare.previous",
            tooltip="Go to the previous change",
        ),
        Binding("t", "textual", "As text", id="compare.textual", tooltip="Compare documents as text, or by meaning"),
        Binding("z", "fold", "Fold", id="compare.fold", tooltip="Fold unchanged lines, or show them"),
    ]

    comparison: reactive[Comparison | None] = reactive["Comparison | None"](None, init=False)
    textual: reactive[bool] = reactive(False, init=False)
    folded: reactive[bool] = reactive(True, init=False)

    def __init__(self, comparison: Comparison | None = None) -> None:
        super().__init__()
        self.set_reactive(CompareView.comparison, comparison)
        self._drawn_rows: list[Drawn] = []
        self._laid_out_at = 0

    @property
    def row_count(self) -> int:
        return len(self._drawn_rows) if self.comparison is not None else 1

    def row(self, index: int, width: int) -> Content:
        return self._drawn_rows[index].content if self.comparison is not None else _NO_BASELINE

    def on_resize(self) -> None:
        if self.line_width != self._laid_out_at:
            self._lay_out_anew()

    def watch_comparison(self) -> None:
        self.cursor = 0
        self._lay_out()

    def watch_textual(self) -> None:
        self._lay_out_anew()

    def watch_folded(self) -> None:
        self._lay_out_anew()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        return action != "jump" or any(row.is_jump for row in self._drawn_rows)

    def _lay_out(self) -> None:
        self._laid_out_at = self.line_width
        self._drawn_rows = []
        if self.comparison is not None:
            from authlens.ui.text.compare_rows import drawn_rows  # loaded with the first comparison

            self._drawn_rows = drawn_rows(self.comparison, self.line_width, self.textual, self.folded)
        self.rows_changed()
        self.refresh_bindings()

    def _lay_out_anew(self) -> None:
        """The same comparison otherwise: the cursor stays on its line, and the line where it is on the screen."""
        was = self._drawn_rows[self.cursor] if self._drawn_rows else None
        above = self.cursor - self.scroll_offset.y
        self._lay_out()
        if was is not None:
            from authlens.ui.text.compare_rows import same_place

            self.cursor = same_place(self._drawn_rows, was)
            self.scroll_to(y=self.cursor - above, animate=False, force=True)

    def action_jump(self, by: int) -> None:
        """On to another change; after the last comes the first."""
        jumps = [index for index, row in enumerate(self._drawn_rows) if row.is_jump]
        if not jumps:
            return
        ahead = [index for index in jumps if index > self.cursor]
        behind = [index for index in jumps if index < self.cursor]
        self.cursor = (ahead or jumps)[0] if by > 0 else (behind or jumps)[-1]
        above = self.size.height // 3
        if self.cursor - self.scroll_offset.y > 2 * above:
            # A change goes on below its first line.
            self.scroll_to(y=self.cursor - above, animate=False, force=True)

    def action_textual(self) -> None:
        self.textual = not self.textual

    def action_fold(self) -> None:
        self.folded = not self.folded

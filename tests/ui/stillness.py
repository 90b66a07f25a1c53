"""A pilot that waits until the app rests: until its event loop has nothing to run, and its screen nothing to paint.

Textual's own pilot takes the process for idle once it has used little time for a while. That costs each key a while,
and wakes every widget; the loop itself knows at once. An app that never rests fails its test.
"""

from __future__ import annotations

import asyncio
import unicodedata
from typing import TYPE_CHECKING

from textual.events import Key
from textual.keys import REPLACED_KEYS, _character_to_key, _get_unicode_name_from_key
from textual.pilot import Pilot

if TYPE_CHECKING:
    from textual.screen import Screen

_ROUNDS = 50_000
_FRAMES = 100


class StillPilot(Pilot[object]):
    async def pause(self, delay: float | None = None) -> None:
        """Until nothing is left to run or to paint. Timers other than those of painting go on."""
        if delay is not None:
            await asyncio.sleep(delay)
        for _ in range(_FRAMES):
            await _loop_rests()
            if self.app._resize_timer is not None:
                self.app._check_resize()
            elif self.app.is_running and _has_something_to_paint(self.app.screen):
                self.app.screen._on_timer_update()
            else:
                return
        raise AssertionError(f"after {_FRAMES} frames the app still paints")

    async def press(self, *keys: str) -> None:
        """One key after the other, each when the app rests from the one before."""
        for key in keys:
            self.type_ahead(key)
            await self.pause()

    def type_ahead(self, *keys: str) -> None:
        """All at once, as they come in when a person is faster than the app."""
        driver = self.app._driver
        assert driver is not None
        for key in keys:
            event = _event(key)
            event.set_sender(self.app)
            driver.send_message(event)


async def _loop_rests() -> None:
    ready = asyncio.get_running_loop()._ready  # type: ignore[attr-defined]  # asyncio has no public name for it
    empty = 0
    for _ in range(_ROUNDS):
        await asyncio.sleep(0)
        # The second empty round has also asked the sockets, through which other threads wake the loop.
        empty = 0 if ready else empty + 1
        if empty == 2:
            return
    raise AssertionError(f"after {_ROUNDS} rounds of its event loop the app still has something to do")


def _has_something_to_paint(screen: Screen[object]) -> bool:
    return (
        screen.is_current
        and not screen.app._batch_count
        and bool(
            screen._layout_required
            or screen._scroll_required
            or screen._repaint_required
            or screen._dirty_widgets
            or screen._recompose_required
            or screen._callbacks
        )
    )


def _event(key: str) -> Key:
    """The event of a key that is given by Textual's name for it, or as the character it types."""
    if len(key) == 1 and not key.isalnum():
        key = _character_to_key(key)
    try:
        character: str | None = unicodedata.lookup(_get_unicode_name_from_key(REPLACED_KEYS.get(key, key)))
    except KeyError:
        character = key if len(key) == 1 else None
    return Key(key, character)

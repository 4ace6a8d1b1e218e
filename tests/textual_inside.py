"""What the tests need of Textual and Textual does not offer by a public name: the one place that reaches inside it."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

from rich.console import Console
from textual.app import App
from textual.events import MouseEvent
from textual.pilot import Pilot
from textual.screen import Screen
from textual.strip import Strip
from textual.widget import Widget


def painted_text(app: App[Any]) -> str:
    """What is on the screen, as text."""
    width, height = app.size
    console = Console(width=width, height=height, file=io.StringIO(), force_terminal=False, legacy_windows=False)
    console.print(app.screen._compositor)
    output = console.file
    assert isinstance(output, io.StringIO)
    return output.getvalue()


def painted_strips(app: App[Any]) -> list[Strip]:
    """What is on the screen, line by line, with its styles."""
    return app.screen._compositor.render_strips()


def waits_for_paint(app: App[Any], widget: Widget) -> bool:
    """Whether something is still to be laid out or painted."""
    screen = app.screen
    return bool(widget._repaint_required or screen._dirty_widgets or screen._layout_required)


async def turn_wheel(pilot: Pilot[Any], event: type[MouseEvent], widget: Widget | type[Widget]) -> None:
    """Turns the mouse's wheel over a widget."""
    await pilot._post_mouse_events([event], widget, button=0)


def hear_terminal(app: App[Any], replace: Callable[[object, str, object], None]) -> list[str]:
    """From now on what would be written to the terminal; ``replace`` is ``monkeypatch.setattr``."""
    written: list[str] = []
    assert app._driver is not None
    replace(app._driver, "write", written.append)
    return written


def hear_repaints(replace: Callable[[object, str, object], None], *, cured: bool) -> list[Screen[Any]]:
    """From now on each screen as often as it hands up or shows what has changed; ``cured`` as the program does it."""
    heard: list[Screen[Any]] = []
    refresh = Screen._compositor_refresh
    if not cured:
        refresh = getattr(refresh, "uncured", refresh)

    def hear(screen: Screen[Any]) -> None:
        heard.append(screen)
        refresh(screen)

    replace(Screen, "_compositor_refresh", hear)
    return heard

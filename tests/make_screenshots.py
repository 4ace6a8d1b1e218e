"""Makes the pictures in screenshots/ from the running demo: python tests/make_screenshots.py."""

from __future__ import annotations

import asyncio
from pathlib import Path

from gett_tui import demo
from gett_tui.runtime import Runtime
from gett_tui.ui.app import GettApp
from gett_tui.ui.environment import Environment

FOLDER = Path(__file__).parent.parent / "screenshots"
PICTURES = {
    "dashboard-120x40": ((120, 40), ()),
    "dashboard-80x24": ((80, 24), ("down",)),
    "register-80x24": ((80, 24), ("n",)),
    "activate-80x24": ((80, 24), ("down", "a")),
    "help-120x40": ((120, 40), ("question_mark",)),
}


async def picture(name: str, size: tuple[int, int], keys: tuple[str, ...]) -> None:
    """Starts the demo, waits for its first polls, presses ``keys`` and saves the screen."""
    with demo.prepared() as setup:
        app = GettApp(lambda listener: Runtime(setup, listener), Environment("demo", "an embedded simulation", False))
        async with app.run_test(size=size) as pilot:
            while not app.main.view.polled_at:
                await pilot.pause(0.1)
            await pilot.pause(1.2)
            await pilot.press(*keys)
            await pilot.pause(0.3)
            (FOLDER / f"{name}.svg").write_text(app.export_screenshot(title="gett-tui --demo"), "utf-8")
        if app.runtime is not None:
            await app.runtime.close()


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    for name, (size, keys) in PICTURES.items():
        asyncio.run(picture(name, size, keys))
        print(FOLDER / f"{name}.svg")


if __name__ == "__main__":
    main()

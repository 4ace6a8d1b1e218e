"""Puts the dashboard together for a profile or the demo, and runs it until the terminal is whole again."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import shutil
import signal
import sys
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from gett_tui.gett.secret import redacted
from gett_tui.storage import index
from gett_tui.storage.settings_file import SettingsFile
from gett_tui.text import one_line
from gett_tui.ui.app import GettApp
from gett_tui.ui.environment import Environment
from gett_tui.ui.list_settings import SettingsKeeper
from gett_tui.ui.terminal.own_description import tell

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from gett_tui.config import Profile
    from gett_tui.gett.secret import Secret
    from gett_tui.onboarding.events import Event
    from gett_tui.onboarding.record import Record
    from gett_tui.runtime import Runtime
    from gett_tui.ui.screens.runtime_host import MakeRuntime

_ENDED_BY = {signal.SIGINT: 130, signal.SIGTERM: 143, signal.SIGHUP: 129}
"""Exit statuses as a shell gives them for these signals."""
_QUICK = 0.3
_STARTED = 1.0
_CALM = 2.0
_TELLING = 1.0


class Look(NamedTuple):
    """What the operator chose for this run of the screen."""

    ascii_only: bool = False
    mouse: bool = True
    debug: bool = False


def run_profile(profile: Profile, key: Secret, look: Look) -> int:
    """Runs the dashboard on a profile. Returns the exit status."""

    def make_runtime(listener: Callable[[Event], None]) -> Runtime:
        from gett_tui.runtime import Runtime, config_for

        return Runtime(config_for(profile, key), listener)

    where = Environment(profile.name, redacted(profile.host), is_production=profile.is_production, bell=profile.bell)
    preview = index.first(profile.folder, shutil.get_terminal_size().lines)
    keeper = SettingsKeeper(SettingsFile(profile.folder))
    return asyncio.run(_run(make_runtime, where, look, preview, keeper))


def run_demo(look: Look) -> int:
    """Runs the dashboard on the embedded simulated Gett; its records are gone afterwards."""
    from gett_tui import demo
    from gett_tui.runtime import Runtime

    where = Environment("demo", "an embedded simulation", is_production=False)
    with demo.prepared() as setup:
        return asyncio.run(_run(partial(Runtime, setup), where, look))


async def _run(
    make_runtime: MakeRuntime,
    where: Environment,
    look: Look,
    preview: Sequence[Record] = (),
    keeper: SettingsKeeper | None = None,
) -> int:
    app = GettApp(_sparing(make_runtime), where, ascii_only=look.ascii_only, preview=preview, keeper=keeper)
    loop = asyncio.get_running_loop()
    loop.call_later(_STARTED, _collect_garbage)
    for number, status in _ENDED_BY.items():
        loop.add_signal_handler(number, app.end, status)
    try:
        await app.run_async(mouse=look.mouse)
    finally:
        if keeper is not None:
            await keeper.close()
        if app.runtime is not None:
            await _close(app.runtime)
    if app.crash is not None:
        return _report_crash(app.crash, look)
    return app.return_code or 0


def _collect_garbage() -> None:
    # What the start has left is there to stay: walking through all of it again and again would hold up the keys.
    gc.freeze()
    gc.enable()


def _sparing(make_runtime: MakeRuntime) -> MakeRuntime:
    """The same for the records and what is made of them: ten thousand are walked through for 40 ms each time."""

    def make(listener: Callable[[Event], None]) -> Runtime:
        from gett_tui.onboarding.events import Loaded

        def hear(event: Event) -> None:
            if isinstance(event, Loaded):
                asyncio.get_running_loop().call_later(_CALM, gc.freeze)
            listener(event)

        return make_runtime(hear)

    return make


async def _close(runtime: Runtime) -> None:
    closing = asyncio.ensure_future(runtime.close())
    done, _ = await asyncio.wait({closing}, timeout=_QUICK)
    if not done and runtime.service.is_writing:
        _say("Waiting for Gett's answer to what is under way…")
    await closing
    from gett_tui.error_messages import sentence
    from gett_tui.onboarding.errors import UnkeptError

    last = [_given_up_words(record) for record in runtime.service.given_up]
    last += [
        sentence(UnkeptError(partner, onboarding_id)) for onboarding_id, partner in runtime.service.unsaved.items()
    ]
    if last:
        _say("\n".join(last))


def _given_up_words(record: Record) -> str:
    """What becomes of a store whose answer has not come (``Service.given_up``)."""
    what = record.pending.action if record.pending else "the request"
    name = one_line(record.name, 100)
    if record.is_attempt:
        then = "it stays registering here, and is unconfirmed at the next start: settle it there"
    else:
        then = "at the next start Gett is asked how it stands"
    return f"NOT ANSWERED in time: {one_line(what, 40)} of {name}; {then}."


def _report_crash(error: BaseException, look: Look) -> int:
    if look.debug:
        from gett_tui.crash_report import write_crash

        _say(f"gett-tui: an unforeseen error ended the dashboard; the details are in {write_crash(error)}")
    else:
        _say(f"gett-tui: an unforeseen error ended the dashboard ({type(error).__name__}).")
        _say("What it knew is saved. gett-tui --debug writes the details of a crash to a file.")
    return 1


def _say(line: str) -> None:
    # After a dropped line there is nobody to tell, and no terminal to tell it on; a stuck one is not waited for long.
    with contextlib.suppress(OSError):
        tell(sys.stderr.fileno(), f"{line}\n".encode(sys.stderr.encoding, "backslashreplace"), _TELLING)

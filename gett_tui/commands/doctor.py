"""``gett-tui doctor``: is everything in place, from the configuration to the last file? Changes nothing by itself.

Each check stands alone: one that fails is a finding, and the others go on.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
import sys
from typing import TYPE_CHECKING

from gett_tui import error_messages
from gett_tui.api_key import find_key, key_source
from gett_tui.commands.exit_codes import ExitCode
from gett_tui.commands.output import put
from gett_tui.config import config_path, load_profile, state_folder
from gett_tui.errors import GettTuiError
from gett_tui.gett.errors import GettError, ProblemError
from gett_tui.gett.proxies import way_to
from gett_tui.gett.secret import redacted, shown, suspects
from gett_tui.storage.inspection import forget, inspect, repair
from gett_tui.storage.leadership import polling_copy
from gett_tui.storage.state_folder import is_there, known_host
from gett_tui.text import one_line

if TYPE_CHECKING:
    import argparse
    from collections.abc import Generator
    from pathlib import Path

    from gett_tui.config import Profile
    from gett_tui.gett.secret import Secret
    from gett_tui.storage.leadership import PollingCopy

_NOBODY = "00000000-0000-4000-8000-000000000000"
"""An onboarding id that Gett cannot know."""
_LINE = 600


class Findings:
    """Prints what is found, a line each, and remembers whether something is wrong."""

    def __init__(self) -> None:
        self.is_well = True

    def ok(self, text: str) -> None:
        """Something is as it should be."""
        self._say("ok    ", text)

    def note(self, text: str) -> None:
        """Something is worth knowing, and not wrong."""
        self._say("note  ", text)

    def bad(self, text: str) -> None:
        """Something is wrong."""
        self.is_well = False
        self._say("BAD   ", text)

    def _say(self, sign: str, text: str) -> None:
        put(sign + one_line(redacted(text), _LINE))

    @contextlib.contextmanager
    def about(self, what: str) -> Generator[None]:
        """Makes an error in the block a finding about ``what``."""
        try:
            yield
        except (GettTuiError, OSError) as error:
            self.bad(f"{what}: {error_messages.sentence(error)}")


def run(arguments: argparse.Namespace) -> int:
    """Examines the profile. Returns 0 when all is well, 1 when something is wrong."""
    findings = Findings()
    profile = _profile(findings, arguments.profile)
    _terminal(findings)
    if profile is None:
        findings.note("API key, the way to Gett: not looked at, since they depend on the configuration")
        _all_files(findings)
    else:
        _gett(findings, profile)
        _own_files(findings, profile.folder, mend=arguments.repair, forgotten=arguments.forget)
        _host(findings, profile)
    return ExitCode.DONE if findings.is_well else ExitCode.FAILED


def _profile(findings: Findings, chosen: str | None) -> Profile | None:
    with findings.about("configuration"):
        profile = load_profile(os.environ, chosen)
        path = config_path(os.environ)
        findings.ok(f"configuration: {path if path.exists() else 'none, the defaults are used'}")
        production = " (PRODUCTION)" if profile.is_production else ""
        findings.ok(f"profile: {profile.name} at {profile.address}{production}")
        findings.ok("where from: " + ", ".join(f"{name}: {source}" for name, source in profile.sources.items()))
        return profile
    return None


def _terminal(findings: Findings) -> None:
    term = os.environ.get("TERM", "")
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        findings.note("terminal: none on stdin and stderr, so only the commands work here")
        return
    size = shutil.get_terminal_size()
    kind = f"terminal: {term or 'TERM is unset'}, {size.columns}x{size.lines}, {sys.stderr.encoding}"
    if term in ("", "dumb"):
        findings.bad(f"{kind}: the dashboard needs one that can move its cursor")
    else:
        findings.ok(kind)


def _gett(findings: Findings, profile: Profile) -> None:
    with findings.about("API key"):
        source = key_source(profile, os.environ)
        key = find_key(profile, os.environ)
        findings.ok(f"API key: present, from {source.words if source else 'nowhere'} (it is never shown)")
        with findings.about("Gett"):
            way = way_to(profile.base_url, os.environ)
            findings.ok(f"way to Gett: {way.shown} ({way.reason})")
            asyncio.run(_reach(findings, profile, key))


async def _reach(findings: Findings, profile: Profile, key: Secret) -> None:
    from gett_tui.gett.client import GettClient

    async with GettClient(profile.base_url, key) as client:
        try:
            await client.status(_NOBODY)
        except GettError as error:
            # Gett itself does not know an id that nobody has: the way and the key are both good.
            if isinstance(error, ProblemError) and error.says_gone:
                findings.ok(f"Gett: {profile.host} answers and takes the key")
            else:
                findings.bad(f"Gett: {error_messages.reason(error)}")
        else:
            findings.bad(f"Gett: {profile.host} knows an onboarding that nobody made; is it Gett?")


def _all_files(findings: Findings) -> None:
    """Looks at the records of each profile: which one is meant is not known."""
    with findings.about("records"):
        top = state_folder(os.environ)
        folders = sorted(path for path in top.iterdir() if path.is_dir()) if top.exists() else []
        if not folders:
            findings.ok(f"records: none yet in {top}")
        # A folder is called as a profile is, or was: hidden as long as this is held.
        _suspects = suspects(folder.name for folder in folders)
        for folder in folders:
            _own_files(findings, folder)


def _own_files(findings: Findings, folder: Path, *, mend: bool = False, forgotten: str | None = None) -> None:
    with findings.about("records"):
        if not is_there(folder):
            findings.ok(f"records: none yet in {folder}")
            return
        # Before the repair, which would write it again.
        if forgotten is not None:
            _forget(findings, folder, forgotten)
        if mend:
            repair(folder)
        _examine(findings, folder)
        _polling(findings, folder)


def _forget(findings: Findings, folder: Path, name: str) -> None:
    with findings.about("forgetting"):
        for record in forget(folder, name):
            findings.ok(f"forgotten: {record.onboarding_id or record.key} of the store {record.partner_store_id}")


def _host(findings: Findings, profile: Profile) -> None:
    """Whether the records stand at the host that this profile would ask about them."""
    with findings.about("records"):
        known = known_host(profile.folder)
        if known is not None and known != profile.records_host:
            findings.bad(
                f"records: they stand at {shown(known) or 'no host that can be read'}, and this profile asks "
                f"{profile.records_host}: use another profile for it, or mend {profile.folder / 'host'}"
            )


def _polling(findings: Findings, folder: Path) -> None:
    with findings.about("polling"):
        copy = polling_copy(folder)
        if copy is None:
            findings.ok("polling: no copy of the program polls at the moment")
        elif copy.age is None:
            _old_polling(findings, copy)
        elif copy.is_silent:
            findings.bad(
                f"polling: the copy with pid {copy.pid} has the lead and has not answered for {copy.age:.0f} s: it is "
                f"stopped or stuck (ps -o stat= -p {copy.pid}); another copy that runs takes over"
            )
        else:
            findings.ok(f"polling: the copy with pid {copy.pid} polls, and answered {copy.age:.0f} s ago")


def _old_polling(findings: Findings, copy: PollingCopy) -> None:
    """One of 0.1.0 keeps the lead for as long as it lives, stopped or not."""
    who = "a copy of version 0.1.0" + (f" (pid {copy.pid})" if copy.pid is not None else "")
    if copy.is_silent:
        findings.bad(
            f"polling: {who} has the lead and is stopped, so nobody polls: "
            f"kill -CONT {copy.pid} lets it go on, kill -KILL {copy.pid} ends it, and another copy that runs takes over"
        )
    else:
        findings.ok(f"polling: {who} has the lead")


def _examine(findings: Findings, folder: Path) -> None:
    found = inspect(folder)
    findings.ok(f"records: {found.records} sound in {folder}")
    for remark in found.remarks:
        tell = findings.bad if remark.is_bad else findings.note
        tell(f"{remark.path.parent.name}/{remark.path.name} {remark.text}")
    if any(remark.is_bad for remark in found.remarks):
        findings.note("gett-tui doctor --repair mends what can be mended; it deletes no store")

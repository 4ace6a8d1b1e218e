"""``gett-tui doctor``: is everything in place, from the configuration to the last file? Changes nothing by itself."""

from __future__ import annotations

import asyncio
import os
import shutil
import sys
from typing import TYPE_CHECKING

from gett_tui import error_messages
from gett_tui.api_key import find_key, key_source
from gett_tui.config import Profile, config_path, load_profile
from gett_tui.errors import ConfigError
from gett_tui.gett.errors import GettError, ProblemError
from gett_tui.storage.inspection import look_over, repair
from gett_tui.text import one_line

if TYPE_CHECKING:
    import argparse
    from types import SimpleNamespace

    from gett_tui.gett.secret import Secret

_NOBODY = "00000000-0000-4000-8000-000000000000"


class Doctor:
    """Prints what it finds, a line each, and remembers whether something is wrong."""

    def __init__(self) -> None:
        self.is_well = True

    def ok(self, text: str) -> None:
        print(f"ok    {one_line(text, 400)}")

    def note(self, text: str) -> None:
        print(f"note  {one_line(text, 400)}")

    def bad(self, text: str) -> None:
        self.is_well = False
        print(f"BAD   {one_line(text, 400)}")


def run(arguments: argparse.Namespace | SimpleNamespace) -> int:
    """Examines the profile. Returns 0 when all is well, 1 when something is wrong. Raises ConfigError."""
    doctor = Doctor()
    profile = load_profile(os.environ, arguments.profile)
    path = config_path(os.environ)
    doctor.ok(f"configuration: {path if path.exists() else 'none, the defaults are used'}")
    doctor.ok(f"profile: {profile.name} at {profile.address}{' (PRODUCTION)' if profile.is_production else ''}")
    doctor.ok("where from: " + ", ".join(f"{name}: {source}" for name, source in profile.sources.items()))
    _terminal(doctor)
    key = _key(doctor, profile)
    if key is not None:
        asyncio.run(_reach(doctor, profile, key))
    if arguments.repair and profile.folder.exists():
        repair(profile.folder)
    _files(doctor, profile)
    return 0 if doctor.is_well else 1


def _terminal(doctor: Doctor) -> None:
    term = os.environ.get("TERM", "")
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        doctor.note("terminal: none on stdin and stderr, so only the commands work here")
        return
    size = shutil.get_terminal_size()
    shown = f"terminal: {term or 'TERM is unset'}, {size.columns}x{size.lines}, {sys.stderr.encoding}"
    if term in ("", "dumb"):
        doctor.bad(f"{shown}: the dashboard needs one that can move its cursor")
    else:
        doctor.ok(shown)


def _key(doctor: Doctor, profile: Profile) -> Secret | None:
    source = key_source(profile, os.environ)
    try:
        key = find_key(profile, os.environ)
    except ConfigError as error:
        doctor.bad(f"API key: {error}")
        return None
    doctor.ok(f"API key: present, from {source.words if source else 'nowhere'} (it is never shown)")
    return key


async def _reach(doctor: Doctor, profile: Profile, key: Secret) -> None:
    from gett_tui.gett.client import GettClient

    async with GettClient(profile.base_url, key) as client:
        try:
            await client.status(_NOBODY)
        except ProblemError as error:
            # Gett answers that it does not know an id that nobody has: the way and the key are both good.
            if error.says_gone:
                doctor.ok(f"Gett: {profile.host} answers and takes the key")
            else:
                doctor.bad(f"Gett: {error_messages.reason(error)}")
        except GettError as error:
            doctor.bad(f"Gett: {error_messages.reason(error)}")
        else:
            doctor.bad(f"Gett: {profile.host} knows an onboarding that nobody made; is it Gett?")


def _files(doctor: Doctor, profile: Profile) -> None:
    if not profile.folder.exists():
        doctor.ok(f"records: none yet in {profile.folder}")
        return
    found = look_over(profile.folder)
    doctor.ok(f"records: {found.records} sound in {profile.folder}")
    for remark in found.remarks:
        say = doctor.bad if remark.is_bad else doctor.note
        say(f"{remark.path.parent.name}/{remark.path.name} {remark.text}")
    if any(remark.is_bad for remark in found.remarks):
        doctor.note("gett-tui doctor --repair mends what can be mended; it deletes nothing")

"""Copying to the operator's own clipboard over any number of hops, and telling truly how far the text has come.

Its invariant: what is said was done. A terminal never answers a copy, so that one is only *sent* there; tmux answers.
"""

from __future__ import annotations

import asyncio
import base64
import os
from typing import TYPE_CHECKING, NamedTuple

from gett_tui.text import count, one_line

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

TMUX_WAIT = 2.0
"""Seconds that tmux has to take a text."""
_TMUX_NEEDS = ("PATH", "HOME", "LANG", "LC_ALL", "LC_CTYPE", "TERM", "TMUX", "TMUX_PANE", "TMUX_TMPDIR")
"""tmux tells its server the whole environment that it is called with, and the API key may be in ours."""
_MOST = 74_994
"""Bytes of text that terminals are known to take: as base64 just under 100,000."""
_SCREEN_CHUNK = 760
"""Bytes that GNU screen hands on at once: it drops a string of 768 or more."""


class Copied(NamedTuple):
    """How a copy ended: the words for it, and whether it came anywhere."""

    words: str
    is_done: bool = True


class Clipboard:
    """Copies one text after the other: the last one wins. ``environment`` tells what this program runs in."""

    def __init__(self, environment: Mapping[str, str] = os.environ) -> None:
        self._environment = environment
        self._turn = asyncio.Lock()

    async def copy(self, text: str, send: Callable[[str], object], what: str = "") -> Copied:
        """Copies ``text``, by ``send`` to the terminal where tmux does not take it; ``what`` names it to a person.

        ``send`` gives False when the terminal takes nothing at present.
        """
        safe = safe_text(text)
        what = what or count(len(safe), "character")
        if safe != _without_end("\n".join(text.splitlines())):
            what += " (what a terminal would act on is replaced)"
        async with self._turn:
            refused = ""
            if self._environment.get("TMUX"):
                if await self._give_to_tmux(safe.encode("utf-8", "replace")):
                    return Copied(f"Copied {what}: in tmux's buffer")
                refused = "tmux did not take it; "
            if len(safe.encode("utf-8", "replace")) > _MOST:
                return Copied(
                    f"Not copied: {refused}{count(len(safe), 'character')} are too many for a terminal", False
                )
            if send(self._sequence(safe)) is False:
                return Copied(f"Not copied: {refused}the terminal takes nothing at present", False)
            return Copied(f"Copied {what}: {refused}sent to the terminal")

    async def _give_to_tmux(self, data: bytes) -> bool:
        """Whether tmux has ``data`` in its buffer now. With ``-w`` (3.2) it sends it to its own terminal as well."""
        environment = {name: self._environment[name] for name in _TMUX_NEEDS if name in self._environment}
        for options in (("-w",), ()):
            status = await _fed(("tmux", "load-buffer", *options, "-"), data, environment)
            if status is None or status == 0:
                return status == 0
        return False

    def _sequence(self, text: str) -> str:
        sequence = osc52(text)
        if self._environment.get("TMUX"):
            # This tmux is out of reach or is none: the bare one is for a terminal, the wrapped one for a tmux that
            # hands it on.
            return sequence + "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"
        return for_screen(sequence) if self._environment.get("STY") else sequence


async def _fed(command: tuple[str, ...], data: bytes, environment: Mapping[str, str]) -> int | None:
    """The exit status of ``command`` that gets ``data`` on stdin; None when it cannot be run or takes too long."""
    pipe, nowhere = asyncio.subprocess.PIPE, asyncio.subprocess.DEVNULL
    try:
        process = await asyncio.create_subprocess_exec(
            *command, stdin=pipe, stdout=nowhere, stderr=nowhere, env=environment
        )
    except OSError:
        return None
    try:
        async with asyncio.timeout(TMUX_WAIT):
            await process.communicate(data)
            return process.returncode
    except TimeoutError:
        return None
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def osc52(text: str) -> str:
    """The sequence that makes a terminal copy ``text``."""
    return f"\x1b]52;c;{base64.b64encode(text.encode('utf-8', 'replace')).decode('ascii')}\a"


def for_screen(sequence: str) -> str:
    """``sequence`` so that GNU screen hands it on to its terminal: as device control strings that it takes."""
    starts = range(0, len(sequence), _SCREEN_CHUNK)
    return "".join(f"\x1bP{sequence[start : start + _SCREEN_CHUNK]}\x1b\\" for start in starts)


def safe_text(text: str) -> str:
    """``text`` as it may be pasted into a shell: inert line by line, and without a line break at its end."""
    return _without_end("\n".join(one_line(line, len(line)) for line in text.splitlines()))


def _without_end(text: str) -> str:
    return text.rstrip("\n")

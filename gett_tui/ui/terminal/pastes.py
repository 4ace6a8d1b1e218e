"""A paste on its way from the terminal: whole text, or refused with a word, and its rest never keys.

Its invariant: it is text until its end, whatever it holds; it is bounded, and ends in time when its end never comes.
"""

from __future__ import annotations

from textual import events

from gett_tui.ui.terminal.sequences import PASTE_END, PASTE_START

MOST_PASTED = 65_536
"""Bytes: several times what the longest field takes."""
_SILENCE, _SILENCE_OVER_SSH = 1.0, 3.0
"""Seconds without a byte after which the end is not waited for."""
_LONGEST = 30.0
"""Seconds after which it is not waited for although something still comes: it may be typing."""
_LATE = 5.0
"""Seconds for which everything is taken for the late rest."""
_TYPED = 16
"""Bytes that a person may have typed into one read; what is longer later on is still the late rest."""
_PAUSE = 0.3
"""Seconds before a key that a person presses to get out."""
_ENDING = {b"\x03", b"\x11"}
"""Ctrl+c and ctrl+q."""
TOO_LONG = f"not pasted: it is longer than {MOST_PASTED:,} bytes"
CUT = "not pasted: a part of it was lost on its way"


class RefusedPaste(events.Paste):
    """Comes in the place of a paste that is not whole, or too long; it has no text. ``why`` is for a person."""

    def __init__(self, why: str) -> None:
        super().__init__("")
        self.why = why


class Paste:
    """What came behind the mark of a paste's begin. Times are seconds, monotonic; ``is_cut``: the begin came late."""

    def __init__(self, now: float, *, over_ssh: bool, is_cut: bool = False) -> None:
        self._silence = _SILENCE_OVER_SSH if over_ssh else _SILENCE
        self._latest = now + _LONGEST
        self._last = now
        self._bytes = b""
        self._parts: list[bytes] = []
        self._size = 0
        self._pressed = b""
        self._late_until: float | None = None
        self._unit: events.Paste | None = None
        self._is_refused = False
        if is_cut:
            self._refuse(CUT)

    def due(self) -> float | None:
        """When ``expire`` must be called; None when nothing is waited for."""
        return None if self._late_until is not None else min(self._last + self._silence, self._latest)

    def unit(self) -> events.Paste | None:
        """What is to be delivered now, once."""
        unit, self._unit = self._unit, None
        return unit

    def feed(self, data: bytes, now: float) -> bytes | None:
        """Takes what came at ``now``; what lies behind the end, or None while there is none."""
        # Whoever pastes sends no ctrl+c by itself after a pause; a person who wants to get out does.
        self._pressed = data if data in _ENDING and now - self._last >= _PAUSE else b""
        self._last = now
        text = self._bytes + data
        end = text.find(PASTE_END)
        if self._late_until is not None and PASTE_START in text[: max(end, 0) or None]:
            return text[text.find(PASTE_START) :]
        if end >= 0:
            self._finish(text[:end])
            return text[end + len(PASTE_END) :]
        if self._late_until is not None:
            return self._feed_late(data, now, self._late_until)
        self._keep(text)
        return None

    def expire(self, due: float) -> str:
        """Gives the end up; the key that a person pressed to get out, if one did."""
        self._refuse(CUT)
        self._late_until = due + _LATE
        return self._pressed.decode("ascii")

    def _feed_late(self, data: bytes, now: float, until: float) -> bytes | None:
        # The bytes keep their order: what was typed comes when there is no rest any more.
        if data in _ENDING or (now > until and len(data) <= _TYPED):
            return data
        if len(data) > _TYPED:
            self._late_until = max(until, now + _LATE)
        self._bytes = (self._bytes + data)[1 - len(PASTE_END) :]
        return None

    def _keep(self, text: bytes) -> None:
        """Puts aside what cannot be a part of the end."""
        settled, self._bytes = text[: 1 - len(PASTE_END)], text[1 - len(PASTE_END) :]
        self._add(settled)

    def _add(self, settled: bytes) -> None:
        self._size += len(settled)
        if self._size > MOST_PASTED:
            self._refuse(TOO_LONG)
        elif not self._is_refused:
            self._parts.append(settled)

    def _refuse(self, why: str) -> None:
        self._parts.clear()
        if not self._is_refused:
            self._is_refused = True
            self._unit = RefusedPaste(why)

    def _finish(self, settled: bytes) -> None:
        self._add(settled)
        if not self._is_refused:
            self._unit = events.Paste(b"".join(self._parts).decode("utf-8", "replace").replace("\0", ""))

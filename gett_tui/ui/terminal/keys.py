"""What comes from the terminal, as whole units: keys, mouse, answers, pastes. Halves are neither keys nor text.

Its invariant: a line may split the bytes anywhere. What comes within the time to wait is the same as unsplit; what
comes later is swallowed. Bytes keep their order, so the late rest of a sequence is the very next thing that comes:
anything else that comes first was typed, and ends the swallowing.
"""

from __future__ import annotations

import re
from codecs import getincrementaldecoder
from typing import TYPE_CHECKING

from textual import events
from textual._xterm_parser import XTermParser

from gett_tui.ui.terminal.pastes import Paste
from gett_tui.ui.terminal.sequences import EIGHT_BITS, ESC, PASTE_END, PASTE_START, Found, is_likely_rest, reach

if TYPE_CHECKING:
    from textual.message import Message

_LATE = 5.0
"""Seconds, from the last of it, for which the rest of a sequence that was given up is swallowed."""
_LATEST = 30.0
"""Seconds from its begin after which no more of it is swallowed, although something still comes: it may be typing."""
_TOGETHER = 0.05
"""Seconds in which the bytes of one sequence follow each other, and the keys of a person do not."""
_MOST_HELD = 4_096
"""Bytes of a sequence that are waited for; nothing that a terminal says by itself comes near."""
_CSI = b"\x1b["
_KEPT = 16
"""Bytes of a longer one by which its end is still found."""
_LONGEST_PARSED = 32
"""Characters that Textual's parser looks at; what is longer it would type letter by letter."""
_ANSWER = re.compile(rb"\x1b\[[03]n")
"""To the question for the device's status: ready, or not."""
_CONTROL = re.compile(rb"[\x00-\x1a\x1c-\x1f\x7f]")
_STRINGS = b"]P_\x90\x98\x9d\x9e\x9f"
"""What begins, behind an Esc, a string of bytes."""
_KEPT_APART = "surrogateescape"
"""Bytes that are no UTF-8 stay what they are for a while: they may be a sequence in eight bits."""
_EIGHT_BITS = re.compile("(?<![\udcc2-\udcf4])(?<![\udce0-\udcf4][\udc80-\udcbf])[\x80-\x9f\udc80-\udc9f]")
"""A control of eight bits, in UTF-8 or bare, and no part of a character that lost its end."""
_SPELLED = re.compile(r"\x1b\[(\d*);([\d:]*);([\d:]+)u")
"""A key of the Kitty protocol with the text that it stands for, which an input method may make long."""


class KeyReader:
    """Makes Textual's messages of the bytes that come from a terminal. All times are seconds, monotonic."""

    def __init__(self, *, over_ssh: bool) -> None:
        self._wait_for_rest = 1.0 if over_ssh else 0.3
        self._wait_for_escape = 0.3 if over_ssh else 0.1
        self._over_ssh = over_ssh
        self._parser = XTermParser()
        self._text = getincrementaldecoder("utf-8")(_KEPT_APART)
        self._held = b""
        """The begin of a sequence; of it ``_given`` bytes are given up."""
        self._given = 0
        self._given_up_at = 0.0
        self._since = 0.0
        self._last = 0.0
        """When the first bytes that may belong to it came, and the last ones."""
        self._paste: Paste | None = None
        self._answers = 0

    @property
    def answers(self) -> int:
        """How many answers to the question for the device's status (``ESC[5n``) came; they are never keys."""
        return self._answers

    def feed(self, data: bytes, now: float) -> list[Message]:
        """The units that are whole with ``data``, which came at ``now``."""
        units = self.tick(now)
        # Whole answers are taken out first: one may stand between two halves of something else.
        data, count = _ANSWER.subn(b"", data)
        self._answers += count
        if not data:
            return units
        if not self._held:
            self._since = now
        self._last = now
        data, self._held = self._held + data, b""
        while data:
            if self._paste is not None:
                data = self._feed_paste(self._paste, data, now, units)
            elif data.startswith(ESC):
                self._end_text(units)
                data = self._feed_sequence(data, now, units)
            else:
                data = self._feed_text(data, units)
        return units

    def due(self) -> float | None:
        """When ``tick`` must be called for what is held back; None when nothing is."""
        if self._paste is not None:
            return self._paste.due()
        if not self._held:
            return None
        if self._given and (self._given > 1 or len(self._held) == 1):
            return min(self._given_up_at + _LATE, self._since + _LATEST)
        if self._given and len(self._held) == 2:
            return self._last + (self._wait_for_rest if self._held == _CSI else _TOGETHER)
        wait = self._wait_for_escape if self._held == ESC else self._wait_for_rest
        return min(self._last + wait, self._since + _LATE)

    def tick(self, now: float) -> list[Message]:
        """The units that nothing more is waited for at ``now``."""
        units: list[Message] = []
        while (due := self.due()) is not None and due <= now:
            if self._paste is not None:
                self._expire_paste(self._paste, due, units)
            else:
                self._expire(due, units)
        return units

    # -- sequences

    def _expire(self, due: float, units: list[Message]) -> None:
        """Gives up what is held, or stops swallowing its rest."""
        if self._given == 1 and len(self._held) == 2:
            # An Esc that was the key, and one character: typed.
            typed, self._held, self._given = self._held[1:], b"", 0
            self._feed_text(typed, units)
        elif self._given > 1 or len(self._held) == self._given:
            self._held, self._given = b"", 0
        else:
            self._give_up(due, units)

    def _give_up(self, due: float, units: list[Message]) -> None:
        if not self._given:
            self._given_up_at = due
            # rxvt ends some of its keys where others go on.
            keys = [events.Key("escape", "\x1b")] if self._held == ESC else self._decoded(self._held)
            units.extend(keys)
            if keys and self._held != ESC:
                self._held = b""
        self._given = len(self._held)

    def _feed_sequence(self, data: bytes, now: float, units: list[Message]) -> bytes:
        """Takes the sequence that ``data`` begins with; what is left of ``data``."""
        given = self._given
        is_one = not given or is_likely_rest(data, given)
        found, length = reach(data)
        if found is Found.BROKEN and (is_one or given > 1) and _CONTROL.match(data, length):
            # As terminals do: it is carried out, and the sequence goes on behind it.
            self._type(chr(data[length]), units)
            return data[:length] + data[length + 1 :]
        if not is_one:
            self._given = 0
            return data[given:]
        if found is Found.UNFINISHED:
            self._hold(data, now)
            return b""
        self._given, self._since = 0, now
        if found is Found.KEY:
            units.append(events.Key("escape", "\x1b"))
        elif found is Found.WHOLE:
            self._whole(data[:length], now, units, is_late=bool(given))
        return data[length:]

    def _hold(self, data: bytes, now: float) -> None:
        self._held = data
        if self._given:
            self._given_up_at = now
        if len(data) > _MOST_HELD:
            self._held = data[:_KEPT] + (ESC if data.endswith(ESC) else b"")
            self._given, self._given_up_at = len(self._held), now

    def _whole(self, sequence: bytes, now: float, units: list[Message], *, is_late: bool) -> None:
        if sequence == PASTE_START:
            self._paste = Paste(now, over_ssh=self._over_ssh, is_cut=is_late)
            _deliver(self._paste, units)
        elif _ANSWER.fullmatch(sequence):
            self._answers += 1
        elif not is_late and sequence != PASTE_END:
            units.extend(self._decoded(sequence))

    def _decoded(self, sequence: bytes) -> list[Message]:
        if sequence[1:2] in _STRINGS or sequence.endswith(b"t"):  # strings, and sizes: nothing that is asked for
            return []
        text = sequence.decode("latin-1")
        if len(text) <= _LONGEST_PARSED:
            return self._parsed(text)
        spelled = _SPELLED.fullmatch(text)
        if spelled is None:
            return []
        key, modifiers, characters = spelled.groups()
        return [unit for one in characters.split(":") for unit in self._parsed(f"\x1b[{key};{modifiers};{one}u")]

    def _parsed(self, text: str) -> list[Message]:
        """What Textual's parser makes of a whole sequence or of text; nothing when it does not know it."""
        try:
            units = [unit for unit in self._parser.feed(text) if not _is_half(unit)]
        except (ValueError, OverflowError):  # a number that is no character
            units = []
        if not units:
            # It may wait for more, and would type what it has not understood as keys: it never gets to that.
            old, self._parser = self._parser, XTermParser()
            self._parser.last_x, self._parser.last_y = old.last_x, old.last_y
        return units

    # -- text

    def _feed_text(self, data: bytes, units: list[Message]) -> bytes:
        """Takes the text up to what begins a sequence; what is left. Half a character waits for its rest."""
        end = data.find(ESC)
        text, rest = (data, b"") if end < 0 else (data[:end], data[end:])
        characters = self._text.decode(text)
        found = _EIGHT_BITS.search(characters)
        if found is None:
            self._type(characters, units)
            return rest
        self._type(characters[: found.start()], units)
        behind = characters[found.end() :].encode("utf-8", _KEPT_APART) + self._text.getstate()[0]
        self._text.reset()
        return EIGHT_BITS.get(ord(found[0]) & 0xFF, b"") + behind + rest

    def _end_text(self, units: list[Message]) -> None:
        """Half a character gets no rest any more."""
        self._type(self._text.decode(b"", final=True), units)

    def _type(self, characters: str, units: list[Message]) -> None:
        for char in characters:
            units.extend(self._parsed(char.encode("utf-8", _KEPT_APART).decode("utf-8", "replace")))

    # -- pastes

    def _feed_paste(self, paste: Paste, data: bytes, now: float, units: list[Message]) -> bytes:
        rest = paste.feed(data, now)
        _deliver(paste, units)
        if rest is None:
            return b""
        self._paste = None
        return rest

    def _expire_paste(self, paste: Paste, due: float, units: list[Message]) -> None:
        pressed = paste.expire(due)
        _deliver(paste, units)
        if pressed:
            self._paste = None
            units.extend(self._parsed(pressed))


def _deliver(paste: Paste, units: list[Message]) -> None:
    unit = paste.unit()
    if unit is not None:
        units.append(unit)


def _is_half(unit: Message) -> bool:
    """Whether it is half of a surrogate pair, which no terminal can show."""
    return isinstance(unit, events.Key) and "\ud800" <= (unit.character or "")[:1] <= "\udfff"

"""Stands in for the reader of keys."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING

from textual._xterm_parser import XTermParser

from gett_tui.ui.terminal.asking import ANSWER

if TYPE_CHECKING:
    from textual.message import Message


class KeyReader:
    def __init__(self, *, over_ssh: bool) -> None:
        self._parser = XTermParser()
        self._decode = codecs.getincrementaldecoder("utf-8")(errors="replace").decode
        self._due: float | None = None
        self.answers = 0

    def feed(self, data: bytes, now: float) -> list[Message]:
        self.answers += data.count(ANSWER)
        self._due = now + 0.12
        text = self._decode(data.replace(ANSWER, b""))
        return list(self._parser.feed(text)) if text else []

    def due(self) -> float | None:
        return self._due

    def tick(self, now: float) -> list[Message]:
        self._due = None
        return list(self._parser.tick())

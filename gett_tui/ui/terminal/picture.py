"""Stands in for the picture."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pyte

if TYPE_CHECKING:
    from collections.abc import Mapping

_CONTROL = re.compile(r"\x1b\](?!8;).*?(?:\x07|\x1b\\)|\x1b\[[<>=?][\d;]*\$?[a-zA-Z]|\x07")
_SYNC = re.compile(r"\x1b\[\?2026[hl]")


class Capabilities:
    @classmethod
    def of(cls, environ: Mapping[str, str]) -> Capabilities:
        return cls()


class Picture:
    def __init__(self, width: int, height: int, capabilities: Capabilities, *, ascii_only: bool = False) -> None:
        self._screen: Any = pyte.Screen(width, height)
        self._screen.reset_mode(7)
        self._stream: Any = pyte.Stream(self._screen)
        self._shown: list[str] | None = None

    def write(self, text: str) -> str:
        text = _SYNC.sub("", text)
        self._stream.feed(_CONTROL.sub("", text).replace("\n", "\r\n"))
        return "".join(_CONTROL.findall(text))

    def resize(self, width: int, height: int) -> None:
        self._screen.resize(height, width)
        self._shown = None

    def forget(self) -> None:
        self._shown = None

    @property
    def is_changed(self) -> bool:
        return self._shown != self._rows()

    def difference(self, rows: range | None = None) -> str:
        wanted = self._rows()
        shown, self._shown = self._shown, wanted
        out = "" if shown else "\x1b[m\x1b[2J"
        old = shown or [""] * len(wanted)
        return out + "".join(
            f"\x1b[{y + 1}H{row}\x1b[K\x1b[m" for y, row in enumerate(wanted) if row.strip() != old[y].strip()
        )

    def wanted_rows(self) -> list[str]:
        return [line.rstrip() for line in self._screen.display]

    def _rows(self) -> list[str]:
        out: list[str] = []
        for y in range(self._screen.lines):
            row, last = "", None
            for x in range(self._screen.columns):
                cell = self._screen.buffer[y][x]
                if cell.bg != last:
                    last = cell.bg
                    row += "\x1b[m" if last == "default" else _background(last)
                row += cell.data
            out.append(row.rstrip())
        return out


def _background(color: str) -> str:
    try:
        return f"\x1b[48;2;{int(color[:2], 16)};{int(color[2:4], 16)};{int(color[4:], 16)}m"
    except ValueError:
        return "\x1b[m"

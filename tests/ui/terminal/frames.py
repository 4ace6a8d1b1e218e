"""Text in the forms in which Textual writes to a terminal, without Textual."""

from __future__ import annotations

from rich.cells import cell_len, set_cell_size

Run = tuple[str, str]
"""``SGR`` parameters and a text."""


def styled(parameters: str, text: str, link: str = "") -> str:
    """A run as ``Strip.render_style`` makes it."""
    run = f"\x1b[{parameters}m{text}\x1b[0m" if parameters else text
    return f"\x1b]8;id=1234-56;{link}\x1b\\{run}\x1b]8;;\x1b\\" if link else run


def at(column: int, row: int, text: str) -> str:
    """A piece of a partial frame: ``CUP`` and a strip."""
    return f"\x1b[{row + 1};{column + 1}H{text}"


def framed(text: str, cursor: tuple[int, int] = (0, 0)) -> list[str]:
    """The three writes of one frame on a terminal that knows mode 2026."""
    return ["\x1b[?2026h", text + at(*cursor, ""), "\x1b[?2026l"]


def whole(rows: list[list[Run]], width: int) -> str:
    """A whole frame: each row's runs cut and padded to the width, as a compositor's strips are."""
    return "\n".join(at(0, number, strip(runs, width)) for number, runs in enumerate(rows))


def strip(runs: list[Run], width: int) -> str:
    """Runs in exactly ``width`` columns."""
    done: list[str] = []
    for parameters, text in runs:
        text = set_cell_size(text, min(width, cell_len(text)))
        width -= cell_len(text)
        done.append(styled(parameters, text) if text else "")
    return "".join(done) + " " * width

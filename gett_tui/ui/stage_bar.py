"""The bar of stages: how far a store has come, and how long it stayed in each stage; it knows no screen.

It says no more than is known: a status without a stage shows the last stage that was seen, as passed. What has ended
(cancelled, dropped, gone) shows the stage in which it stopped.
"""

from __future__ import annotations

from datetime import UTC
from enum import Enum
from itertools import pairwise
from typing import TYPE_CHECKING, NamedTuple

from gett_tui.onboarding.status import ENDED, STAGES, Status
from gett_tui.ui.status_style import Tone, style_of

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from gett_tui.onboarding.record import Record
    from gett_tui.onboarding.status import State

_LAST_STAGE = 6
"""Cells that the last stage needs at least; it is followed by nothing, so it takes what is left of the line."""
_PASSED = Tone.GOOD.style
_AHEAD = Tone.OFF.style


class _Mark(Enum):
    """A stage's sign: here and in ASCII."""

    DONE = "●*"
    HERE = "◉@"
    OPEN = "○o"
    BROKEN = "✗!"
    STOPPED = "■#"
    LINE = "━-"
    LINE_AHEAD = "╌."

    def sign(self, *, ascii_only: bool) -> str:
        return self.value[ascii_only]


class Part(NamedTuple):
    """A piece of a row, with a Rich style."""

    text: str
    style: str = ""


class _Stage(NamedTuple):
    """One stage as it is drawn."""

    mark: _Mark
    style: str
    is_passed: bool
    is_here: bool
    names: tuple[str, ...]
    times: tuple[str, ...]


def stage_bar(record: Record, width: int, now: datetime, *, ascii_only: bool) -> Iterator[list[Part]]:
    """The bar, the names of the stages and, where there are any, the times, in at most ``width`` cells."""
    step = _step(width)
    bar: list[Part] = []
    names: list[Part] = []
    times: list[Part] = []
    stages = [_stage(record, number, now) for number in range(len(STAGES))]
    for number, stage in enumerate(stages):
        is_last = number == len(stages) - 1
        bar.append(Part(stage.mark.sign(ascii_only=ascii_only), stage.style))
        if not is_last:
            line = _Mark.LINE if stage.is_passed else _Mark.LINE_AHEAD
            bar.append(Part(line.sign(ascii_only=ascii_only) * (step - 1), _PASSED if stage.is_passed else _AHEAD))
        room = width - number * step if is_last else step - 1
        names.append(Part(_longest(stage.names, room).ljust(step), "" if stage.is_here else _AHEAD))
        times.append(Part(_longest(stage.times, room).ljust(step), _AHEAD))
    yield bar
    yield names
    if any(part.text.strip() for part in times):
        yield times


def _stage(record: Record, number: int, now: datetime) -> _Stage:
    reached = _reached(record)
    is_here = number == reached and _is_told_of_a_stage(record.status)
    is_passed = number < reached
    style = style_of(record.status).tone.style if is_here else _PASSED if is_passed else _AHEAD
    mark = _mark_here(record) if is_here else _Mark.DONE if is_passed else _Mark.OPEN
    return _Stage(mark, style, is_passed, is_here, style_of(STAGES[number]).short, _times(record, number, now))


def _mark_here(record: Record) -> _Mark:
    if record.status == Status.ACTIVE:
        return _Mark.DONE
    if record.status == Status.CATALOG_FAILED:
        return _Mark.BROKEN
    if record.status not in ENDED:
        return _Mark.HERE
    # What was given up because it had failed stopped there for that.
    last = next((change.status for change in reversed(record.history) if change.status not in ENDED), None)
    return _Mark.BROKEN if last == Status.CATALOG_FAILED else _Mark.STOPPED


def _is_told_of_a_stage(status: State) -> bool:
    """Whether the store stands in the last stage that was seen, or stopped in it."""
    return status in (*STAGES, Status.CATALOG_FAILED, *ENDED)


def _reached(record: Record) -> int:
    """The index of the stage at which the store stands, or stood last; -1 when it has reached none."""
    for status in (record.status, *(change.status for change in reversed(record.history))):
        for number, stage in enumerate(STAGES):
            if stage == status:
                return number
    return -1


def _times(record: Record, number: int, now: datetime) -> tuple[str, ...]:
    """How long the store stayed in a stage, or since when it is there: in ever fewer characters."""
    is_there = _is_told_of_a_stage(record.status) and record.status not in ENDED
    if number == _reached(record) and record.since is not None and is_there:
        local = record.since.astimezone(now.tzinfo or UTC)
        at = f"{local:%H:%M}" if local.date() == now.date() else f"{local:%d %b}"
        return (f"since {at}", at)
    spent = _spent(record)
    stage = STAGES[number]
    return _span(spent[stage]) if stage in spent else ()


def _spent(record: Record) -> dict[State, float]:
    """Seconds spent in each stage that is over; without those that changes left out of the history belong to."""
    spent: dict[State, float] = {}
    unknown: set[State] = set()
    for before, after in pairwise(record.history):
        if after.folded:
            unknown.add(before.status)
        # A clock that was set back must not show a negative time.
        spent[before.status] = spent.get(before.status, 0.0) + max(0.0, (after.at - before.at).total_seconds())
    return {status: seconds for status, seconds in spent.items() if status not in unknown}


def _span(seconds: float) -> tuple[str, ...]:
    """A duration in ever fewer characters; the shortest leaves the smaller unit out."""
    whole = round(seconds)
    if whole < 60:
        return (f"{whole} s",)
    for size, unit, part, part_unit in ((3_600, "m", 60, "s"), (86_400, "h", 3_600, "m")):
        if whole < size:
            large, small = whole // part, whole % part // (part // 60)
            return (f"{large} {unit} {small:02d} {part_unit}", f"{large}{unit}{small:02d}{part_unit}", f"{large}{unit}")
    days, hours = whole // 86_400, whole % 86_400 // 3_600
    return (f"{days} d {hours} h", f"{days}d{hours}h", f"{days}d")


def _step(width: int) -> int:
    """Cells from one stage of the bar to the next."""
    even = (width - 2) // len(STAGES)
    if even >= 10:
        return min(16, even)
    return max(6, min(10, (width - _LAST_STAGE) // (len(STAGES) - 1)))


def _longest(forms: tuple[str, ...], room: int) -> str:
    """The first of ``forms`` that fits ``room`` cells: a number cut short would be a wrong number."""
    return next((form for form in forms if len(form) <= room), "")

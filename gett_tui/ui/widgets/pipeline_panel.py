"""The pipeline panel: where one store stands, for how long, what went wrong, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from itertools import zip_longest
from typing import TYPE_CHECKING, ClassVar, cast

from rich.segment import Segment
from rich.text import Text
from textual.binding import Binding

from gett_tui.onboarding.registration import FIELDS
from gett_tui.onboarding.status import STAGES, OwnState, Status, meaning
from gett_tui.text import lines, one_line
from gett_tui.ui.status_style import Tone, style_of
from gett_tui.ui.widgets.line_view import LineView

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from datetime import date, datetime

    from textual.binding import BindingType

    from gett_tui.onboarding.record import Record
    from gett_tui.onboarding.status import State

_STYLES = {Tone.BAD: "red", Tone.ASK: "yellow", Tone.GOOD: "green", Tone.WAIT: "", Tone.OFF: "dim"}
_LABEL = 13
_SHORT: dict[Status, tuple[str, ...]] = {
    Status.PENDING_CATALOG: ("pending", "pend"),
    Status.CATALOG_INGESTING: ("ingesting", "ingest", "inge."),
    Status.READY_TO_ACTIVATE: ("ready",),
    Status.ACTIVE: ("active",),
}
_LAST_STAGE = 6
"""Cells that the last stage needs at least; it is followed by nothing, so it takes what is left of the line."""
_TODO: dict[State, str] = {
    Status.CATALOG_FAILED: "Mend the catalog, then press e: it cancels the onboarding and registers it again.",
    Status.READY_TO_ACTIVATE: "Press a to put it live.",
    OwnState.UNCONFIRMED: (
        "Register was sent and its answer is lost: Gett may or may not have this store. "
        "Press u to settle it: give its onboarding id, send it again, or drop it."
    ),
    OwnState.GONE: "Gett does not know this onboarding (any more). e registers the store again.",
}


_NOBODY = Text("No store under the cursor.", "dim")

Line = tuple[Segment, ...]


class PipelinePanel(LineView[Line]):
    """Shows one record; ``clock`` gives the local time with its zone."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("up,k", "scroll(-1)", "Up", show=False),
        Binding("down,j", "scroll(1)", "Down", show=False),
        Binding("pageup", "page(-1)", "Page up", show=False),
        Binding("pagedown", "page(1)", "Page down", show=False),
        Binding("home,g", "show_from(0)", "Top", show=False),
        Binding("end,G", "end", "Bottom", show=False),
    ]

    def __init__(self, *, clock: Callable[[], datetime], ascii_only: bool) -> None:
        super().__init__(ascii_only=ascii_only)
        self._clock = clock
        self._shown: tuple[Record | None, str | None, int, date] | None = None
        # Nothing until there is something to show: the first frame would wait for it.
        self._given: tuple[Record | None, str | None] | None = None
        self._text: list[Line] = []

    @property
    def length(self) -> int:
        """How many lines the text has at this width."""
        return len(self._text)

    def show(self, record: Record | None, note: str | None = None) -> None:
        """Shows ``record`` and what is going on with it right now; writes nothing when nothing differs."""
        shown = self._given[0] if self._given else None
        if record is None or shown is None or record.key != shown.key:
            self._top = 0
        self._given = (record, note)
        self._write()

    def on_resize(self) -> None:
        """Fits the text to the new width."""
        self._write()

    def action_scroll(self, rows: int) -> None:
        """Scrolls by lines."""
        self.action_show_from(self._top + rows)

    def action_page(self, pages: int) -> None:
        """Scrolls by what is seen at once."""
        self.action_show_from(self._top + pages * self._page)

    def action_end(self) -> None:
        """Scrolls to the last lines."""
        self.action_show_from(self.length)

    def _write(self) -> None:
        width = self.size.width - 1
        if self._given is None or width < 1:
            return
        record, note = self._given
        state = (record, note, width, self._clock().date())
        if state == self._shown:
            return
        self._shown = state
        self.retitle(one_line(record.name, 200) if record else "")
        parts = self._parts(record, note, width) if record else [_NOBODY]
        self._text = [self._line(row, width) for part in parts for row in self._fold(part, width)]
        self.action_show_from(self._top)

    def _lines(self) -> list[Line]:
        seen = self._text[self._top : self._top + self.size.height]
        return seen + [()] * (self.size.height - len(seen))

    def _draw(self, line: Line, width: int) -> list[Segment]:
        return Segment.adjust_line_length(list(line), width)

    def _line(self, text: Text, width: int) -> Line:
        console = self.app.console
        text.truncate(width)
        # A text that is all in one style does not bring it along.
        segments = Segment.apply_style(text.render(console), console.get_style(text.style))
        return tuple(segment for segment in segments if segment.text)

    def _fold(self, text: Text, width: int) -> list[Text]:
        """``text`` in rows of at most ``width`` cells; a word that is longer is broken."""
        return [text] if text.no_wrap else list(text.wrap(self.app.console, width, overflow="fold"))

    def _parts(self, record: Record, note: str | None, width: int) -> Iterator[Text]:
        yield from self._bar(record, width)
        yield Text("")
        yield from self._state(record, note)
        yield from self._facts(record, width)
        yield Text("")
        yield from self._history(record)

    # -- the bar

    def _bar(self, record: Record, width: int) -> Iterator[Text]:
        reached = _reached(record)
        marks = "*-@.o!" if self.ascii_only else "●━◉╌○✗"
        done, line, here, ahead, open_, broken = marks
        step = _step(width)
        bar, names, times = Text(no_wrap=True), Text(no_wrap=True), Text(no_wrap=True)
        look_ = style_of(record.status)
        known = record.status in STAGES or record.status == Status.CATALOG_FAILED
        for number, stage in enumerate(STAGES):
            is_here = number == reached
            active = is_here and record.status == Status.ACTIVE
            failed = is_here and record.status == Status.CATALOG_FAILED
            sign = broken if failed else done if number < reached or active else here if is_here and known else open_
            style = _STYLES[look_.tone] if is_here and known else "green" if number < reached else "dim"
            bar.append(sign, style)
            if number < len(STAGES) - 1:
                bar.append((line if number < reached else ahead) * (step - 1), "green" if number < reached else "dim")
            room = step - 1 if number < len(STAGES) - 1 else width - number * step
            names.append(_longest(_SHORT[stage], room).ljust(step), "" if is_here and known else "dim")
            times.append(_longest(self._time_in(record, number, reached), room).ljust(step), "dim")
        yield bar
        yield names
        if times.plain.strip():
            yield times

    def _time_in(self, record: Record, number: int, reached: int) -> tuple[str, ...]:
        """How long the store stayed in a stage, or since when it is there: in ever fewer characters."""
        spent = _spent(record)
        stage = STAGES[number]
        if number == reached and record.since is not None and record.status in (*STAGES, Status.CATALOG_FAILED):
            local = self._local(record.since)
            at = f"{local:%H:%M}" if local.date() == self._clock().date() else f"{local:%d %b}"
            return (f"since {at}", at)
        return _span(spent[stage]) if stage in spent else ()

    # -- the text

    def _state(self, record: Record, note: str | None) -> Iterator[Text]:
        look_ = style_of(record.status)
        sign = look_.ascii_sign if self.ascii_only else look_.sign
        since = f" since {self._when(record.since)}" if record.since else ""
        yield Text(
            f"{sign} {one_line(meaning(record.status).words, 100)}{since}", f"bold {_STYLES[look_.tone]}".strip()
        )
        if record.error:
            for line in lines(record.error):
                yield Text(line, "red")
        if record.status in _TODO:
            yield Text(_TODO[record.status], "italic")
        if record.pending is not None and record.status != OwnState.REGISTERING:
            yield Text(f"{record.pending.action} sent {self._when(record.pending.at)}, no answer yet", "yellow")
        if note:
            yield Text(one_line(note, 600), "yellow")
        yield from self._trouble(record)
        if record.answer:
            yield Text("Gett's answer, which could not be read:", "bold")
            for line in lines(record.answer, 2_000, 20):
                yield Text(line)
        yield Text("")

    def _trouble(self, record: Record) -> Iterator[Text]:
        trouble = record.trouble
        if trouble is None:
            return
        yield Text(f"{trouble.action} at {self._when(trouble.at)}: {one_line(trouble.text, 1_000)}", "red")
        for item in trouble.items:
            yield Text(f"  {one_line(item, 400)}", "red")
        if trouble.request_id:
            yield Text(f"  request id {one_line(trouble.request_id, 100)}", "dim")

    def _facts(self, record: Record, width: int) -> Iterator[Text]:
        facts: list[tuple[str, object]] = [
            ("onboarding id", record.onboarding_id),
            ("partner id", record.partner_store_id),
            ("storeId", record.store_id),
            ("catalog", record.catalog_callback_url),
            ("webhook", record.webhook_url),
            ("created", record.created_at),
        ]
        facts += [(f"sent {name}", value) for name, value in record.sent.items() if name not in FIELDS]
        facts += [(f"store {name}", value) for name, value in record.store.items() if name not in ("storeId", "name")]
        for label, value in facts:
            if words := _plain(value):
                labels = self._fold(Text(one_line(label, 30), "dim"), _LABEL)
                values = self._fold(Text(one_line(words, 2_000)), max(1, width - _LABEL - 1))
                for left, right in zip_longest(labels, values, fillvalue=Text()):
                    yield _side_by_side(left, right)

    def _history(self, record: Record) -> Iterator[Text]:
        for change in reversed(record.history):
            words = "registered" if change.status == OwnState.REGISTERING else meaning(change.status).words
            yield Text(f"{self._when(change.at)} {one_line(words, 100)}", "dim")

    def _when(self, at: datetime | None) -> str:
        if at is None:
            return ""
        local = self._local(at)
        today = self._clock().date()
        if local.date() == today:
            return f"{local:%H:%M:%S}"
        return f"{local:%d %b %H:%M:%S}" if local.year == today.year else f"{local:%d %b %Y %H:%M:%S}"

    def _local(self, at: datetime) -> datetime:
        return at.astimezone(self._clock().tzinfo or UTC)


def _plain(value: object) -> str:
    """A JSON value in words; empty when it says nothing."""
    if isinstance(value, Mapping):
        pairs = cast("Mapping[object, object]", value).items()
        return ", ".join(f"{name}: {words}" for name, part in pairs if (words := _plain(part)))
    if isinstance(value, list | tuple):
        return ", ".join(words for part in cast("Sequence[object]", value) if (words := _plain(part)))
    return "" if value is None else str(value)


def _side_by_side(label: Text, value: Text) -> Text:
    row = Text(no_wrap=True)
    row.append_text(label)
    row.append(" " * (_LABEL + 1 - label.cell_len))
    return row.append_text(value)


def _reached(record: Record) -> int:
    """The index of the stage at which the store stands, or stood last; -1 when it has reached none."""
    for status in (record.status, *(change.status for change in reversed(record.history))):
        for number, stage in enumerate(STAGES):
            if stage == status:
                return number
    return -1


def _spent(record: Record) -> dict[State, float]:
    """Seconds spent in each stage that is over."""
    spent: dict[State, float] = {}
    for before, after in zip(record.history, record.history[1:], strict=False):
        # A clock that was set back must not show a negative time.
        spent[before.status] = spent.get(before.status, 0.0) + max(0.0, (after.at - before.at).total_seconds())
    return spent


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

"""What all dialogs share: the message line, the word PRODUCTION, their fit, and styles that are read when one opens.

Its invariant: a dialog hides no answer, however small the terminal is: what is long is cut in its middle or scrolls.
"""

from __future__ import annotations

import math
from pathlib import Path
from time import monotonic
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar, cast, runtime_checkable

from textual.screen import ModalScreen
from textual.widgets import Static

from gett_tui.text import one_line
from gett_tui.ui.columns import middle
from gett_tui.ui.production import WORD, place
from gett_tui.ui.widgets.message_line import MessageLine

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual._path import CSSPathType
    from textual.geometry import Size

    from gett_tui.ui.environment import Environment
    from gett_tui.ui.notifications import Notifications

T = TypeVar("T")

_WIDE = 76
_FRAME, _SLIM_FRAME = 6, 4
_SLIM = 60
"""Cells below which buttons stand below one another, and nothing is spent on looks."""
_LOW = 20
"""Rows below which nothing is spent on looks."""
_WIDTHS: list[tuple[int, str]] | None = [(0, "-slim"), (_SLIM, "-broad")]
_HEIGHTS: list[tuple[int, str]] | None = [(0, "-low"), (_LOW, "-high")]


@runtime_checkable
class _Dashboards(Protocol):
    notifications: Notifications
    environment: Environment


@runtime_checkable
class _KnowsTheTerminal(Protocol):
    input_at: float

    def when_shown(self, then: Callable[[], None]) -> None: ...


class Dialog(ModalScreen[T]):
    """A screen over the dashboard that ends with an answer."""

    CSS_PATH: ClassVar[CSSPathType | None] = Path(__file__).parent.parent / "screens.tcss"
    HORIZONTAL_BREAKPOINTS = _WIDTHS
    VERTICAL_BREAKPOINTS = _HEIGHTS

    def __init__(self) -> None:
        super().__init__()
        self._fits: Size | None = None
        self._seen_at = math.inf

    def on_mount(self) -> None:
        """What is said while it is open is seen in its place, which the dialog leaves free; so is which Gett it is."""
        self.call_after_refresh(self._painted)
        app = cast("object", self.app)
        if not isinstance(app, _Dashboards):
            return
        self.mount(MessageLine(app.notifications.log))
        if not self.query("#detail-keys"):
            # What the key bar below offers does not go while this is open.
            self.mount(Static(id="no-keys"))
        profile = place(app.environment.profile, is_production=app.environment.is_production)
        # The full screens cover the line that says it; a dialog that changes the world says it in its words.
        told = {"#detail, #log": profile, "#dialog": WORD if app.environment.is_production else ""}
        for frames, words in told.items():
            for frame in self.query(frames):
                frame.border_subtitle = " · ".join(filter(None, (words, str(frame.border_subtitle or ""))))

    def _painted(self) -> None:
        # A terminal that is stuck, or far away, has not shown what is painted here: its app knows.
        app = cast("object", self.app)
        if isinstance(app, _KnowsTheTerminal):
            app.when_shown(self._seen)
        else:
            self._seen()

    def _seen(self) -> None:
        self._seen_at = monotonic()

    @property
    def is_read(self) -> bool:
        """Whether what it is asked to do now was typed, or clicked, when a person could have read it."""
        app = cast("object", self.app)
        return self._seen_at <= (app.input_at if isinstance(app, _KnowsTheTerminal) else monotonic())

    @property
    def is_half_filled(self) -> bool:
        """Whether something was typed here that would be lost with the program."""
        return False

    def fit(self) -> None:
        """Fits the texts to the terminal when its size has changed. They are composed to fit it as it was."""

    def on_resize(self) -> None:
        """Fits the texts, unless they do already: what is written twice is laid out twice."""
        size, before = self.app.size, self._fits
        self._fits = size
        if before is not None and size != before:
            self.fit()

    @property
    def room(self) -> int:
        """Cells for a line of text inside the dialog's frame."""
        width = self.app.size.width
        return max(1, min(_WIDE, width) - (_SLIM_FRAME if width < _SLIM else _FRAME))

    @property
    def is_small(self) -> bool:
        """Whether nothing is spent on looks."""
        return self.app.size.height < _LOW or self.app.size.width < _SLIM


def fitted(text: str, cells: int) -> str:
    """``text`` inert in at most ``cells`` cells, cut in its middle."""
    return middle(one_line(text), cells, ascii_only=False).rstrip()

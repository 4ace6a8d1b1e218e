"""A field to type in that is quiet while nobody types, and takes what is pasted whole or not at all.

Its invariant: its text has one line and nothing that a terminal could take for a command, and grows no longer than
``limit``; what does not fit is refused with a word (``Refused``).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from textual.message import Message
from textual.reactive import reactive
from textual.widgets import Input

from gett_tui.onboarding.registration import clean_text, text_problem

if TYPE_CHECKING:
    from textual import events

    from gett_tui.onboarding import registration
    from gett_tui.ui.terminal.pastes import RefusedPaste


class Field(Input):
    """One line of at most ``limit`` characters.

    ``has_blanks``: whether blanks make sense in it. Where they do not, the lines of a paste are one text that was
    wrapped, and are joined. The cursor stands still: a blinking one writes to the line twice a second.
    """

    cursor_blink = reactive(default=False, init=False)

    class Refused(Message):
        """Something did not fit into ``field``; ``why`` is for a person."""

        def __init__(self, field: Field, why: str) -> None:
            super().__init__()
            self.field = field
            self.why = why

        @property
        def control(self) -> Field:
            """The field."""
            return self.field

    def __init__(self, value: str | None = None, *, limit: int, has_blanks: bool = True, **more: Any) -> None:
        super().__init__(value, **more)
        self.limit = limit
        self._has_blanks = has_blanks

    def on_paste(self, event: events.Paste) -> None:
        """Takes the paste, or refuses it."""
        event.stop()
        event.prevent_default()
        self._take(event.text)

    def on_refused_paste(self, event: RefusedPaste) -> None:
        """Says why nothing came of a paste."""
        event.stop()
        self._refuse(event.why)

    def action_paste(self) -> None:
        """Ctrl+v: what was cut or copied here."""
        self._take(self.app.clipboard)

    def replace(self, text: str, start: int, end: int) -> None:
        """Puts ``text`` there, or refuses it when the whole grows too long; a value that is too long may shrink."""
        start, end = sorted((max(0, start), min(len(self.value), end)))
        length = len(self.value) - (end - start) + len(text)
        if length > self.limit and length > len(self.value):
            made = f"not pasted: it makes {length:,} characters; " if len(text) > 1 else ""
            self._refuse(f"{made}here is room for {self.limit:,}")
            return
        super().replace(text, start, end)

    def _take(self, text: str) -> None:
        line = trimmed(text) if self._has_blanks else joined(text)
        problem = paste_problem(line)
        if problem is not None:
            self._refuse(problem)
        elif line:
            self.replace(line, *self.selection)

    def _refuse(self, why: str) -> None:
        self.post_message(self.Refused(self, why))


class FormField(Field):
    """One of Register's fields."""

    def __init__(self, field: registration.Field, value: str) -> None:
        super().__init__(
            value,
            limit=field.limit,
            has_blanks=field.has_blanks,
            placeholder=field.placeholder,
            id=field.name,
            select_on_focus=False,
        )


def trimmed(text: str) -> str:
    """``text`` without the blank lines and the breaks around it; a break that stays is one between two lines."""
    lines = text.splitlines()
    while lines and not lines[0].strip():
        del lines[0]
    while lines and not lines[-1].strip():
        del lines[-1]
    return "\n".join(lines)


def joined(text: str) -> str:
    """The lines of ``text`` as one without blanks between; two addresses are two, and their break stays."""
    first, *others = trimmed(text).splitlines() or [""]
    glue = "\n" if any("://" in line for line in others) else ""
    return glue.join(clean_text(line) for line in (first, *others))


def paste_problem(text: str) -> str | None:
    """Why ``text`` is not pasted into a field of one line; None when it can be."""
    lines = text.count("\n") + 1
    if lines > 1:
        return f"not pasted: it has {lines:,} lines; here is room for one"
    problem = text_problem(text)
    return None if problem is None else f"not pasted: it {problem}"

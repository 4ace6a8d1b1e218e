"""A field to type in that is quiet while nobody types."""

from __future__ import annotations

from textual.reactive import reactive
from textual.widgets import Input


class Field(Input):
    """An input whose cursor stands still: a blinking one writes to the line twice a second."""

    cursor_blink = reactive(default=False, init=False)

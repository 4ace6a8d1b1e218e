"""What all dialogs share: their styles, which are read when the first one opens and not at the start."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, TypeVar

from textual.screen import ModalScreen

if TYPE_CHECKING:
    from textual._path import CSSPathType

T = TypeVar("T")


class Dialog(ModalScreen[T]):
    """A screen over the dashboard that ends with an answer."""

    CSS_PATH: ClassVar[CSSPathType | None] = Path(__file__).parent.parent / "screens.tcss"

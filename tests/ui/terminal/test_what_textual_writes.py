"""What Textual itself writes, in a terminal: the picture reads it as a terminal does, and shows it for a fraction."""

from __future__ import annotations

import re
import sys

import pytest
from judge import Judge
from pty_session import PtySession

from gett_tui.ui.terminal.picture import Capabilities, Picture

PROGRAM = """
from textual.app import App
from textual.containers import Horizontal
from textual.screen import ModalScreen
from textual.widgets import Button, DataTable, Footer, Header, Input, Markdown, ProgressBar, Static, TextArea

class Dialog(ModalScreen):
    BINDINGS = [("escape", "dismiss", "close")]

    def compose(self):
        yield Input("寿司 ü e\u0301")
        yield TextArea("text\\n一番")
        yield Button("Do")

class Many(App):
    CSS = '''
    #a { border: tall red; } #b { border: round green; text-style: bold dim underline; } Horizontal { height: 9; }
    Dialog { align: center middle; background: black 50%; } TextArea { height: 4; width: 30; }
    '''
    BINDINGS = [("d", "push_screen('dialog')", "dialog"), ("t", "toast", "toast")]
    SCREENS = {"dialog": Dialog}

    def compose(self):
        yield Header(show_clock=False)
        with Horizontal():
            yield Static("[link='https://gett.example/a']docs[/link] La Petite Crêperie ☎\ufe0f 👩\u200d🍳", id="a")
            yield Static("한국어 …", id="b")
        yield Markdown("# Title\\n[a link](https://gett.example/b) and *text*")
        yield ProgressBar(total=10, show_eta=False)
        yield DataTable(zebra_stripes=True, cursor_type="row")
        yield Footer()

    def on_mount(self):
        table = self.query_one(DataTable)
        table.add_columns("Store", "Status")
        for number in range(40):
            table.add_row(f"{number} 寿司" if number % 3 else f"{number} Süd", "● active" if number % 2 else "✗ failed")
        table.focus()
        self.query_one(ProgressBar).advance(3)

    def action_toast(self):
        self.notify("done: 一番")

Many(ansi_color=False).run()
"""
KEYS = ["down", "down", "pagedown", "t", "end", "d", "a", "b", "left", "tab", "x", "escape", "home"]


def frames(output: bytes) -> list[str]:
    """What was written, cut behind each frame; what follows the last is not whole."""
    return re.findall(r".*?\x1b\[\?2026l", output.decode(), re.DOTALL)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("size", "colours"), [((80, 24), "16"), ((120, 40), "truecolor")], ids=["16 colours", "truecolour"]
)
def test_every_frame_of_textual_s_is_shown_cell_by_cell(size: tuple[int, int], colours: str) -> None:
    env = {"TERM": "xterm" if colours == "16" else "xterm-256color", "COLORTERM": colours.replace("16", "")}
    with PtySession([sys.executable, "-c", PROGRAM], size, env) as session:
        session.wait_for("active")
        for key in KEYS:
            session.send(key)
            session.read_until_quiet(0.15)
        written = frames(session.output)
    assert len(written) > len(KEYS)
    made = Picture(*size, Capabilities(background_erase=True, synchronised=False))
    ideal, judge = Judge(*size), Judge(*size)
    sizes: list[int] = []
    for frame in written:
        ideal.feed(frame)
        judge.feed(made.write(frame))
        sizes.append(len(difference := made.difference()))
        judge.feed(difference)
        assert judge.rows() == ideal.rows()
        assert judge.looks() == ideal.looks()
    assert sum(sizes) < sum(map(len, written)) / 4

"""What comes from the terminal: a line may split it anywhere, and halves are neither keys nor text."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual import events
from textual.message import Message

from gett_tui.ui.terminal.keys import KeyReader
from gett_tui.ui.terminal.pastes import CUT, MOST_PASTED, TOO_LONG, RefusedPaste

SPLIT_LATE = [
    b"\x1b[A",
    b"\x1b[1;5A",
    b"\x1b[15~",
    b"\x1b[H",
    b"\x1b[Z",
    b"\x1bOP",
    b"\x1bOA",
    b"\x1b[[A",
    b"\x1b[I",
    b"\x1b[O",
    b"\x1b[12;5R",
    b"\x1b[?2026;2$y",
    b"\x1b[?2048;0$y",
    b"\x1b[?62;22c",
    b"\x1b[>0;276;0c",
    b"\x1b[0n",
    b"\x1b[<0;10;5M",
    b"\x1b[<35;200;47m",
    b"\x1b[32;10;5M",
    b"\x1b[M !!",
    b"\x1b[M\xff\xfe\xfd",
    b"\x1b[97;5u",
    b"\x1b[121;1;121u",
    b"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\",
    b"\x1b]4;1;rgb:ffff/0000/0000\x07",
    b"\x1bP1$r0;1m\x1b\\",
    b"\x1bP>|XTerm(390)\x1b\\",
    b"\x1b_Gi=31;OK\x1b\\",
]
"""Sequences that a terminal sends by itself or for a key."""
IN_EIGHT_BITS = [
    b"\x9b?2026;2$y",
    b"\xc2\x9b?2026;2$y",
    b"\x8fP",
    b"\x90yyy\x9c",
    b"\xc2\x9d11;rgb:y/y/y\xc2\x9c",
    b"\x98y\x1b\\",
]
"""The same from a terminal that begins them with one character."""
WHOLE = [
    *SPLIT_LATE,
    *IN_EIGHT_BITS,
    b"y",
    b"q",
    b"\r",
    b"\t",
    b"\x03",
    b"\x7f",
    b"/",
    b"[12",
    b"O",
    "é".encode(),
    "寿司🏪".encode(),
    b"\xff",
    b"\xe5\xaf",
    b"\x1bj",
    b"\x1b\x1b[B",
    b"\x1b[200~two\r\nlines \x1b[A \x1b]0;x\x07 y\x03\x1b[201\x1b[201~",
    "\x1b[200~寿司\x1b[201~".encode(),
    b"\x1b[200~\x1b[201~",
    b"\x1b[999;999X",
    b"\x1b[12\x1b[C",
]


def shown(units: Sequence[Message]) -> list[object]:
    """The units in a form to compare."""
    return [_shown(unit) for unit in units]


def _shown(unit: Message) -> object:
    if isinstance(unit, RefusedPaste):
        return unit.why
    if isinstance(unit, events.Key):
        return unit.character if unit.is_printable else unit.key
    if isinstance(unit, events.Paste):
        return unit.text
    if isinstance(unit, events.MouseEvent):
        return type(unit).__name__, unit.x, unit.y
    return type(unit).__name__


def read(*reads: bytes, gap: float = 0.0, over_ssh: bool = False) -> list[object]:
    """What comes of ``reads`` with so many seconds between, when nothing follows for a minute."""
    reader, now, units = KeyReader(over_ssh=over_ssh), 100.0, list[Message]()
    for data in reads:
        units += reader.feed(data, now)
        now += gap
        units += reader.tick(now)
    return shown(units + reader.tick(now + 60))


def keys(text: str) -> list[object]:
    return list(text)


@pytest.mark.parametrize(
    ("data", "units"),
    [
        (b"jy", keys("jy")),
        ("é寿".encode(), keys("é寿")),
        (b"a\xffb", keys("a\ufffdb")),
        (b"\x1b[A", ["up"]),
        (b"\x1bOP", ["f1"]),
        (b"\x1b[1;5A", ["ctrl+up"]),
        (b"\x1b[7$", ["shift+home"]),
        (b"\x1b[[A", ["f1"]),
        (b"\x1b", ["escape"]),
        (b"\x1b\x1b", ["escape"] * 2),
        (b"\x1bj", ["escape", "j"]),
        (b"\x1bPo", ["escape", *keys("Po")]),
        (b"\x1b]x", ["escape", "]", "x"]),
        (b"\x1bb", ["ctrl+left"]),
        (b"\x1b[121;1;121u", ["y"]),
        (b"\x1b[0;;" + b":".join(b"%d" % ord(char) for char in "寿司一番寿司一番") + b"u", keys("寿司一番寿司一番")),
        (b"\x1b[<0;10;5M", [("MouseDown", 9.0, 4.0)]),
        (b"\x1b[32;10;5M", []),
        (b"\x1b[M !!j", keys("j")),
        (b"\x1b[?2026;2$y", ["TerminalSupportsSynchronizedOutput"]),
        (b"\x1b[12;5R", ["CursorPosition"]),
        (b"\x1b[999;999X", []),
        (b"\x1b[999;999Xj", keys("j")),
        (b"\x1b[" + b"1" * 9000 + b"A", []),
        (b"\x1b]11;rgb:1e1e/1e1e/2e2e\x1b\\j", keys("j")),
        (b"\x1b[12\x03", ["ctrl+c"]),
        (b"\x1b[?2026;2\0$yj", ["ctrl+@", "TerminalSupportsSynchronizedOutput", "j"]),
        (b"\x1b[?2026;2\r$yj", ["enter", "TerminalSupportsSynchronizedOutput", "j"]),
        (b"\x1b]11;rgb:\x01yy\x07j", ["ctrl+a", "j"]),
        (b"\x9b?2026;2$yj", ["TerminalSupportsSynchronizedOutput", "j"]),
        (b"\xc2\x9bA\x9bB", ["up", "down"]),
        (b"\x8fPj", ["f1", "j"]),
        (b"\xc2\x90yyy\xc2\x9cj\x9dyyy\x07j\x9fyyy\x9cj", keys("jjj")),
        ("寿\x85j\x9e寛y\x9cj".encode(), keys("寿jj")),
        (b"\xe5\x9bj\xf0\x9f\x9bj", keys("\ufffd\ufffdj\ufffd\ufffd\ufffdj")),
        (b"\x1b[[yj", keys("j")),
        (b"\x1b]11;rgb\x03", ["ctrl+c"]),
        (b"\x1b[97:65;2u", []),
        (b"\x1b[9999999999u", []),
        (b"\x1b[55296;;55296u", []),
        (b"\x1b[48;0;0;0;0t\x1b[<0;10;5Mj", [("MouseDown", 9, 4), "j"]),
        (b"\x1b[201~j", keys("j")),
        (b"\x1b[200~a\x1b[31mb\x1b[201~j", ["a\x1b[31mb", "j"]),
        (b"\x1b[200~a\xffb\0\x1b[201~", ["a\ufffdb"]),
    ],
)
def test_bytes_become_units(data: bytes, units: list[object]) -> None:
    assert read(data) == units


@pytest.mark.parametrize("over_ssh", [False, True])
@given(stream=st.lists(st.sampled_from(WHOLE), max_size=8), data=st.data())
def test_a_stream_gives_the_same_units_however_the_line_splits_it(
    over_ssh: bool, stream: list[bytes], data: st.DataObject
) -> None:
    whole = b"".join(stream)
    cuts = sorted(data.draw(st.lists(st.integers(0, len(whole)), max_size=len(whole))))
    reader, now, units = KeyReader(over_ssh=over_ssh), 100.0, list[Message]()
    for start, end in zip([0, *cuts], [*cuts, len(whole)], strict=True):
        if start < end:
            units += reader.feed(whole[start:end], now)
        due = reader.due()
        now += data.draw(st.floats(0, 0.99)) * (60 if due is None else due - now)
        units += reader.tick(now)
    assert shown(units + reader.tick(now + 60)) == read(whole, over_ssh=over_ssh)


@pytest.mark.parametrize("over_ssh", [False, True])
@pytest.mark.parametrize("sequence", SPLIT_LATE, ids=repr)
def test_the_late_rest_of_a_sequence_is_no_key_and_no_text(sequence: bytes, over_ssh: bool) -> None:
    for cut in range(1, len(sequence)):
        for gap in (1.01, 4.0):
            units = read(sequence[:cut], sequence[cut:], b"jy", gap=gap, over_ssh=over_ssh)
            assert units == [*(["escape"] if cut == 1 else []), *keys("jy")], (cut, gap)


@pytest.mark.parametrize("sequence", [*SPLIT_LATE, *IN_EIGHT_BITS], ids=repr)
def test_a_rest_that_comes_byte_by_byte_is_no_key_and_no_text(sequence: bytes) -> None:
    for gap in (0.9, 2.0):
        # A lone Esc is the key, and what comes long behind one was typed: from the second byte on it is one.
        units = read(sequence[:2], *(bytes((each,)) for each in sequence[2:]), b"jy", gap=gap)
        assert units[-2:] == keys("jy"), gap
        assert "y" not in units[:-2], gap


def test_the_late_rest_of_a_sequence_in_eight_bits_is_no_key_and_no_text() -> None:
    for sequence in IN_EIGHT_BITS:
        for cut in range(1 + sequence.startswith(b"\xc2"), len(sequence)):
            for gap in (1.01, 4.0):
                assert read(sequence[:cut], sequence[cut:], b"jy", gap=gap) == keys("jy"), (sequence, cut, gap)


@pytest.mark.parametrize("control", [b"\0", b"\x07", b"\r", b"\t", b"\x1a", b"\x7f"], ids=repr)
@pytest.mark.parametrize("gap", [0.01, 2.0])
def test_a_control_inside_a_sequence_does_not_make_keys_of_its_rest(control: bytes, gap: float) -> None:
    for cut in range(2, len(b"\x1b[?2026;2$y")):
        answer = b"\x1b[?2026;2$y"
        assert "y" not in read(answer[:cut], control, answer[cut:], gap=gap), cut


def test_over_ssh_the_halves_may_come_a_second_apart() -> None:
    assert read(b"\x1b[", b"A", gap=0.9, over_ssh=True) == ["up"]
    assert read(b"\x1b", b"[A", gap=0.25, over_ssh=True) == ["up"]
    assert read(b"\x1b", b"[A", gap=0.25) == ["escape"]
    assert read(b"\x1b", b"[", b"?2026;2$y", gap=0.9, over_ssh=True) == ["escape"]


@pytest.mark.parametrize("typed", ["y", "[", "O", "[y", "Oslo", "OSLO", "P", "Pizza", "]", "_", "b", "/[x", "[]"])
def test_what_a_person_types_behind_an_esc_is_typed(typed: str) -> None:
    by_one = read(b"\x1b", *(char.encode() for char in typed), gap=0.35)
    assert by_one == ["escape", *typed]
    in_one = read(b"\x1b", typed.encode(), gap=0.35)
    assert in_one == ["escape", *typed]


@pytest.mark.parametrize("half", [b"\x1b[", b"\x1bO", b"\x1b]", b"\x1bP"])
def test_a_letter_that_goes_on_with_nothing_is_typed(half: bytes) -> None:
    assert read(half, b"z", gap=1.5) == keys("z")


@pytest.mark.parametrize("half", SPLIT_LATE, ids=repr)
def test_a_rest_that_never_comes_swallows_nothing_after_a_while(half: bytes) -> None:
    for cut in range(1, len(half)):
        assert read(half[:cut], b"jy", gap=6.5)[-2:] == keys("jy")


@pytest.mark.parametrize("half", [b"\x1b]11;rgb", b"\x9d", b"\x1b[12"])
def test_typing_behind_half_a_sequence_is_swallowed_for_a_while_only(half: bytes) -> None:
    assert read(half, *[b"1"] * 60, gap=1.0)[-20:] == keys("1" * 20)


def test_it_ends_by_ctrl_c_whatever_is_held() -> None:
    for half in (*(sequence[:cut] for sequence in SPLIT_LATE for cut in range(1, len(sequence))), b"\xe5\xaf"):
        for gap in (0.01, 1.5):
            assert read(half, b"\x03", gap=gap)[-1] == "ctrl+c", half


def test_answers_are_counted_and_are_no_keys() -> None:
    reader = KeyReader(over_ssh=False)
    assert reader.feed(b"\x1b[0n\x1b[0", 1.0) == []
    assert reader.answers == 1
    assert reader.feed(b"n", 1.1) == []
    assert reader.answers == 2
    reader.feed(b"\x1b[0", 2.0)
    assert reader.feed(b"n", 4.0) == []
    assert reader.answers == 3, "a late one is an answer, too"


def test_an_answer_between_two_halves_belongs_to_neither() -> None:
    for gap, units in ((0.2, ["up"]), (0.5, [])):
        assert read(b"\x1b[", b"\x1b[0n", b"\x1b[0n", b"A", gap=gap / 3) == units
    assert read(b"\x1b", b"\x1b[0n", gap=0.05) == ["escape"]
    assert read(b"\x1b[200~a", b"\x1b[0n", b"b\x1b[201~", gap=0.4) == ["ab"]


# -- pastes


def test_a_paste_over_the_bound_is_refused_once_and_its_rest_swallowed() -> None:
    chunks = [b"y" * 4096] * (MOST_PASTED // 4096 + 3)
    assert read(b"\x1b[200~", *chunks, b"yy\x1b[201~j", gap=0.01) == [TOO_LONG, "j"]
    assert read(b"\x1b[200~" + b"".join(chunks) + b"\x1b[201~j") == [TOO_LONG, "j"]
    assert read(b"\x1b[200~" + b"y" * MOST_PASTED + b"\x1b[201~j") == ["y" * MOST_PASTED, "j"]


@pytest.mark.parametrize("gap", [3.5, 7.0, 65.0])
def test_a_paste_that_stalls_is_refused_and_its_late_rest_swallowed(gap: float) -> None:
    assert read(b"\x1b[200~half", b"y" * 2000, b"yes\x1b[201~j", gap=gap, over_ssh=True) == [CUT, "j"]


def test_a_paste_whose_end_never_comes_ends_in_time() -> None:
    reader = KeyReader(over_ssh=False)
    reader.feed(b"\x1b[200~half", 1.0)
    assert shown(reader.tick(2.5)) == [CUT]
    assert reader.feed(b"yyy", 3.0) == [], "still the rest of it"
    assert shown(reader.feed(b"/roxy", 9.0)) == ["/", *keys("roxy")]


def test_typing_into_a_paste_without_an_end_is_no_paste_for_ever() -> None:
    reader, units = KeyReader(over_ssh=False), list[Message]()
    units += reader.feed(b"\x1b[200~half", 1.0)
    for second in range(2, 60):
        units += reader.feed(b"j", float(second) - 0.1)
    assert shown(units)[0] == CUT
    assert shown(units)[-1] == "j"


def test_ctrl_c_gets_out_of_a_paste_without_an_end_and_is_text_in_one_with() -> None:
    assert read(b"\x1b[200~half", b"\x03", gap=0.9) == [CUT, "ctrl+c"]
    assert read(b"\x1b[200~half", b"\x03", gap=2.0) == [CUT, "ctrl+c"]
    assert read(b"\x1b[200~half", b"\x03", b"\x1b[201~", gap=0.9) == ["half\x03"]


def test_a_paste_whose_begin_came_late_is_refused() -> None:
    assert read(b"\x1b", b"[200~yes\x1b[201~j", gap=2.0) == ["escape", CUT, "j"]
    assert read(b"\x1b[20", b"0~yes\x1b[201~j", gap=2.0) == [CUT, "j"]


def test_a_second_paste_behind_one_without_an_end_is_whole() -> None:
    assert read(b"\x1b[200~half", b"\x1b[200~the whole of the second\x1b[201~", gap=2.0) == [
        CUT,
        "the whole of the second",
    ]


@given(st.lists(st.tuples(st.binary(max_size=12), st.floats(0, 8)), max_size=12))
def test_no_bytes_break_it_and_what_is_held_is_held_for_a_while_only(reads: list[tuple[bytes, float]]) -> None:
    reader, now = KeyReader(over_ssh=True), 100.0
    for data, gap in reads:
        reader.feed(data, now)
        now += gap
    reader.tick(now + 60)
    assert reader.due() is None

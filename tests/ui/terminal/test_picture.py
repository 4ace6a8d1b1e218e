"""The picture by its traps: what is read, what goes through, what is sent, and what no two terminals agree about."""

from __future__ import annotations

import pytest
from frames import at, framed, strip, styled, whole
from hypothesis import given
from hypothesis import strategies as st
from judge import Judge
from rich.cells import set_cell_size

from gett_tui.ui.terminal.picture import Capabilities, Picture

XTERM = Capabilities(background_erase=True, synchronised=False)
BARE = Capabilities(background_erase=False, synchronised=False)
BLUE, GREY = "97;44", "38;5;253;48;5;233"


def picture(
    width: int = 20, height: int = 3, capabilities: Capabilities = XTERM, *, ascii_only: bool = False
) -> Picture:
    """A picture that is shown: blank, and with nothing to send."""
    made = Picture(width, height, capabilities, ascii_only=ascii_only)
    made.write(whole([[]] * height, width) + "\x1b[H")
    made.difference()
    return made


def sent(made: Picture, *texts: str) -> str:
    """The difference after some writes, each of which leaves the cursor at home, as a frame of Textual's does."""
    for text in texts:
        made.write(text + "\x1b[H")
    return made.difference()


# What is shown, and when


def test_nothing_is_sent_before_textual_has_put_something() -> None:
    made = Picture(20, 3, XTERM)
    assert made.write("\x1b[?1049h\x1b[?25l") == "\x1b[?1049h\x1b[?25l"
    assert not made.is_changed
    assert made.difference() == ""


def test_the_first_picture_clears_and_undoes_what_others_left() -> None:
    made = Picture(20, 3, XTERM)
    judge = Judge(20, 3)
    judge.feed("\x1b[2;3r\x1b[4h\x1b[1;7mforeign\r\ntext")
    judge.feed(sent(made, at(0, 0, "ours")))
    judge.feed(sent(made, at(0, 0, "O")))
    assert judge.rows() == ["Ours".ljust(20), " " * 20, " " * 20]


def test_an_unchanged_frame_costs_nothing() -> None:
    made = picture()
    frame = whole([[(BLUE, "Stores")], [(GREY, "寿司")], []], 20)
    assert sent(made, frame)
    assert sent(made, frame) == ""
    assert not made.is_changed


def test_what_changes_and_changes_back_costs_nothing() -> None:
    made = picture()
    made.write(at(0, 0, "a\x1b[H"))
    assert made.is_changed
    made.write(at(0, 0, " \x1b[H"))
    assert not made.is_changed
    assert made.difference() == ""


def test_frames_between_two_differences_cost_the_last_one_alone() -> None:
    made = picture()
    assert sent(made, at(0, 0, "one"), at(0, 0, "two"), at(0, 0, "six")) == "\x1b[Hsix"


def test_rows_that_are_not_asked_for_wait() -> None:
    made = picture()
    made.write(at(0, 0, "first") + at(0, 2, "third") + "\x1b[H")
    assert made.difference(range(2, 3)) == "\x1b[3Hthird"
    assert made.is_changed
    assert made.difference(range(7, 9)) == ""
    assert made.difference() == "\x1b[Hfirst"
    assert not made.is_changed


def test_what_was_forgotten_is_shown_again() -> None:
    made = picture()
    sent(made, at(0, 0, "ours"))
    made.forget()
    judge = Judge(20, 3)
    judge.feed("Broadcast message")
    judge.feed(made.difference())
    assert judge.rows()[0] == "ours".ljust(20)


def test_a_new_size_keeps_what_fits_and_repaints() -> None:
    made = picture()
    sent(made, at(0, 0, "left" + " " * 12 + "右側") + at(0, 2, "bottom"))
    made.resize(17, 2)
    assert made.is_changed
    assert made.wanted_rows() == ["left".ljust(17), " " * 17]
    made.resize(18, 3)
    assert made.wanted_rows() == ["left".ljust(18), " " * 18, " " * 18]


def test_what_is_erased_to_the_end_of_the_row_takes_the_new_size() -> None:
    made = picture(5, 1)
    text = at(0, 0, "\x1b[44m\x1b[K\x1b[0m")
    made.write("\x1b[H" + text)
    made.resize(12, 1)
    made.write("\x1b[H" + text)
    judge, ideal = Judge(12, 1), Judge(12, 1)
    ideal.feed(text)
    judge.feed(made.difference())
    assert judge.looks() == ideal.looks()


def test_nothing_is_painted_while_the_own_screen_is_left() -> None:
    made = picture()
    sent(made, at(0, 0, styled("31", "x")))
    made.write(at(0, 0, "y"))
    assert made.write("\x1b[?1049l\x1b[?25h") == "\x1b[m\x1b[?1049l\x1b[?25h"
    assert not made.is_changed
    assert made.difference() == ""
    made.write("\x1b[?1049h")
    again = made.difference()
    assert "\x1b[2J" in again
    assert "y" in again


def test_a_lone_surrogate_can_be_sent() -> None:
    made = picture()
    assert sent(made, at(0, 0, "a\ud800b")).encode().endswith(b"b")


def test_text_outside_the_screen_is_cut() -> None:
    made = picture(5, 2)
    sent(made, at(3, 0, "abcdef") + at(0, 7, "below") + at(9, 0, "beside"))
    assert made.wanted_rows() == ["   ab", "     "]


# What is read


@pytest.mark.parametrize(
    ("text", "row"),
    [
        ("abc\rX", "Xbc"),
        ("abc\bX", "abX"),
        ("a\tb", "a       b"),
        ("abc\x1b[2DX", "aXc"),
        ("a\x1b[2CX", "a  X"),
        ("abc\x1b[1GX", "Xbc"),
        ("abc\x1b[DX", "abX"),
        ("\x1b[2;2Hx\x1b[AX\x1b[1;1fY", "Y X"),
        ("\x1b[2;4H\x1b[F\x1b[1dX", "X"),
        ("abcdef\x1b[1;3H\x1b[K", "ab"),
        ("abcdef\x1b[1;3H\x1b[1K", "   def"),
        ("abcdef\x1b[2K", ""),
        ("abcdef\x1b[1;2H\x1b[3X", "a   ef"),
        ("abc\x1b[2J\x1b[HX", "X"),
        ("abc\x1b[1;2H\x1b[JX", "aX"),
        ("a\x00\x0e\x05\x9bb", "ab"),
        ("a\x1b[12\x07b", "ab"),
        ("\x1b[99999999999999CX", ""),
        ("ab\x1b[1;2H\x1b[99999999999999X", "a"),
    ],
)
def test_controls_that_textual_or_rich_may_write_are_read(text: str, row: str) -> None:
    made = picture(20, 3)
    made.write("\x1b[H" + text)
    assert made.wanted_rows()[0].rstrip() == row


def test_a_screen_of_lines_is_not_cleared_in_those() -> None:
    made, judge, ideal = Picture(20, 3, XTERM), Judge(20, 3, erases="all"), Judge(20, 3)
    frame = whole([[("4;7;31;44", " " * 12), ("44", " " * 6), (GREY, "ab")]] * 3, 20)
    ideal.feed(frame.replace("\n", "\r\n"))
    judge.feed(sent(made, frame))
    assert judge.looks() == ideal.looks()


def test_erasing_takes_the_background_along() -> None:
    made, judge = picture(), Judge(20, 3)
    judge.feed(sent(made, at(0, 1, "\x1b[1;44mab\x1b[J\x1b[0m")))
    ideal = Judge(20, 3)
    ideal.feed(at(0, 1, "\x1b[1;44mab\x1b[J"))
    assert judge.looks() == ideal.looks()


@pytest.mark.parametrize("cut", range(1, 60))
def test_a_write_may_be_cut_anywhere(cut: int) -> None:
    text = (
        at(2, 1, styled("1;38;5;208;44", "寿é\u0301", "https://gett.example/x"))
        + "\x1b]0;a title\x07"
        + at(0, 0, "end")
    )
    made, in_two = picture(), picture()
    rest = made.write(text)
    assert in_two.write(text[:cut]) + in_two.write(text[cut:]) == rest == "\x1b]0;a title\x07"
    if "\u0301" not in text[cut : cut + 1]:
        assert in_two.difference() == made.difference()


@pytest.mark.parametrize(
    "control",
    [
        "\x07",
        "\x1b]0;Gett · DEMO\x07",
        "\x1b]2;Gett\x1b\\",
        pytest.param("\x1b]52;c;" + "QUJD" * 30_000 + "\x07", id="clipboard"),
        "\x1bPtmux;\x1b\x1b]52;c;QUJD\x07\x1b\\",
        "\x1bP\x1b]52;c;QUJD\x07\x1b\\",
        "\x1b[?2026$p",
        "\x1b[?2048$p",
        "\x1b[>25u",
        "\x1b[<u",
        "\x1b[5n",
        "\x1b[6n",
        "\x1b[?1000h\x1b[?1003h\x1b[?1015h\x1b[?1006h",
        "\x1b[?2004h\x1b[?7l\x1b[?1004h",
        "\x1b[2 q",
        "\x1b=",
        "\x1b[c",
    ],
)
def test_what_is_no_picture_goes_through_as_it_is_and_puts_nothing(control: str) -> None:
    made = picture()
    assert made.write("ab" + control + "cd\x1b[H") == control
    assert made.wanted_rows()[0].rstrip() == "abcd"
    assert made.difference() == "\x1b[Habcd"


def test_what_goes_through_keeps_its_order() -> None:
    made = picture()
    assert made.write("\x07a\x1b]0;t\x07\n\x1b[?25h b\x1b[5n") == "\x07\x1b]0;t\x07\x1b[?25h\x1b[5n"


@pytest.mark.parametrize(
    "control", ["\x1b[2L", "\x1b[3P", "\x1b[S", "\x1b[5b", "\x1b[2;5r", "\x1bc", "\x1b8", "\x1bM", "\x1b(0"]
)
def test_what_alters_the_picture_by_itself_makes_it_unknown(control: str) -> None:
    made = picture()
    sent(made, at(0, 0, "ours"))
    assert made.write(control) == control
    assert "\x1b[2J" in made.difference()


MANY_COLOURS = [[(f"38;5;{number}", "x") for number in range(1, 21)]] * 3


def test_the_brackets_of_a_frame_are_ours() -> None:
    made = picture()
    assert [made.write(part) for part in framed(at(0, 0, "x"))] == ["", "", ""]
    assert made.difference() == "\x1b[Hx"
    big = sent(made, whole(MANY_COLOURS, 20))
    assert len(big) > 400
    assert big.startswith("\x1b[?2026h")
    assert big.endswith("\x1b[?2026l")


def test_no_brackets_where_the_terminal_does_not_know_them() -> None:
    assert "2026" not in sent(picture(), whole(MANY_COLOURS, 20))


# The cursor


def after(made: Picture, cursor: tuple[int, int], text: str = "") -> str:
    """The difference after a frame that leaves the cursor there."""
    for part in framed(text, cursor):
        made.write(part)
    return made.difference()


def test_a_cursor_that_a_field_asks_for_ends_there() -> None:
    made = picture()
    assert after(made, (5, 1), at(0, 0, "abc")) == "\x1b[Habc\x1b[2;6H"
    assert not made.is_changed
    assert after(made, (6, 1)) == "\x1b[2;7H"
    assert after(made, (0, 0), at(0, 0, "x")) == "\x1b[Hx"
    assert after(made, (6, 1)) == "\x1b[2;7H"
    assert after(made, (0, 0)) == ""


def test_a_visible_cursor_is_put_back_at_home_too() -> None:
    made = picture()
    assert made.write("\x1b[?25h") == "\x1b[?25h"
    assert sent(made, *framed(at(3, 1, "abc"))).endswith("abc\x1b[H")


# The cheapest way


def test_a_change_of_one_cell_costs_its_place_and_itself() -> None:
    made = picture()
    sent(made, at(0, 1, styled(GREY, "polled 07:56:17")))
    assert sent(made, at(0, 1, styled(GREY, "polled 07:56:18"))) == "\x1b[2;15H8"


@pytest.mark.parametrize(
    ("before", "after", "difference"),
    [
        ("a b c d", "X b Y d", "\x1b[HX b Y"),  # a short gap is written again
        ("a     b      c", "X     b      Y", "\x1b[HX\x1b[12CY"),
        ("abcdefghi", "a", "\x1b[;2H\x1b[K"),
        ("x" * 20, "y" + " " * 18 + "y", "\x1b[Hy\x1b[18X\x1b[18Cy"),
        ("x" * 20, "y" + " " * 6 + "y" * 13, "\x1b[Hy      " + "y" * 13),
        ("abc", "ab", "\x1b[;3H "),
    ],
)
def test_the_shortest_text(before: str, after: str, difference: str) -> None:
    made = picture()
    sent(made, at(0, 0, before.ljust(20)))
    assert sent(made, at(0, 0, after.ljust(20))) == difference


def test_what_has_one_style_in_a_row_is_written_together() -> None:
    made = picture()
    sent(made, at(0, 0, " " * 20))
    text = styled("31", "ab") + " " * 5 + styled("32", "cd") + " " * 5 + styled("31", "ef")
    assert sent(made, at(0, 0, text)) == "\x1b[H\x1b[31mab\x1b[12Cef\x1b[9D\x1b[32mcd"
    # And the pen that the row above has left goes first.
    assert sent(made, at(0, 1, text)) == "\x1b[2;8Hcd\r\x1b[31mab\x1b[12Cef"


def test_what_lies_between_changed_text_is_erased_in_one_go() -> None:
    made = picture(80)
    sent(made, at(0, 0, "x" * 80))
    text = styled("44", "a" + " " * 30 + "b" + " " * 40 + "cdefghij")
    assert sent(made, at(0, 0, text)) == "\x1b[;2H\x1b[44m\x1b[71X\ba\x1b[30Cb\x1b[40Ccdefghij"


PARTS = st.tuples(st.sampled_from(["31", "32", "1;31", "44", "4;44"]), st.sampled_from(["a", "漢", " ", " " * 7]))


@given(st.lists(st.lists(PARTS, min_size=1, max_size=12), min_size=2, max_size=4), st.sampled_from([XTERM, BARE]))
def test_in_whatever_order_a_row_is_written_it_is_the_row(
    rows: list[list[tuple[str, str]]], capabilities: Capabilities
) -> None:
    made, judge, ideal = picture(90, 3, capabilities), Judge(90, 3), Judge(90, 3)
    for parts in rows:
        text = at(0, 1, " " * 90) + at(0, 1, "".join(styled(style, part) for style, part in parts))
        ideal.feed(text)
        judge.feed(sent(made, text))
        assert judge.looks() == ideal.looks()


def test_a_gap_in_another_style_is_not_written_in_this_one() -> None:
    made, judge, ideal = picture(), Judge(20, 3), Judge(20, 3)
    for first, last in ("ab", "cd"):
        text = at(0, 0, styled("31", first) + styled("44", " x ") + styled("31", last))
        ideal.feed(text)
        judge.feed(sent(made, text))
        assert judge.looks() == ideal.looks()


def test_a_gap_of_a_doubtful_width_is_jumped_over() -> None:
    made = picture()
    sent(made, at(0, 0, "aΩb"))
    assert sent(made, at(0, 0, "cΩd")) == "\x1b[Hc\x1b[Cd"


def test_blanks_with_a_line_are_not_erased() -> None:
    made, judge, ideal = picture(), Judge(20, 3), Judge(20, 3)
    for text in ("x" * 20, styled("4", " " * 14) + "xxxxxx"):
        ideal.feed(at(0, 0, text))
        judge.feed(sent(made, at(0, 0, text)))
        assert judge.looks() == ideal.looks()


def test_a_blank_takes_no_change_of_the_pen_for_its_foreground() -> None:
    made = picture()
    line = styled("31;44", "red") + styled("32;44", "  ") + styled("31;44", "red")
    assert sent(made, at(0, 0, line)) == "\x1b[H\x1b[31;44mred  red"
    assert sent(made, at(0, 0, styled("33;44", "red  red").replace("red  red", "red  red"))) != ""
    made = picture()
    sent(made, at(0, 0, styled("1;31;44", "     ")))
    assert sent(made, at(0, 0, styled("3;36;44", "     "))) == ""


@pytest.mark.parametrize("attribute", ["4", "21", "7", "9", "53"])
def test_a_blank_with_a_line_or_in_reverse_is_no_blank_like_others(attribute: str) -> None:
    made, judge, ideal = picture(), Judge(20, 3), Judge(20, 3)
    for colour in ("31;44", "32;44"):
        text = at(0, 0, styled(f"{attribute};{colour}", " " * 20))
        ideal.feed(text)
        judge.feed(sent(made, text))
        assert judge.looks() == ideal.looks()


@pytest.mark.parametrize(
    ("first", "second"),
    [("1;2", "1"), ("1;2", "2"), ("4;21", "21"), ("1", "2"), ("1;3;4;7;9", "3"), ("5;6", "6"), ("2", "1;2")],
)
def test_what_shares_one_off_stays_on_where_it_is_wanted(first: str, second: str) -> None:
    made, judge, ideal = picture(), Judge(20, 3), Judge(20, 3)
    text = at(0, 0, styled(f"{first};38;5;208;48;5;17", "abc") + styled(f"{second};38;5;208;48;5;17", "def"))
    ideal.feed(text)
    judge.feed(sent(made, text))
    assert judge.looks() == ideal.looks()


# What terminals differ in


def test_a_terminal_that_erases_in_its_own_colour_is_never_asked_to_erase_a_coloured_blank() -> None:
    made, judge, ideal = picture(capabilities=BARE), Judge(20, 3, erases="nothing"), Judge(20, 3)
    for text in ("x" * 20, "", "yy"):
        frame = whole([[(BLUE, text.ljust(20))], [("", text)], [(GREY, text), ("", " " * 20)]], 20)
        ideal.feed(frame.replace("\n", "\r\n"))
        judge.feed(sent(made, frame))
        assert judge.looks() == ideal.looks()


def test_a_terminal_without_background_erase_is_not_asked_to_erase_characters() -> None:
    made = picture(capabilities=BARE)
    sent(made, at(0, 0, "x" * 20))
    difference = sent(made, at(1, 0, " " * 18))
    assert difference == "\x1b[;2H" + " " * 18


def test_behind_the_last_column_the_position_is_not_taken_for_granted() -> None:
    made = picture(5, 3)
    assert sent(made, at(0, 0, "abcde") + at(0, 1, "f")) == "\x1b[Habcde\x1b[2Hf"
    assert sent(made, at(0, 0, "a1cd2") + at(4, 1, "g")) == "\x1b[;2H1cd2\x1b[2;5Hg"


@pytest.mark.parametrize("column", [2, 3, 4, 5])
def test_overwriting_a_half_of_a_wide_cell_ends_the_other(column: int) -> None:
    made, judge = picture(), Judge(20, 3)
    judge.feed(sent(made, at(3, 0, "寿司")))
    made.write(at(column, 0, "x"))
    judge.feed(made.difference())
    expected = {2: "  x寿司", 3: "   x 司", 4: "    x司", 5: "   寿x"}[column]
    assert judge.rows()[0].rstrip() == made.wanted_rows()[0].rstrip() == expected


def test_a_wide_cell_moves_by_one_column() -> None:
    made, judge = picture(), Judge(20, 3)
    for column in (3, 4, 3, 2):
        made.write(at(0, 0, " " * 20) + at(column, 0, "寿司"))
        judge.feed(made.difference())
        assert judge.rows()[0].rstrip() == " " * column + "寿司"


def test_a_wide_cell_does_not_fit_into_the_last_column() -> None:
    made = picture(5, 1)
    assert sent(made, at(3, 0, "a寿")) == "\x1b[;4Ha"
    assert made.wanted_rows() == ["   a "]


def other_widths(text: str) -> int:
    """A terminal that takes old East Asian fonts, joins nothing, and gives half-width kana and flags two columns."""
    from unicodedata import category, east_asian_width

    def one(char: str) -> int:
        if "\u2500" <= char <= "\u25ff" or category(char)[0] == "P":
            return 1
        return (
            0
            if category(char) == "Mn"
            else 1 + (east_asian_width(char) in "WFAH" or "\U0001f1e6" <= char <= "\U0001f1ff")
        )

    return sum(map(one, text))


NAMES = ["Ωмегаэю", "é①ü", "🇩🇪", "👩\u200d🍳", "☎\ufe0f", "ｶﾞﾊﾟ", "e\u0301e\u0301", "क्षि", "שלום", "⚠ ✔", "aΩbΩ", "Ω寿"]


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("rest", [" │ active  07:45", "│ active 07:45"])
def test_a_doubtful_width_spoils_nothing_but_itself(name: str, rest: str) -> None:
    made, judge, ideal = picture(40, 2), Judge(40, 2, width_of=other_widths), Judge(40, 2)
    lines = [(name, rest), ("xyz", rest), (name, rest), (name, rest.replace("active", "failed")), ("x" + name, rest)]
    for first, second in lines:
        text = at(0, 0, strip([("", set_cell_size(first, 8) + second)], 40)) + at(0, 1, "below")
        ideal.feed(text)
        judge.feed(sent(made, text))
        assert judge.looks()[0][8:] == ideal.looks()[0][8:]
        assert judge.looks()[1] == ideal.looks()[1]


@pytest.mark.parametrize("text", ["🇩🇪", "👩\u200d🍳", "☎\ufe0f", "a\u0308\u0323"])
def test_what_is_joined_is_written_in_one_go(text: str) -> None:
    assert text in sent(picture(), at(0, 0, text + "x"))


def test_the_column_is_set_behind_each_deeply_doubtful_cell() -> None:
    made = picture(capabilities=XTERM)
    assert sent(made, at(0, 0, "e\u0301ｶx")) == "\x1b[H \re\u0301\x1b[2G \x1b[2Gｶ\x1b[3Gx\x1b[K"


def test_a_change_behind_a_deeply_doubtful_cell_writes_from_that_on() -> None:
    made = picture(40, 1)
    sent(made, at(0, 0, "1 e\u0301 name  active"))
    difference = sent(made, at(0, 0, "1 e\u0301 name  failed"))
    assert difference == "\x1b[;3H \x1b[3Ge\u0301\x1b[4G name  failed\x1b[K"


def test_a_link_is_closed_behind_its_cells() -> None:
    made = picture()
    difference = sent(made, at(0, 0, styled("", "docs", "https://gett.example")))
    assert difference == "\x1b[H\x1b]8;;https://gett.example\x1b\\docs\x1b]8;;\x1b\\"
    assert sent(made, at(0, 0, styled("", "docs", "https://gett.example").replace("1234", "999"))) == ""


def test_a_picture_that_was_cut_off_leaves_no_link_and_no_bracket_open() -> None:
    made, judge = picture(), Judge(20, 3)
    judge.feed(made.write("\x1b[?2026h\x1b[?2026l"))
    text = at(0, 0, "see " + styled("", "docs", "https://gett.example"))
    judge.feed(sent(made, text).partition("docs")[0] + "do")
    made.forget()
    again = made.difference()
    judge.feed(again)
    assert again.startswith("\x1b[?2026h")
    assert again.endswith("\x1b[?2026l")
    assert [look.link for look in judge.looks()[0]] == [""] * 4 + ["https://gett.example"] * 4 + [""] * 12


# Capabilities


@pytest.mark.parametrize(
    ("environ", "erases"),
    [
        ({"TERM": "xterm-256color"}, True),
        ({"TERM": "tmux-256color"}, True),
        ({"TERM": "xterm-kitty"}, True),
        ({"TERM": "screen"}, False),
        ({"TERM": "screen-256color"}, False),
        ({"TERM": "screen.xterm-256color"}, False),
        ({"TERM": "xterm-256color", "STY": "1234.pts-0"}, False),
        ({"TERM": "linux"}, False),
        ({"TERM": "vt100"}, False),
        ({"TERM": "vt220"}, False),
        ({"TERM": "dumb"}, False),
        ({}, False),
    ],
)
def test_what_a_terminal_can_do_by_its_name(environ: dict[str, str], erases: bool) -> None:
    assert Capabilities.of(environ) == Capabilities(background_erase=erases, synchronised=False)

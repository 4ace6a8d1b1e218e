"""When it is believed that Gett does not know a store: at the second time, and never in a wave."""

from __future__ import annotations

import pytest

from gett_tui.onboarding.missing import MissingStores


def after(answers: str) -> tuple[MissingStores, str]:
    """What is known after ``answers``, and which stores are gone.

    A word each: ``a?`` is NOT_FOUND about a, ``a!`` a good answer about it, ``a-`` lets it go.
    """
    missing, gone = MissingStores(), ""
    for key, answer in answers.split():
        if answer == "!":
            missing.answered(key)
        elif answer == "-":
            missing.forget(key)
        elif missing.may_be_believed(key):
            missing.gone(key)
            gone += key
        else:
            missing.not_found(key)
    return missing, gone


@pytest.mark.parametrize(
    ("answers", "gone", "is_wave"),
    [
        ("a?", "", False),
        ("a? a?", "a", False),
        ("a? a! a?", "", False),
        ("a? b! a?", "a", False),
        ("a? b? a? b?", "ab", False),
        ("a? b? c?", "", True),
        ("a? b? c? a? b? c? a?", "", True),
        ("a? a? b? b? c?", "ab", True),
        ("a? a? b? b? x! c? c?", "abc", False),
        ("a? b? x! c?", "", False),
        ("a? b? c? x! a?", "", False),
        ("a? b? c? x! a? a?", "a", False),
        ("a? b? c? a!", "", False),
        ("a? b? c? d? e? x! b? c? d?", "", True),
        ("a? a- a?", "", False),
        ("a? b? a- c?", "", False),
        ("a? b? c? a-", "", True),
        ("a? b? c? a- b- c-", "", False),
    ],
)
def test_two_times_and_never_in_a_wave(answers: str, gone: str, is_wave: bool) -> None:
    missing, went = after(answers)
    assert (went, missing.is_wave) == (gone, is_wave)


def test_what_is_believed_next_is_told() -> None:
    missing, _ = after("a? b!")
    assert missing.may_be_believed("a")
    assert not missing.may_be_believed("b")
    assert not after("a? b? c?")[0].may_be_believed("a")

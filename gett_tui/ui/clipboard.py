"""Copying to the operator's own clipboard over any number of SSH hops: OSC 52."""

from __future__ import annotations

import base64


def osc52(text: str, *, in_tmux: bool) -> str:
    """The sequence that makes the terminal copy ``text``; in tmux wrapped so that tmux hands it on."""
    payload = base64.b64encode(text.encode("utf-8", "replace")).decode("ascii")
    sequence = f"\x1b]52;c;{payload}\a"
    if not in_tmux:
        return sequence
    # tmux keeps the copy itself when set-clipboard is on; the wrapped one needs allow-passthrough. Send both.
    return sequence + "\x1bPtmux;" + sequence.replace("\x1b", "\x1b\x1b") + "\x1b\\"

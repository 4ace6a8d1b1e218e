"""How far behind the person is: asks the terminal, behind what was sent, whether it is there yet.

A write that succeeds says only that the kernel has the bytes; a pty, an sshd and the network keep hundreds of
kilobytes, which are minutes on a thin line. Every terminal answers ``ESC[5n`` with ``ESC[0n``, in order. Invariant: a
terminal that does not answer holds nothing back for longer than ``PATIENCE``.
"""

from __future__ import annotations

from collections import deque

QUESTION = b"\x1b[5n"
ANSWER = b"\x1b[0n"

_EVERY = 512
"""Bytes behind which there is one more question."""
_FAR = 1_500
"""Unanswered bytes with which a new picture waits: 0.16 s on a line of 9,600 bytes a second."""
_FAR_WITH_KEY = 3_000
"""The same just after a key, whose effect is what the person waits for."""
PATIENCE = 5.0
"""Seconds without an answer after which it is no longer waited for."""
_LATE = 60.0
"""Seconds for which an answer that was given up may still come: it says nothing of what was asked since."""
_TRIES = 4
"""Questions to a terminal that has never answered."""


class Asking:
    """Counts what the terminal has not answered for yet; times are in seconds of one clock."""

    def __init__(self) -> None:
        self._sent = 0
        self._answered = 0
        self._has_answered = False
        self._tries = 0
        self._open: deque[tuple[int, float]] = deque()
        self._given_up: deque[float] = deque()

    @property
    def mark(self) -> int:
        """Stands for all that was sent until now; see ``has_seen``."""
        return self._sent

    def has_seen(self, mark: int) -> bool:
        """Whether no question behind what ``mark`` stands for is open; True of a terminal that gives no answers."""
        return not self.is_waiting or self._open[0][0] > mark

    @property
    def is_waiting(self) -> bool:
        """Whether an answer is still to come, from a terminal that gives some."""
        return self._has_answered and bool(self._open)

    def sent(self, count: int, now: float) -> bytes:
        """Takes note of ``count`` bytes of a picture; the question to send behind them, or nothing."""
        self._sent += count
        last = self._open[-1][0] if self._open else self._answered
        if self._sent - last < _EVERY or (not self._has_answered and self._tries >= _TRIES):
            return b""
        self._tries += 1
        self._open.append((self._sent, now))
        return QUESTION

    def answered(self, now: float) -> None:
        """Takes note of an answer."""
        self._has_answered = True
        while self._given_up and now - self._given_up[0] > _LATE:
            self._given_up.popleft()
        if self._given_up:
            self._given_up.popleft()
        elif self._open:
            self._answered = self._open.popleft()[0]

    def forget(self, now: float) -> None:
        """Waits for no answer any more: all that was sent counts as seen."""
        self._given_up.extend(now for _ in self._open)
        self._open.clear()
        self._answered = self._sent

    def left(self, now: float) -> float:
        """Seconds for which an answer is still waited for; 0 when all that was sent counts as seen."""
        if not self.is_waiting:
            return 0.0
        left = self._open[0][1] + PATIENCE - now
        if left <= 0:
            self.forget(now)
        return max(0.0, left)

    def wait(self, now: float, *, after_key: bool) -> float:
        """Seconds for which a new picture has to wait if no answer comes; 0 when it may go out."""
        left = self.left(now)
        return left if self._sent - self._answered > (_FAR_WITH_KEY if after_key else _FAR) else 0.0

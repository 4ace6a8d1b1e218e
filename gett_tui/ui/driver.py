"""Textual's driver, which a program that was stopped and goes on does not start a second time.

Textual resumes at every SIGCONT, also when nothing was suspended (``kill -STOP``, a frozen cgroup, some tmux versions):
two threads then wait for one end, and the program never ends (invariant 7).
"""

from __future__ import annotations

from textual.drivers.linux_driver import LinuxDriver


class TerminalDriver(LinuxDriver):
    """Resumes only what was suspended."""

    is_suspended = False

    def suspend_application_mode(self) -> None:
        """Gives the terminal back, as for ctrl+z."""
        self.is_suspended = True
        super().suspend_application_mode()

    def resume_application_mode(self) -> None:
        """Takes the terminal again, if it was given back."""
        if self.is_suspended:
            self.is_suspended = False
            super().resume_application_mode()

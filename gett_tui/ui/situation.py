"""What the service's events mean for the status line, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gett_tui import words
from gett_tui.onboarding import events
from gett_tui.text import one_line

if TYPE_CHECKING:
    from datetime import tzinfo

    from gett_tui.ui.widgets.status_line import StatusView


def viewed(view: StatusView, event: events.Event, zone: tzinfo | None) -> StatusView:
    """``view`` after ``event``; times are told in ``zone``."""
    match event:
        case events.Polled():
            return view._replace(polled_at=event.at)
        case events.Reachability(error=None):
            return view._replace(trouble=None)
        case events.Reachability():
            return view._replace(trouble=_reach_words(event, zone))
        case events.Role():
            return view._replace(leading=event.leading, leader_pid=event.leader_pid)
        case events.FilesTrouble():
            return view._replace(files=_file_words(event))
        case _:
            return view


def _reach_words(event: events.Reachability, zone: tzinfo | None) -> str:
    since = f"{event.since.astimezone(zone):%H:%M}" if event.since else "now"
    again = f" Trying again at {event.next_try.astimezone(zone):%H:%M:%S}." if event.next_try else ""
    reason = words.reason(event.error) if event.error else ""
    return f"Gett cannot be asked since {since}: {reason}{again}"


def _file_words(event: events.FilesTrouble) -> str | None:
    if event.error is not None:
        return f"Nothing can be saved: {words.sentence(event.error)}"
    if not event.problems:
        return None
    first = event.problems[0]
    more = f" (and {len(event.problems) - 1} more)" if len(event.problems) > 1 else ""
    return one_line(f"{first.path.name}: {first.text}{more}", 300)

"""What the service's events mean for the status line, in words."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from gett_tui import error_messages
from gett_tui.onboarding import events
from gett_tui.text import one_line

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from gett_tui.ui.widgets.status_line import StatusView


def viewed(view: StatusView, event: events.Event, zone: tzinfo | None) -> StatusView:
    """``view`` after ``event``; times are told in ``zone``."""
    match event:
        case events.Role(leading=True):
            # What another copy had trouble with, this one finds out for itself.
            return view._replace(leading=True, leader_pid=None, trouble=None if view.leading is False else view.trouble)
        case events.Role(leader=leader) if leader is not None:
            trouble = _trouble_words(leader.trouble_since, f"{leader.trouble}.", zone) if leader.trouble else None
            return view._replace(leading=False, leader_pid=leader.pid, polled_at=leader.polled_at, trouble=trouble)
        case events.FilesTrouble():
            return view._replace(files=_file_words(event))
        case events.Polled() | events.Reachability() if view.leading is False:
            # The copy that polls knows better, and goes on asking.
            return view
        case events.Polled():
            return view._replace(polled_at=event.at)
        case events.Reachability(error=None):
            return view._replace(trouble=None)
        case events.Reachability():
            return view._replace(trouble=_reach_words(event, zone))
        case _:
            return view


def _reach_words(event: events.Reachability, zone: tzinfo | None) -> str:
    again = f" Trying again at {event.next_try.astimezone(zone):%H:%M:%S}." if event.next_try else ""
    reason = error_messages.reason(event.error) if event.error else ""
    return _trouble_words(event.since, f"{reason}{again}", zone)


def _trouble_words(since: datetime | None, why: str, zone: tzinfo | None) -> str:
    at = f"{since.astimezone(zone):%H:%M}" if since else "now"
    return f"Gett cannot be asked since {at}: {why}"


def _file_words(event: events.FilesTrouble) -> str | None:
    if event.error is not None:
        return f"Nothing can be saved: {error_messages.sentence(event.error)}"
    if not event.problems:
        return None
    first = event.problems[0]
    more = f" (and {len(event.problems) - 1} more)" if len(event.problems) > 1 else ""
    return one_line(f"{PurePath(first.place).name}: {first.text}{more}", 300)

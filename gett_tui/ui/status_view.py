"""What the service's events mean for the status line: a lasting trouble is a state that stands (invariant 8).

The same cause and facts make the same words, whether this window met them or the one that polls did.
"""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING

from gett_tui import error_messages
from gett_tui.errors import Cause, GettTuiError
from gett_tui.onboarding import events
from gett_tui.onboarding.errors import NotConnectedError
from gett_tui.text import one_line

if TYPE_CHECKING:
    from datetime import datetime, tzinfo

    from gett_tui.onboarding.ports import Lead, PollingReport, RecordProblem
    from gett_tui.ui.widgets.status_line import StatusView


def reduce(view: StatusView, event: events.Event, zone: tzinfo | None) -> StatusView:
    """``view`` after ``event``; times are told in ``zone``."""
    match event:
        case events.Role():
            trouble = f"Gett is not asked: {error_messages.sentence(event.trouble)}" if event.trouble else None
            return _led(view._replace(no_lead=trouble), event.lead, zone)
        case events.FilesTrouble():
            return view._replace(files=_file_words(event), notice=_first_of(event.notices))
        case events.Reachability():
            return _reached(view, event, zone)
        # Otherwise the copy that polls knows better.
        case events.Polled() if view.leading is not False:
            return view._replace(polled_at=event.at)
        case _:
            return view


def outage_words(since: datetime | None, why: str, zone: tzinfo | None) -> str:
    """That Gett cannot be asked, since when, and why."""
    at = f" since {since.astimezone(zone):%H:%M}" if since else ""
    return f"Gett cannot be asked{at}: {why}"


def _reached(view: StatusView, event: events.Reachability, zone: tzinfo | None) -> StatusView:
    trouble = None
    if event.error is not None:
        again = f" Trying again at {event.next_try.astimezone(zone):%H:%M:%S}." if event.next_try else ""
        trouble = outage_words(event.since, f"{error_messages.reason(event.error)}{again}", zone)
    # That this window has no way to Gett, no other window can know.
    if isinstance(event.error, NotConnectedError):
        return view._replace(no_way=trouble)
    view = view._replace(no_way=None)
    # The copy that polls knows better, and goes on asking.
    return view if view.leading is False else view._replace(trouble=trouble)


def _led(view: StatusView, lead: Lead, zone: tzinfo | None) -> StatusView:
    if not lead.is_ours and lead.report is None and lead.silent_since is None:
        return view  # nobody polls yet
    if lead.is_ours:
        # What another copy had trouble with, this one finds out for itself.
        trouble = None if view.leading is False else view.trouble
        return view._replace(leading=True, leader_pid=None, silent_since=None, trouble=trouble, leader_files=None)
    report = lead.report
    view = view._replace(leading=False, silent_since=lead.silent_since, leader_pid=report.pid if report else None)
    if report is None:
        return view._replace(trouble=None, leader_files=None)
    # What a copy that does not answer said last is old.
    trouble = None if lead.silent_since else _reported(report, zone)
    files = None if lead.silent_since else _reported_files(report)
    return view._replace(polled_at=report.polled_at, trouble=trouble, leader_files=files)


def _reported(report: PollingReport, zone: tzinfo | None) -> str | None:
    if report.cause is None and report.trouble is None:
        return None
    return outage_words(report.trouble_since, _why(report), zone)


def _reported_files(report: PollingReport) -> str | None:
    if report.files is None:
        return None
    who = f"pid {report.pid}" if report.pid else "the window that polls"
    known = report.files_cause in set(Cause)
    error = GettTuiError(
        report.files, cause=Cause(report.files_cause) if known else Cause.OTHER, facts=report.files_facts or {}
    )
    return f"What Gett says is not kept by {who}: {error_messages.sentence(error)}"


def _why(report: PollingReport) -> str:
    # As ``error_messages.reason`` says it in the window that met it.
    if report.cause in (None, Cause.OTHER):
        return f"{(report.trouble or '').rstrip('.')}."
    return error_messages.describe_outage(report.cause, report.facts or {})


def _file_words(event: events.FilesTrouble) -> str | None:
    if event.error is not None:
        return f"Nothing can be saved: {error_messages.sentence(event.error)}"
    return _first_of(event.problems)


def _first_of(problems: tuple[RecordProblem, ...]) -> str | None:
    if not problems:
        return None
    first = problems[0]
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    return one_line(f"{PurePath(first.place).name}: {first.text}{more}", 300)

"""Looking at stores: ``list`` and ``show`` from the files alone, ``refresh`` and ``track`` by asking Gett."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from gett_tui.commands.exit_codes import ExitCode
from gett_tui.commands.lookup import look_up, read_all, require_status_word
from gett_tui.commands.output import print_list, print_outcome, print_whole, say
from gett_tui.config import load_profile
from gett_tui.onboarding.errors import NotUsedError
from gett_tui.onboarding.status import meaning, word

if TYPE_CHECKING:
    import argparse

    from gett_tui.onboarding.record import Record


def show_list(arguments: argparse.Namespace) -> int:
    """Prints all stores, or those in one status, what needs a person first; what is no usable file goes to stderr.

    Raises NoSuchStatusError for a status that is neither known nor stands on a store here.
    """
    from gett_tui.commands.leftovers import left_by_dead_copies

    folder = load_profile(os.environ, arguments.profile).folder
    store = read_all(folder)
    for problem in store.problems:
        say(f"{Path(problem.place).name}: {problem.text}")
    records = sorted(store.records(), key=_by_need)
    for line in left_by_dead_copies(folder, records):
        say(line)
    chosen = [record for record in records if arguments.status in (None, word(record.status))]
    if not chosen and arguments.status is not None:
        require_status_word(arguments.status)
    print_list(chosen, as_json=arguments.json)
    return ExitCode.DONE


def _by_need(record: Record) -> tuple[int, str]:
    return meaning(record.status).group, record.name.casefold()


def show(arguments: argparse.Namespace) -> int:
    """Prints all that is known of one store. Raises NoSuchStoreError, StorageError."""
    profile = load_profile(os.environ, arguments.profile)
    print_whole(look_up(profile.folder, arguments.store), as_json=arguments.json)
    return ExitCode.DONE


def refresh(arguments: argparse.Namespace) -> int:
    """Asks Gett about stores; an answer that was of no use is exit status 1. Raises GettTuiError."""
    from gett_tui.commands.access import gain
    from gett_tui.commands.running import UseCase, perform
    from gett_tui.commands.several import Several, names_of

    names = names_of(arguments)
    access = gain(arguments)
    several = Several("refresh", as_json=arguments.json)
    chosen = several.choose(access.profile.folder, names, arguments.status)
    if len(names) != 1:
        return several.run(access, chosen, lambda service, known: service.refresh(known.key))
    known = chosen[0]
    try:
        record = perform(access, UseCase(lambda service: service.refresh(known.key), known.onboarding_id))
    except NotUsedError as error:
        if error.record is not None:
            print_outcome(error.record, as_json=arguments.json)
        raise
    print_outcome(record, as_json=arguments.json)
    return ExitCode.DONE


def track(arguments: argparse.Namespace) -> int:
    """Takes up an onboarding that was made elsewhere. Raises GettTuiError."""
    from gett_tui.commands.access import gain
    from gett_tui.commands.running import UseCase, perform

    access = gain(arguments)
    wanted = arguments.onboarding_id
    record = perform(access, UseCase(lambda service: service.track(wanted), wanted))
    print_outcome(record, as_json=arguments.json)
    return ExitCode.DONE

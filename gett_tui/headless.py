"""The use cases as commands without a screen: data on stdout, talk on stderr, exit statuses for scripts."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gett_tui.api_key import find_key
from gett_tui.errors import ConfigError, GettTuiError
from gett_tui.onboarding import events
from gett_tui.onboarding.errors import NotPossibleError, UnconfirmedError
from gett_tui.onboarding.status import meaning, why_not_activate, why_not_cancel, word
from gett_tui.text import lines, one_line

if TYPE_CHECKING:
    import argparse
    from collections.abc import Awaitable, Callable, Sequence
    from types import SimpleNamespace

    from gett_tui.config import Profile
    from gett_tui.gett.secret import Secret
    from gett_tui.onboarding.record import Record
    from gett_tui.onboarding.service import Service
    from gett_tui.onboarding.status import State
    from gett_tui.runtime import Runtime

    UseCase = Callable[[Service], Awaitable[Sequence[Record]]]


def run(arguments: argparse.Namespace | SimpleNamespace, profile: Profile) -> int:
    """Runs one command. Raises GettTuiError; an unknown outcome is UnconfirmedError."""
    if arguments.command in ("list", "show"):
        return _print(asyncio.run(_stored(arguments, profile)), arguments)
    key = find_key(profile, os.environ)
    _confirm(arguments, profile)
    try:
        records = asyncio.run(_with_runtime(profile, key, _use_case(arguments)))
    except UnconfirmedError as error:
        _print([error.record], arguments)
        raise
    return _print(records, arguments)


async def _stored(arguments: argparse.Namespace | SimpleNamespace, profile: Profile) -> list[Record]:
    from gett_tui.storage.record_store import RecordStore

    cache = RecordStore(profile.folder, f"{os.getpid()}-list")
    if not profile.folder.is_dir():
        return [] if arguments.command == "list" else [_find([], arguments.store)]
    await asyncio.to_thread(cache.open)
    for _ in cache.load():
        pass
    for problem in cache.problems:
        print(f"gett-tui: {one_line(Path(problem.place).name)}: {one_line(problem.text)}", file=sys.stderr)
    records = sorted(cache.records(), key=lambda record: (meaning(record.status).group, record.name.casefold()))
    if arguments.command == "show":
        return [_find(records, arguments.store)]
    return [record for record in records if arguments.status in (None, word(record.status))]


def _confirm(arguments: argparse.Namespace | SimpleNamespace, profile: Profile) -> None:
    if arguments.command not in ("activate", "cancel") or arguments.yes:
        return
    if not sys.stdin.isatty():
        raise ConfigError(f"{arguments.command} changes the real world: give --yes when nobody can be asked.")
    place = f"{profile.name.upper()} ({profile.host})"
    print(f"{arguments.command} {one_line(arguments.store, 200)} on {place}? Type yes: ", end="", file=sys.stderr)
    sys.stderr.flush()
    if sys.stdin.readline().strip() != "yes":
        raise NotPossibleError("Nothing was done.")


def _use_case(arguments: argparse.Namespace | SimpleNamespace) -> UseCase:
    async def act(service: Service) -> Sequence[Record]:
        match arguments.command:
            case "register":
                registration = _registration(arguments)
                _tell_near_alike(registration.partner_store_id, service.records())
                return [await service.register(registration, allow_duplicate=arguments.allow_duplicate)]
            case "track":
                return [await service.track(arguments.onboarding_id)]
            case "refresh":
                return [await service.refresh(_find(service.records(), arguments.store).key)]
            case "activate":
                return [await service.activate(_possible(service, arguments.store, why_not_activate))]
            case _:
                return [await service.cancel(_possible(service, arguments.store, why_not_cancel))]

    return act


def _registration(arguments: argparse.Namespace | SimpleNamespace) -> Any:
    from gett_tui.gett.models import Registration
    from gett_tui.onboarding.registration import FIELDS, cleaned, field_hint, field_problems

    values = {field.name: getattr(arguments, field.argument) for field in FIELDS.values()}
    problems = field_problems(values)
    if problems:
        raise ConfigError("; ".join(f"{name}: {text}" for name, text in problems.items()))
    for name in FIELDS:
        hint = field_hint(name, values[name])
        if hint is not None:
            print(f"gett-tui: {name}: {one_line(hint, 400)}", file=sys.stderr)
    return Registration.model_validate(cleaned(values))


def _tell_near_alike(partner_store_id: str, records: Sequence[Record]) -> None:
    from gett_tui.onboarding.registration import near_alike

    for other in near_alike(partner_store_id, [record.partner_store_id for record in records])[:5]:
        print(f"gett-tui: another store here is called {one_line(other, 200)!r}", file=sys.stderr)


def _possible(service: Service, wanted: str, why_not: Callable[[State], str | None]) -> str:
    record = _find(service.records(), wanted)
    reason = why_not(record.status)
    if reason is not None:
        raise NotPossibleError(reason)
    return record.key


def _find(records: Sequence[Record], wanted: str) -> Record:
    """The one record that ``wanted`` names. Raises NotPossibleError when there is none or more than one."""
    for name in ("onboarding_id", "key", "store_id", "partner_store_id"):
        found = [record for record in records if getattr(record, name) == wanted]
        if len(found) > 1:
            ids = ", ".join(record.onboarding_id or record.key for record in found[:5])
            raise NotPossibleError(f"{len(found)} stores are called {wanted}: name one by its id ({ids}).")
        if found:
            return found[0]
    raise NotPossibleError(f"No store here is called {wanted}; gett-tui list shows them, gett-tui track ID adds one.")


async def _with_runtime(profile: Profile, key: Secret, use_case: UseCase) -> Sequence[Record]:
    from gett_tui.runtime import Runtime, config_for

    runtime = Runtime(config_for(profile, key), _say)
    work = asyncio.ensure_future(_work(runtime, use_case))
    try:
        return await work
    finally:
        await runtime.close()
        for partner, onboarding_id in runtime.service.unsaved.items():
            print(f"gett-tui: NOT SAVED: {one_line(partner)} is {one_line(onboarding_id)}", file=sys.stderr)


async def _work(runtime: Runtime, use_case: UseCase) -> Sequence[Record]:
    await runtime.service.load()
    await runtime.connect()
    return await use_case(runtime.service)


def _say(event: events.Event) -> None:
    match event:
        case events.Note(text=str(text)):
            print(f"gett-tui: {one_line(text, 400)}", file=sys.stderr)
        case events.FilesTrouble(error=GettTuiError() as error):
            print(f"gett-tui: {one_line(str(error), 400)}", file=sys.stderr)
        case _:
            pass


def _print(records: Sequence[Record], arguments: argparse.Namespace | SimpleNamespace) -> int:
    if arguments.json:
        data: Any = [_as_json(record) for record in records]
        print(json.dumps(data if arguments.command == "list" else data[0], indent=2, default=str))
        return 0
    if arguments.command == "show":
        for line in _shown(records[0]):
            print(line)
        return 0
    for record in records:
        parts = (
            word(record.status),
            record.partner_store_id,
            record.name,
            record.onboarding_id or "",
            record.store_id or "",
        )
        print("\t".join(one_line(part, 200) for part in parts))
    return 0


def _as_json(record: Record) -> dict[str, Any]:
    from gett_tui.storage.toml_codec import encode

    return {name: value for name, value in encode(record).items() if name not in ("format", "revision", "token")}


def _shown(record: Record) -> list[str]:
    facts = {
        "store": record.name,
        "partner store id": record.partner_store_id,
        "status": meaning(record.status).words,
        "onboarding id": record.onboarding_id,
        "storeId": record.store_id,
        "catalog": record.catalog_callback_url,
        "webhook": record.webhook_url,
    }
    shown = [f"{name:<18}{one_line(value)}" for name, value in facts.items() if value]
    shown += [f"{'error':<18}{line}" for line in lines(record.error or "") if line]
    if record.trouble is not None:
        shown.append(f"{'trouble':<18}{one_line(record.trouble.action)}: {one_line(record.trouble.text)}")
    shown += [f"{change.at:%Y-%m-%d %H:%M:%SZ}  {one_line(meaning(change.status).words)}" for change in record.history]
    return shown

"""The one table of commands: the parser and ``--help`` read it, and nothing else knows a command by its name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gett_tui.commands import sandbox
from gett_tui.commands.command import Command, Option
from gett_tui.commands.goals import GOALS
from gett_tui.commands.sandbox import seconds
from gett_tui.onboarding.registration import FIELDS

if TYPE_CHECKING:
    from gett_tui.onboarding.registration import Field

_STORE = Option(("store",), "onboarding id, partner store id or storeId", {"metavar": "ID"})
_STORES = Option(("stores",), f"{_STORE.words}; - reads them from stdin", {"metavar": "ID", "nargs": "*"})
_IN_STATUS = Option(("--status",), "all that are in this status, in place of ids", {"metavar": "WORD"})
_JSON = Option(("--json",), "print JSON", {"action": "store_true"})
_YES = Option(("--yes",), "do not ask", {"action": "store_true"})


def _of_field(field: Field) -> Option:
    is_option = field.option.startswith("-")
    value = field.option.rpartition("-")[2].upper() if is_option else field.typed
    more: dict[str, Any] = {"metavar": value, **({"required": True} if is_option else {})}
    return Option((field.option,), field.placeholder, more)


GROUPS = {"config": "where the settings come from, and what is wrong with them"}
"""What the commands of two words are about, by their first word."""


def _changed(field: Field) -> Option:
    value = field.option.rpartition("-")[2].upper()
    return Option((field.option,), f"{field.placeholder} (default: as it was)", {"metavar": value})


COMMANDS: tuple[Command, ...] = (
    Command(
        "register",
        "register a store",
        "gett-tui register cb-12 --name 'Corner Bakery' --catalog-url https://… --webhook-url https://…",
        "gett_tui.commands.writes:register",
        (
            *(_of_field(field) for field in FIELDS.values()),
            Option(("--allow-duplicate",), "send it though the store stands here already", {"action": "store_true"}),
            _JSON,
        ),
    ),
    Command(
        "track",
        "take up an onboarding that was made elsewhere",
        "gett-tui track 7b0d6a3e-0f0e-4c55-9a53-2f1f6b1c0d9e",
        "gett_tui.commands.stores:track",
        (Option(("onboarding_id",), "as Gett gave it", {"metavar": "ONBOARDING_ID"}), _JSON),
    ),
    Command(
        "list",
        "list the stores; asks nobody",
        "gett-tui list --status ready_to_activate",
        "gett_tui.commands.stores:show_list",
        (Option(("--status",), "only those in this status"), _JSON),
    ),
    Command(
        "show",
        "show one store; asks nobody",
        "gett-tui show cb-12",
        "gett_tui.commands.stores:show",
        (_STORE, _JSON),
    ),
    Command(
        "refresh",
        "ask Gett how a store stands",
        "gett-tui refresh cb-12",
        "gett_tui.commands.stores:refresh",
        (_STORES, _IN_STATUS, _JSON),
    ),
    Command(
        "activate",
        "put a store live",
        "gett-tui activate cb-12",
        "gett_tui.commands.writes:activate",
        (_STORES, _IN_STATUS, _YES, _JSON),
    ),
    Command(
        "cancel",
        "cancel an onboarding",
        "gett-tui cancel cb-12",
        "gett_tui.commands.writes:cancel",
        (_STORES, _IN_STATUS, _YES, _JSON),
    ),
    Command(
        "settle",
        "settle a store whose registration was not confirmed",
        "gett-tui settle cb-12 --attach 7b0d6a3e…",
        "gett_tui.commands.mending:settle",
        (
            _STORE,
            Option(
                ("--attach",), "its onboarding id; Gett is asked whether it fits", {"metavar": "ONBOARDING_ID"}, "how"
            ),
            Option(("--again",), "send it once more: Gett may then have it twice", {"action": "store_true"}, "how"),
            Option(("--drop",), "give it up; nothing is sent", {"action": "store_true"}, "how"),
            _YES,
            _JSON,
        ),
        exactly_one="how",
    ),
    Command(
        "fix",
        "register a failed or cancelled store anew; cancels the old onboarding",
        "gett-tui fix cb-12 --catalog-url https://…",
        "gett_tui.commands.mending:fix",
        (
            _STORE,
            *(_changed(field) for field in FIELDS.values() if field.option.startswith("-")),
            _YES,
            _JSON,
        ),
    ),
    Command(
        "wait",
        "wait until stores are where they should be",
        "gett-tui wait cb-12 --for ready --timeout 600",
        "gett_tui.commands.waiting:wait",
        (
            Option(("stores",), _STORE.words, {"metavar": "ID", "nargs": "+"}),
            Option(
                ("--for",),
                "; ".join(f"{name}: {goal.words}" for name, goal in GOALS.items()),
                {"required": True, "choices": list(GOALS), "dest": "goal", "metavar": "GOAL"},
            ),
            Option(("--timeout",), "seconds (default: as long as it takes)", {"type": seconds, "metavar": "SECONDS"}),
            _JSON,
        ),
    ),
    Command(
        "doctor",
        "check the configuration, the way to Gett and all files",
        "gett-tui doctor",
        "gett_tui.commands.doctor:run",
        (
            Option(
                ("--repair",),
                "mend the files, and write lost ones again; no store is deleted",
                {"action": "store_true"},
            ),
            Option(("--forget",), "forget a store whose file has gone, for good", {"metavar": "ID"}),
        ),
    ),
    Command(
        "config path",
        "print where the configuration file is looked for",
        "gett-tui config path",
        "gett_tui.commands.config:path",
    ),
    Command(
        "config show",
        "show each setting and where it comes from; never the key",
        "gett-tui config show",
        "gett_tui.commands.config:show",
        (_JSON,),
    ),
    Command(
        "config check",
        "tell what is wrong with the configuration file",
        "gett-tui config check",
        "gett_tui.commands.config:check",
    ),
    Command(
        "config init",
        "write a first configuration file; overwrites none",
        "gett-tui config init",
        "gett_tui.commands.config:init",
    ),
    Command(
        "sandbox",
        "serve a simulated Gett on 127.0.0.1",
        "gett-tui sandbox --port 8787",
        "gett_tui.commands.sandbox:run",
        sandbox.OPTIONS,
    ),
)

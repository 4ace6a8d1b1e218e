"""One table of commands: all that names a command agrees with it, and one command loads only what it needs."""

from __future__ import annotations

import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from command_driver import COMMAND, Run, environment, keep, store

import gett_tui
from gett_tui.commands.command import Command
from gett_tui.commands.exit_codes import ExitCode, SignalledError, exit_code
from gett_tui.commands.parser import build, handler_at
from gett_tui.commands.table import COMMANDS
from gett_tui.errors import Cause, ConfigError, GettTuiError
from gett_tui.gett.errors import NoAnswerError
from gett_tui.onboarding.errors import UnconfirmedError, UnkeptError
from gett_tui.onboarding.ports import StorageError
from gett_tui.onboarding.status import Status

ROOT = Path(gett_tui.__file__).parent
ONE = "7b0d6a3e-0f0e-4c55-9a53-000000000001"
NAMES = [command.name for command in COMMANDS]


@pytest.mark.few(12)
@pytest.mark.parametrize("command", COMMANDS, ids=NAMES)
def test_each_command_has_a_handler_and_its_example_is_understood(command: Command, run: Run, tmp_path: Path) -> None:
    assert callable(handler_at(command.handler))
    words = shlex.split(command.example)
    named = command.name.split()
    assert words[: 1 + len(named)] == ["gett-tui", *named]
    assert build().parse_args(words[1:]).handler == command.handler
    helped = run(environment(tmp_path, "http://127.0.0.1:1"), *named, "--help")
    assert helped.status == 0
    assert "example: gett-tui" in helped.out


def test_the_readme_tells_of_each_command() -> None:
    readme = (ROOT.parent / "README.md").read_text("utf-8")
    for name in NAMES:
        assert f"gett-tui {name}" in readme, name


def test_no_other_module_compares_a_command_s_name() -> None:
    for path in ROOT.rglob("*.py"):
        text = path.read_text("utf-8")
        assert "arguments.command" not in text, path


def loaded(code: str, env: dict[str, str] | None = None) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", f"{code}\nimport sys; print(*sys.modules, file=sys.stderr)"],
        env=env,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stderr.split())


HEAVY = {"httpx", "pydantic", "textual", "rich", "starlette", "uvicorn"}
WITHOUT_GETT = HEAVY | {"asyncio", "gett_tui.runtime", "gett_tui.onboarding.service", "gett_tui.polling.poller"}


@pytest.mark.parametrize(
    ("arguments", "unwanted"),
    [
        (["list"], WITHOUT_GETT | {"gett_tui.commands.writes", "gett_tui.commands.doctor"}),
        (["list", "--json"], WITHOUT_GETT),
        (["show", ONE], WITHOUT_GETT | {"gett_tui.commands.leftovers", "gett_tui.storage.instances"}),
        (["activate", ONE, "--yes"], HEAVY),
    ],
)
def test_a_command_loads_only_what_it_needs(tmp_path: Path, arguments: list[str], unwanted: set[str]) -> None:
    keep(tmp_path, store(ONE, "p-1", Status.ACTIVE))
    env = environment(tmp_path, "http://127.0.0.1:1")
    assert not loaded(f"from gett_tui.cli import run; run({arguments!r})", env) & unwanted


def test_the_parser_loads_no_command_and_the_bare_start_no_parser() -> None:
    of_parser = loaded("from gett_tui.commands.parser import build; build()")
    assert not of_parser & (WITHOUT_GETT | {f"gett_tui.commands.{name}" for name in ("stores", "writes", "doctor")})
    of_start = loaded("from gett_tui.cli import run; run([])")
    assert not of_start & {"argparse", "gett_tui.commands.parser", "gett_tui.commands.table"}


def test_which_error_means_which_status() -> None:
    lost = NoAnswerError(Cause.BROKEN, "x")
    record = store(ONE, "p-1", Status.ACTIVE)
    assert {
        type(error).__name__: exit_code(error)
        for error in (
            GettTuiError("x"),
            ConfigError("x"),
            lost,
            StorageError("x"),
            PermissionError(13, "x"),
            UnconfirmedError(record, lost),
            UnkeptError("p-1", ONE),
            SignalledError(15),
        )
    } == {
        "GettTuiError": ExitCode.FAILED,
        "ConfigError": ExitCode.USAGE,
        "NoAnswerError": ExitCode.FAILED,
        "StorageError": ExitCode.FAILED,
        "PermissionError": ExitCode.FAILED,
        "UnconfirmedError": ExitCode.UNKNOWN,
        "UnkeptError": ExitCode.UNKNOWN,
        "SignalledError": 143,
    }


def test_an_unforeseen_error_is_named_by_its_type_and_written_down_when_asked(tmp_path: Path) -> None:
    code = (
        "import sys\nimport gett_tui.commands.stores as s\n"
        "def boom(arguments):\n    raise KeyError('secret')\n"
        "s.show_list = boom\n"
        "from gett_tui.cli import run\nsys.exit(run(sys.argv[1:]))\n"
    )
    env = environment(tmp_path, "http://127.0.0.1:1", TMPDIR=str(tmp_path))
    for options in ([], ["--debug"]):
        command = [COMMAND[0], "-c", code, *options, "list"]
        done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stdout) == (1, "")
        assert "KeyError" in done.stderr
        assert "Traceback" not in done.stderr
        assert len(done.stderr.splitlines()) == 1 + len(options)
    assert "secret" in next(tmp_path.glob("gett-tui-crash-*.log")).read_text()


@pytest.mark.parametrize("columns", [80, 50, 40])
@pytest.mark.parametrize("command", ["", *(command.name for command in COMMANDS)])
def test_help_keeps_to_the_width_and_tears_no_option_from_its_value(
    tmp_path: Path, run: Run, command: str, columns: int
) -> None:
    env = environment(tmp_path, "http://127.0.0.1:1", COLUMNS=str(columns))
    helped = run(env, *command.split(), "--help")
    assert (helped.status, helped.err) == (0, "")
    rows = helped.out.splitlines()
    assert rows[0].startswith("usage: gett-tui")
    # A word that no line can hold stands alone on its own.
    assert not [row for row in rows if len(row) > columns and " " in row.strip().removesuffix(" \\")]
    assert not [row for row in rows[1:] if row and not row.startswith(" ") and row[0].islower() and ":" not in row]
    if command == "register":
        for whole in ("--catalog-url URL", "--webhook-url URL", "--name 'Corner Bakery'"):
            assert whole in helped.out


def test_an_example_of_several_lines_is_one_command_to_a_shell(tmp_path: Path, run: Run) -> None:
    env = environment(tmp_path, "http://127.0.0.1:1", COLUMNS="50")
    text = run(env, "register", "--help").out.partition("example: ")[2]
    wanted = next(command.example for command in COMMANDS if command.name == "register")
    assert len(text.splitlines()) > 1
    assert shlex.split(text.replace("\\\n", "")) == shlex.split(wanted)

"""Imports go one way, and the first frame waits for nothing it does not need."""

from __future__ import annotations

import ast
import os
import subprocess
import sys
from pathlib import Path

import pytest

import gett_tui

ROOT = Path(gett_tui.__file__).parent
BELOW: dict[str, str] = {
    # What each room of the house may import; from the top of this table to its bottom, and never back.
    "__main__": "cli",
    "cli": "commands dashboard config api_key storage onboarding crash_report error_messages",
    "commands": "runtime config config_file config_settings api_key sandbox storage onboarding gett error_messages",
    "dashboard": "ui runtime demo config storage onboarding gett error_messages crash_report",
    "ui": "runtime onboarding gett error_messages",
    "demo": "runtime sandbox storage onboarding gett",
    "runtime": "polling storage onboarding catalog config gett",
    "polling": "onboarding gett",
    "storage": "onboarding gett",
    "onboarding": "gett error_messages",
    "api_key": "config gett",
    "config": "config_settings config_file gett",
    "config_settings": "config_file gett",
    "config_file": "gett",
    "sandbox": "catalog",
    "catalog": "gett",
    "crash_report": "gett",
    "gett": "",
    "error_messages": "error_table",
    "error_table": "",
    "text": "",
    "errors": "",
    "__init__": "",
}
EVERYWHERE = {"errors", "text", "__version__"}


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] == "gett_tui"}


def loaded(code: str) -> set[str]:
    """The modules loaded after ``code`` ran in a new interpreter, which is not measured: measuring loads its own."""
    unmeasured = {name: value for name, value in os.environ.items() if not name.startswith("COVERAGE_")}
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"],
        env=unmeasured,
        capture_output=True,
        text=True,
        check=True,
    )
    return set(done.stdout.split())


def room(name: str) -> str:
    """The room that a module, or what is imported from one, belongs to."""
    return name.split(".")[1]


def test_every_module_belongs_to_a_room_of_the_house() -> None:
    rooms = {path.relative_to(ROOT).parts[0].removesuffix(".py") for path in ROOT.rglob("*.py")}
    assert rooms == set(BELOW)


def test_the_table_itself_goes_one_way() -> None:
    order = list(BELOW)
    for name, below in BELOW.items():
        assert all(order.index(other) > order.index(name) for other in below.split()), name


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_imports_only_what_lies_below_it(path: Path) -> None:
    own = path.relative_to(ROOT).parts[0].removesuffix(".py")
    assert {room(name) for name in imported(path)} <= {own, *BELOW[own].split()} | EVERYWHERE


def test_the_domain_knows_no_files_no_http_library_and_no_screen() -> None:
    modules = [path.stem for path in (ROOT / "onboarding").glob("*.py") if path.stem != "__init__"]
    names = loaded("import " + ", ".join(f"gett_tui.onboarding.{module}" for module in modules))
    assert not names & {"httpx", "httpcore", "textual", "rich", "pydantic", "tomllib"}
    assert not [name for name in names if name.startswith("gett_tui.storage")]


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_no_module_is_long_and_each_says_why_it_exists(path: Path) -> None:
    text = path.read_text("utf-8")
    assert len(text.splitlines()) <= 300
    assert ast.get_docstring(ast.parse(text))


@pytest.mark.parametrize("package", ["ui/widgets", "ui/screens"])
def test_widgets_know_no_http_and_no_files(package: str) -> None:
    for path in (ROOT / package).glob("*.py"):
        text = path.read_text("utf-8")
        assert "httpx" not in text
        assert "open(" not in text.replace("action_open(", "").replace("_open(", "")


def test_the_first_frame_imports_no_http_library_and_no_pydantic() -> None:
    first = loaded("import gett_tui.dashboard, gett_tui.config, gett_tui.api_key, gett_tui.onboarding.registration")
    assert not first & {"httpx", "pydantic", "csv", "tomli_w", "idna"}


def test_the_way_to_a_host_is_decided_and_errors_are_told_without_the_http_library() -> None:
    assert not loaded("import gett_tui.gett.proxies, gett_tui.error_messages") & {"httpx", "httpcore", "pydantic"}


def test_the_table_of_sentences_knows_causes_and_facts_alone() -> None:
    names = imported(ROOT / "error_messages.py") | imported(ROOT / "error_table.py")
    rooms = {name.rpartition(".")[0] for name in names}
    assert rooms == {"gett_tui.error_table", "gett_tui.errors", "gett_tui.text"}


def test_the_command_line_is_parsed_without_textual() -> None:
    assert not loaded("import gett_tui.commands.parser as p; p.build()") & {"textual", "httpx", "starlette", "rich"}


def test_what_is_said_of_a_record_needs_no_screen() -> None:
    pure = "record_text", "stage_bar", "status_style", "commands", "sort_keys"
    assert not loaded("import " + ", ".join(f"gett_tui.ui.{name}" for name in pure)) & {"textual", "rich", "httpx"}


def test_the_api_s_paths_are_stated_by_the_client_and_by_the_simulated_gett_each_once() -> None:
    holders = {str(path.relative_to(ROOT)) for path in ROOT.rglob("*.py") if "/onboarding/stores" in path.read_text()}
    assert holders == {"gett/models.py", "sandbox/api.py"}


def test_the_simulated_gett_takes_nothing_from_the_client_but_the_way_to_a_host() -> None:
    """A witness that repeats what the client says would agree with its mistakes."""
    code = "import gett_tui.sandbox.server, gett_tui.sandbox.serve, gett_tui.sandbox.embedded, gett_tui.sandbox.orders"
    ours = {name for name in loaded(code) if name.startswith("gett_tui.")}
    client = {name for name in ours if name.startswith(("gett_tui.gett.", "gett_tui.onboarding", "gett_tui.ui"))}
    assert client == {"gett_tui.gett.proxies", "gett_tui.gett.urls"}

"""Imports go one way, and the first frame waits for nothing it does not need."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

import gett_tui

ROOT = Path(gett_tui.__file__).parent
LEAVES = {"gett_tui", "gett_tui.errors", "gett_tui.text"}
ALLOWED: dict[str, set[str]] = {
    "gett": {"gett_tui.gett"},
    "catalog": {"gett_tui.catalog", "gett_tui.gett.proxies"},
    "onboarding": {"gett_tui.onboarding", "gett_tui.gett", "gett_tui.catalog", "gett_tui.storage"},
    "storage": {"gett_tui.storage", "gett_tui.onboarding", "gett_tui.gett"},
    "polling": {"gett_tui.polling", "gett_tui.onboarding", "gett_tui.storage", "gett_tui.gett"},
    "sandbox": {"gett_tui.sandbox", "gett_tui.catalog"},
    "commands": {
        "gett_tui.commands",
        "gett_tui.config",
        "gett_tui.config_file",
        "gett_tui.api_key",
        "gett_tui.runtime",
        "gett_tui.onboarding",
        "gett_tui.storage",
        "gett_tui.gett",
        "gett_tui.sandbox",
        "gett_tui.error_messages",
    },
    "ui": {
        "gett_tui.ui",
        "gett_tui.onboarding",
        "gett_tui.gett",
        "gett_tui.error_messages",
        "gett_tui.runtime",
        "gett_tui.storage",
    },
}


def imported(path: Path) -> set[str]:
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return {name for name in found if name.split(".")[0] == "gett_tui"}


def loaded(code: str) -> set[str]:
    """The modules that are loaded after ``code`` ran in a new interpreter."""
    done = subprocess.run(
        [sys.executable, "-c", f"{code}; import sys; print(*sys.modules)"], capture_output=True, text=True, check=True
    )
    return set(done.stdout.split())


@pytest.mark.parametrize("package", sorted(ALLOWED))
def test_a_package_imports_only_what_lies_below_it(package: str) -> None:
    allowed = ALLOWED[package] | LEAVES - {"gett_tui"}
    for path in (ROOT / package).rglob("*.py"):
        for name in imported(path):
            fits = any(name == base or name.startswith(base + ".") for base in allowed)
            assert fits or name == "gett_tui.__version__", f"{path.name} imports {name}"


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
    names = imported(ROOT / "error_messages.py")
    assert {name.rpartition(".")[0] for name in names} == {"gett_tui.errors", "gett_tui.text"}


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

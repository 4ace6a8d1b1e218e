"""``gett-tui config``, and what a person sees who has no key: what counts, from where, and what is wrong."""

from __future__ import annotations

import stat
import sys
from pathlib import Path

import pytest
from command_driver import COMMAND, KEY, Run, environment
from pty_session import PtySession

URL = "http://127.0.0.1:1"


def written(folder: Path, text: str, mode: int = 0o600) -> Path:
    file = folder / ".config" / "gett-tui" / "config.toml"
    file.parent.mkdir(parents=True)
    file.write_text(text)
    file.chmod(mode)
    return file


def test_path_prints_the_path_and_nothing_else(run: Run, tmp_path: Path) -> None:
    done = run(environment(tmp_path, URL), "config", "path")
    assert (done.status, done.out, done.err) == (0, f"{tmp_path}/.config/gett-tui/config.toml\n", "")


def test_show_tells_each_value_and_where_it_comes_from_and_never_the_key(run: Run, tmp_path: Path) -> None:
    file = written(tmp_path, 'bell = false\n[profiles.sandbox]\nquota_share = 0.5\nbase_url = "https://x.example/a"\n')
    env = environment(tmp_path, "")
    done = run(env, "config", "show")
    assert done.status == 0
    assert done.out.splitlines() == [
        "profile\tsandbox\tdefault",
        f"base_url\thttps://x.example/…\tprofiles.sandbox.base_url in {file}",
        f"folder\t{tmp_path}/state/sandbox\tGETT_STATE_DIR",
        f"bell\tfalse\t{file}",
        f"quota_share\t0.5\t{file}",
        "api_key\tset, and never shown\tGETT_API_KEY",
    ]
    data = run(env, "config", "show", "--json").data
    assert data["version"] == 1
    assert data["settings"][0] == {"name": "profile", "value": "sandbox", "source": "default"}
    del env["GETT_API_KEY"]
    assert run(env, "config", "show", "--json").data["settings"][-1] == {
        "name": "api_key",
        "value": None,
        "source": None,
    }
    assert KEY not in done.out + done.err


@pytest.mark.few(4)
@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", ["nothing is wrong"]),
        ("bel = true\n", ["line 1: bel is not a setting; did you mean bell?"]),
        ("\nbell = 1\n", ["line 2: bell must be true or false."]),
        (
            '[profiles.sandbox]\nbase_ulr = "x"\n[profiles.eu]\nquota_share = 3\nbase_url = "ftp://x"\n',
            ["line 2: profiles.sandbox.base_ulr is not", "line 4: profiles.eu.quota_share must be", "profiles.eu."],
        ),
        ("[profiles]\neu = 3\n", ["line 2: profiles.eu must be a table."]),
        ("[profiles.eu]\n", ["profiles.eu has no base_url"]),
        ("bell = \n", ["not valid TOML (at line 1, column 8)"]),
        ('default_profile = "sandbx"\n', ["did you mean sandbox?"]),
    ],
)
def test_check_tells_all_that_is_wrong_with_its_line(run: Run, tmp_path: Path, text: str, told: list[str]) -> None:
    written(tmp_path, text)
    done = run(environment(tmp_path, ""), "config", "check")
    assert done.status == (0 if told == ["nothing is wrong"] else 1)
    lines = done.out.splitlines()
    assert len(lines) == len(told)
    for line, words in zip(lines, told, strict=True):
        assert words in line


def test_check_without_a_file_says_so_and_one_that_others_can_read_is_wrong(run: Run, tmp_path: Path) -> None:
    env = environment(tmp_path, "")
    assert "the defaults are used" in run(env, "config", "check").out
    written(tmp_path, '[profiles.sandbox]\napi_key = "test-key-in-a-file"\n', 0o644)
    done = run(env, "config", "check")
    assert done.status == 1
    assert "chmod 600" in done.out
    assert "test-key-in-a-file" not in done.out


def test_init_writes_a_file_for_its_owner_alone_that_is_in_order_and_overwrites_none(run: Run, tmp_path: Path) -> None:
    env = environment(tmp_path, "")
    done = run(env, "config", "init")
    file = Path(done.out.strip())
    assert done.status == 0
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert run(env, "config", "check").status == 0
    assert run(env, "config", "show").status == 0
    file.write_text("mine\n")
    again = run(env, "config", "init")
    assert again.status == 1
    assert "is there already" in again.err
    assert file.read_text() == "mine\n"


def test_init_tells_what_the_disk_refuses(run: Run, tmp_path: Path) -> None:
    (tmp_path / ".config").write_text("a file in the folder's place")
    done = run(environment(tmp_path, ""), "config", "init")
    assert done.status == 1
    assert "file in the folder's place" in done.err


@pytest.mark.few(1)
@pytest.mark.parametrize(
    ("variable", "status", "said"),
    [("GETT_EU_KEY", 0, "GETT_EU_KEY"), ("test-key-typed-here", 2, "no name of a variable"), ("", 0, "GETT_API_KEY")],
)
def test_init_asks_on_a_terminal_and_takes_no_key(tmp_path: Path, variable: str, status: int, said: str) -> None:
    with PtySession([*COMMAND, "config", "init"], (80, 24), environment(tmp_path, "")) as session:
        session.wait_for("Profile to begin with")
        session.send("production\r")
        session.wait_for("Variable that its API key")
        session.send(f"{variable}\r")
        session.wait_for(said)
        assert session.wait_for_exit_unread(10) == status
    file = tmp_path / ".config" / "gett-tui" / "config.toml"
    assert file.exists() is (status == 0)
    if status == 0:
        assert f'[profiles.production]\napi_key_env = "{said}"' in file.read_text()


@pytest.mark.few(1)
@pytest.mark.parametrize(("key", "then", "status"), [("", "", 2), ("i", "Profile to begin with", 0), ("d", "DEMO", 0)])
def test_without_a_key_the_dashboard_shows_three_ways_on(tmp_path: Path, key: str, then: str, status: int) -> None:
    env = {**environment(tmp_path, URL), "GETT_API_KEY": "", "TERM": "xterm-256color"}
    with PtySession([sys.executable, "-m", "gett_tui"], (80, 24), env) as session:
        session.wait_for("or enter to leave")
        for words in ("profile sandbox", "gett-tui --demo", "gett-tui config init", "export GETT_API_KEY="):
            assert any(words in line for line in session.screen())
        session.send(f"{key}\r")
        if then:
            session.wait_for(then)
            session.send("\r\r" if key == "i" else "q")
        assert session.wait_for_exit_unread(20) == status


@pytest.mark.few(4)
@pytest.mark.parametrize(
    "words",
    [
        ("lst",),
        ("config",),
        ("config", "shw"),
        ("list", "--y"),
        ("list", "--js"),
        ("activate",),
        ("activate", "--ye", "x"),
        ("--profle", "x"),
        ("show",),
        ("show", "a", "b"),
        ("register", "x"),
        ("register", "x", "--name"),
        ("sandbox", "--port", "x"),
        ("track",),
        ("--demoo",),
    ],
    ids=" ".join,
)
def test_wrong_usage_is_told_in_two_lines_at_most(run: Run, tmp_path: Path, words: tuple[str, ...]) -> None:
    done = run(environment(tmp_path, URL), *words)
    assert (done.status, done.out) == (2, "")
    assert 1 <= len(done.err.splitlines()) <= 2
    assert done.err.startswith("gett-tui: ")
    assert "usage:" not in done.err


def test_a_profile_is_taken_before_the_command_and_behind_it(run: Run, tmp_path: Path) -> None:
    env = environment(tmp_path, URL)
    for words in (("--profile", "eu", "config", "show"), ("config", "show", "--profile", "eu")):
        assert run(env, *words).out.splitlines()[0] == "profile\teu\t--profile"

"""Profiles and the key: what is set where, and what is said when it is not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gett_tui.config import find_key, load_profile
from gett_tui.errors import ConfigError

KEY = "test-key-config-1"


def environment(tmp_path: Path, config: str | None = None, **more: str) -> dict[str, str]:
    env = {"HOME": str(tmp_path), "PATH": os.environ["PATH"], **more}
    if config is not None:
        folder = tmp_path / ".config" / "gett-tui"
        folder.mkdir(parents=True)
        (folder / "config.toml").write_text(config)
        (folder / "config.toml").chmod(0o600)
    return env


def test_an_empty_command_line_means_what_the_parser_would_make_of_it() -> None:
    from gett_tui.cli import DASHBOARD, _parser

    assert vars(_parser().parse_args([])) == DASHBOARD


def test_without_a_file_the_sandbox_is_used_with_the_key_of_the_environment(tmp_path: Path) -> None:
    env = environment(tmp_path, GETT_API_KEY=f" {KEY}\n")
    profile = load_profile(env)
    assert (profile.name, profile.base_url) == ("sandbox", "https://api-sandbox.gett-tech.com")
    assert profile.folder == tmp_path / ".local/state/gett-tui/sandbox"
    assert find_key(profile, env).reveal() == KEY
    assert "GETT_API_KEY" not in env, "no child may inherit it"


def test_the_command_line_goes_before_the_environment_before_the_file(tmp_path: Path) -> None:
    config = 'default_profile = "a"\n' + "".join(
        f'[profiles.{name}]\nbase_url = "https://{name}.example"\n' for name in "abc"
    )
    env = environment(tmp_path, config)
    assert load_profile(env).name == "a"
    assert load_profile({**env, "GETT_PROFILE": "b"}).name == "b"
    assert load_profile({**env, "GETT_PROFILE": "b"}, "c").host == "c.example"


def test_the_environment_overrides_the_base_url_and_the_state_folder(tmp_path: Path) -> None:
    env = environment(tmp_path, GETT_BASE_URL="http://127.0.0.1:8787", GETT_STATE_DIR=str(tmp_path / "s"))
    profile = load_profile(env)
    assert profile.base_url == "http://127.0.0.1:8787"
    assert profile.folder == tmp_path / "s" / "sandbox"


def test_production_is_recognised_by_name_and_by_host(tmp_path: Path) -> None:
    env = environment(tmp_path)
    assert load_profile(env, "production").is_production
    assert load_profile({**env, "GETT_BASE_URL": "https://api.gett-tech.com"}).is_production
    assert not load_profile(env).is_production


@pytest.mark.parametrize(
    ("config", "said"),
    [
        ("default_profile = 3", "default_profile"),
        ("bell = 'loud'", "bell"),
        ("[profiles.sandbox]\nbase_ur = 'x'", "did you mean base_url"),
        ("profiles = 3", "profiles"),
        ("[profiles.sandbox]\nbase_url = 3", "base_url must be text"),
        ("[profiles.sandbox]\nbase_url = 'http://api.example'", "http"),
        ("[profiles.sandbox]\napi_key_command = 'pass show'", "api_key_command"),
        ("default_profile = 'nowhere'", "no profile nowhere"),
        ("[profiles.sandbox", "not valid TOML"),
        ("default_profile = '../x'", "not usable"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, config: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        load_profile(environment(tmp_path, config))


def test_a_missing_key_says_what_to_set(tmp_path: Path) -> None:
    env = environment(tmp_path)
    with pytest.raises(ConfigError, match="set GETT_API_KEY"):
        find_key(load_profile(env), env)


@pytest.mark.parametrize("key", ["two words", "caf\u00e9", "a\nb", "   "])
def test_a_key_that_cannot_go_over_http_is_refused_without_being_shown(tmp_path: Path, key: str) -> None:
    env = environment(tmp_path, GETT_API_KEY=key)
    with pytest.raises(ConfigError) as caught:
        find_key(load_profile(env), env)
    assert key.strip() == "" or key not in str(caught.value)


def test_a_key_in_a_file_that_others_can_read_is_refused_with_the_cure(tmp_path: Path) -> None:
    env = environment(tmp_path, f'[profiles.sandbox]\napi_key = "{KEY}"\n')
    assert find_key(load_profile(env), env).reveal() == KEY
    (tmp_path / ".config/gett-tui/config.toml").chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600") as caught:
        load_profile(env)
    assert KEY not in str(caught.value)


def test_broken_toml_is_reported_without_quoting_the_line(tmp_path: Path) -> None:
    env = environment(tmp_path, f'[profiles.sandbox]\napi_key = "{KEY}\n')
    with pytest.raises(ConfigError) as caught:
        load_profile(env)
    assert KEY not in str(caught.value)


def test_the_key_command_runs_without_a_shell_and_without_the_key_in_its_environment(tmp_path: Path) -> None:
    script = "import os,sys; sys.exit('leak') if 'GETT_API_KEY' in os.environ else print('  '+sys.argv[1]+'  ')"
    command = [sys.executable, "-c", script, KEY + "$HOME;ls"]
    env = environment(tmp_path, f"[profiles.sandbox]\napi_key_env = 'OTHER'\napi_key_command = {command!r}\n")
    env["GETT_API_KEY"] = "test-key-other"
    assert find_key(load_profile(env), env).reveal() == KEY + "$HOME;ls"


@pytest.mark.parametrize("command", [["/nonexistent/program"], ["false"], ["true"]])
def test_a_key_command_that_gives_no_key_is_explained(tmp_path: Path, command: list[str]) -> None:
    env = environment(tmp_path, f"[profiles.sandbox]\napi_key_command = {command!r}\n")
    with pytest.raises(ConfigError, match="api_key_command"):
        find_key(load_profile(env), env)


def test_a_profile_s_records_belong_to_one_host(tmp_path: Path) -> None:
    env = environment(tmp_path)
    assert load_profile(env).records_host == load_profile(env).host
    assert load_profile({**env, "GETT_BASE_URL": "http://127.0.0.1:1"}).records_host == "loopback"


@pytest.mark.parametrize(
    ("arguments", "env", "said"),
    [
        ([], {"GETT_API_KEY": KEY}, "terminal"),
        (["--no-such-option"], {}, "usage"),
    ],
)
def test_wrong_use_ends_with_status_2_and_a_clear_line(
    tmp_path: Path, arguments: list[str], env: dict[str, str], said: str
) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gett_tui", *arguments],
        env={**environment(tmp_path), **env, "TERM": "xterm"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=30,
        check=False,
    )
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
    assert KEY not in done.stderr + done.stdout

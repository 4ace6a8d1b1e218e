"""Profiles and the key: what is set where, and what is said when it is not."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gett_tui.api_key import find_key
from gett_tui.config import load_profile
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
    from gett_tui.cli import DASHBOARD
    from gett_tui.commands.parser import build

    assert vars(build().parse_args([])) == DASHBOARD


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


def test_a_key_in_a_file_that_others_can_read_is_refused_with_the_cure(tmp_path: Path) -> None:
    env = environment(tmp_path, f'[profiles.sandbox]\napi_key = "{KEY}"\n')
    assert find_key(load_profile(env), env).reveal() == KEY
    (tmp_path / ".config/gett-tui/config.toml").chmod(0o640)
    with pytest.raises(ConfigError, match="chmod 600") as caught:
        load_profile(env)
    assert KEY not in str(caught.value)


def test_a_key_of_any_profile_in_a_file_that_others_can_read_is_noticed(tmp_path: Path) -> None:
    env = environment(tmp_path, f'[profiles.sandbox]\nbell = 1\n[profiles.other]\napi_key = "{KEY}"\n')
    (tmp_path / ".config/gett-tui/config.toml").chmod(0o604)
    with pytest.raises(ConfigError, match="chmod 600"):
        load_profile(env)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_a_file_of_another_user_is_not_obeyed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    env = environment(tmp_path, "bell = false")
    os.chown(tmp_path / ".config/gett-tui/config.toml", 4711, -1)
    with pytest.raises(ConfigError, match="uid 4711"):
        load_profile(env)
    monkeypatch.setenv("SUDO_UID", "4711")
    assert not load_profile(env).bell, "whoever became root by sudo goes on with their own file"


@pytest.mark.parametrize("kind", ["fifo", "folder", "huge"])
def test_what_is_no_small_regular_file_is_refused_at_once(tmp_path: Path, kind: str) -> None:
    path = tmp_path / ".config/gett-tui/config.toml"
    path.parent.mkdir(parents=True)
    if kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
    else:
        path.write_text("# \n" * 400_000)
    with pytest.raises(ConfigError, match=r"config\.toml"):
        load_profile(environment(tmp_path))


def test_a_byte_order_mark_is_no_setting_and_other_encodings_are_told_by_their_line(tmp_path: Path) -> None:
    env = environment(tmp_path, "\ufeffbell = false")
    assert not load_profile(env).bell
    (tmp_path / ".config/gett-tui/config.toml").write_bytes(b"bell = true\n# caf\xe9 " + KEY.encode())
    with pytest.raises(ConfigError, match=r"not UTF-8 \(at line 2\)") as caught:
        load_profile(env)
    assert KEY not in str(caught.value)


def test_an_empty_variable_is_an_unset_one(tmp_path: Path) -> None:
    env = environment(tmp_path, GETT_PROFILE="", GETT_BASE_URL=" ", GETT_STATE_DIR="")
    profile = load_profile(env)
    assert (profile.name, profile.host) == ("sandbox", "api-sandbox.gett-tech.com")
    assert set(profile.sources.values()) == {"default"}


def test_an_empty_option_is_not_taken_for_the_default_profile(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="--profile is not usable"):
        load_profile(environment(tmp_path), "")


def test_where_each_value_comes_from_is_known(tmp_path: Path) -> None:
    env = environment(tmp_path, "default_profile = 'a'\n[profiles.a]\nbase_url = 'https://a.example'\n")
    sources = load_profile(env).sources
    assert sources["name"].startswith("default_profile in /")
    assert sources["base_url"].startswith("profiles.a.base_url in /")
    more = {"GETT_PROFILE": "a", "GETT_BASE_URL": "https://b.example", "GETT_STATE_DIR": str(tmp_path)}
    assert load_profile({**env, **more}).sources == {
        "name": "GETT_PROFILE",
        "base_url": "GETT_BASE_URL",
        "folder": "GETT_STATE_DIR",
        "bell": "default",
        "quota_share": "default",
    }
    assert load_profile({**env, "XDG_STATE_HOME": str(tmp_path)}, "a").sources["folder"] == "XDG_STATE_HOME"
    assert load_profile(env, "a").sources["name"] == "--profile"


def test_an_unknown_name_is_told_by_its_line_unless_it_is_nearly_a_known_one(tmp_path: Path) -> None:
    config = f"# {KEY} = 1\n[profiles.other]\n{KEY} = 1\n[profiles.sandbox]\nquota_share = 1\n{KEY} = 'x'\n"
    with pytest.raises(
        ConfigError, match="line 6: a name that is not a setting; known are base_url, api_key"
    ) as caught:
        load_profile(environment(tmp_path, config))
    assert KEY not in str(caught.value)


@pytest.mark.parametrize(("typed", "meant"), [("prodction", "production"), ("sandbx", "sandbox")])
def test_a_misspelt_profile_is_told_with_what_was_meant(tmp_path: Path, typed: str, meant: str) -> None:
    with pytest.raises(ConfigError, match=f"no profile {typed} .*did you mean {meant}"):
        load_profile(environment(tmp_path), typed)


def test_broken_toml_is_reported_without_quoting_the_line(tmp_path: Path) -> None:
    env = environment(tmp_path, f'[profiles.sandbox]\napi_key = "{KEY}\n')
    with pytest.raises(ConfigError) as caught:
        load_profile(env)
    assert KEY not in str(caught.value)
    assert "at line 2, column" in str(caught.value)


def test_a_profile_s_records_belong_to_one_host(tmp_path: Path) -> None:
    env = environment(tmp_path)
    assert load_profile(env).records_host == load_profile(env).host
    assert load_profile({**env, "GETT_BASE_URL": "http://127.0.0.1:1"}).records_host == "loopback"


@pytest.mark.parametrize(
    ("arguments", "env", "said"),
    [
        ([], {"GETT_API_KEY": KEY}, "terminal"),
        (["--no-such-option"], {}, "--help tells how to use it"),
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

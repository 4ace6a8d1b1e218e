"""Where the API key comes from, how a key command is run, and that a key in the wrong place is never printed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from pty_session import PtySession

from gett_tui.api_key import KeySource, find_key, key_source, shown_variable
from gett_tui.config import Profile, load_profile
from gett_tui.errors import ConfigError
from gett_tui.gett.key_shape import MAX_KEY_LENGTH, key_problem

KEY = "test-key-9a8b7c6d5e4f"
OTHER = "test-key-other-0a1b2c3d"


def environment(tmp_path: Path, config: str = "", **more: str) -> dict[str, str]:
    folder = tmp_path / ".config" / "gett-tui"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "config.toml").write_text(config)
    (folder / "config.toml").chmod(0o600)
    return {"HOME": str(tmp_path), "PATH": os.environ["PATH"], **more}


def profile_of(settings: str, tmp_path: Path, **more: str) -> tuple[Profile, dict[str, str]]:
    env = environment(tmp_path, f"[profiles.sandbox]\n{settings}\n", **more)
    return load_profile(env), env


def refusal(act: Callable[[], object]) -> str:
    with pytest.raises(ConfigError) as caught:
        act()
    return str(caught.value)


def pieces(key: str = KEY) -> list[str]:
    return [key[start : start + 12] for start in range(len(key) - 11)]


def hides(text: str) -> bool:
    return not any(piece.lower() in text.lower() for piece in pieces())


# -- where it comes from

FROM_FILE = f'api_key = "{OTHER}"'
FROM_COMMAND = f'api_key_command = ["echo", "{OTHER}"]'
FROM_VARIABLE = 'api_key_env = "GETT_SANDBOX_API_KEY"'


@pytest.mark.parametrize(
    ("settings", "variables", "found", "source"),
    [
        ("", {"GETT_API_KEY": f" {KEY}\n"}, KEY, "GETT_API_KEY"),
        (FROM_FILE, {"GETT_API_KEY": KEY}, OTHER, "api_key in config.toml"),
        (FROM_COMMAND, {"GETT_API_KEY": KEY}, OTHER, "api_key_command"),
        (f"{FROM_COMMAND}\n{FROM_FILE}", {}, OTHER, "api_key_command"),
        (f"{FROM_VARIABLE}\n{FROM_FILE}", {"GETT_SANDBOX_API_KEY": KEY}, KEY, "GETT_SANDBOX_API_KEY"),
        (f"{FROM_VARIABLE}\n{FROM_FILE}", {"GETT_SANDBOX_API_KEY": ""}, OTHER, "api_key in config.toml"),
        (f"{FROM_VARIABLE}\n{FROM_COMMAND}", {"GETT_SANDBOX_API_KEY": " "}, OTHER, "api_key_command"),
        (FROM_FILE, {"GETT_API_KEY": ""}, OTHER, "api_key in config.toml"),
    ],
)
def test_a_profile_s_own_key_goes_before_the_general_one(
    tmp_path: Path, settings: str, variables: dict[str, str], found: str, source: str
) -> None:
    profile, env = profile_of(settings, tmp_path, **variables)
    where = key_source(profile, env)
    assert where is not None
    assert where.words == source
    assert find_key(profile, env).reveal() == found
    assert not set(env) & set(variables), "no child inherits it"


@pytest.mark.parametrize(
    ("settings", "variables", "said"),
    [
        ("", {}, "set GETT_API_KEY"),
        ("", {"GETT_API_KEY": " "}, "set GETT_API_KEY"),
        (FROM_VARIABLE, {"GETT_API_KEY": KEY}, "set GETT_SANDBOX_API_KEY"),
    ],
)
def test_a_missing_key_says_what_to_set(tmp_path: Path, settings: str, variables: dict[str, str], said: str) -> None:
    profile, env = profile_of(settings, tmp_path, **variables)
    assert key_source(profile, env) is None
    assert said in refusal(lambda: find_key(profile, env))
    assert "GETT_API_KEY" not in env


def test_the_variables_of_all_profiles_are_taken_out_of_the_environment(tmp_path: Path) -> None:
    profile, env = profile_of(
        f"{FROM_VARIABLE}\n[profiles.other]\napi_key_env = 'OTHER_KEY'\n[profiles.bad]\napi_key_env = 3",
        tmp_path,
        GETT_SANDBOX_API_KEY=KEY,
        GETT_API_KEY=OTHER,
        OTHER_KEY=OTHER,
    )
    find_key(profile, env)
    assert set(env) == {"HOME", "PATH"}


# -- what it may look like


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("", "is empty"),
        ("two words", "character 4 is a blank"),
        ("a\tb", "character 2 is a blank"),
        ("café-7", "character 4 is not ASCII"),
        ("ab\ufeff", "character 3 is not ASCII"),
        ("a\nb", "character 2 is a line break"),
        ("a\0b", "character 2 is NUL"),
        ("a\x1bb", "character 2 is a control character"),
        ("a\x7fb", "character 2 is a control character"),
        ("x" * (MAX_KEY_LENGTH + 1), "longer than 4,096"),
    ],
)
def test_what_cannot_be_a_key_is_told_by_its_place_and_kind(key: str, said: str) -> None:
    assert said in (key_problem(key) or "")


@pytest.mark.parametrize("key", ["x", "x" * MAX_KEY_LENGTH, "!\"#$%&'()*+,-./:;<=>?@[]^_`{|}~"])
def test_what_a_header_can_carry_may_be_a_key(key: str) -> None:
    assert key_problem(key) is None


@pytest.mark.parametrize("key", [f"{KEY} {KEY}", f"{KEY}\u00e9", f"{KEY}\n{KEY}", KEY * 200])
def test_an_unusable_key_is_refused_without_being_shown(tmp_path: Path, key: str) -> None:
    profile, env = profile_of("", tmp_path, GETT_API_KEY=key)
    said = refusal(lambda: find_key(profile, env))
    assert hides(said)
    assert "GETT_API_KEY" in said


def test_a_key_that_would_be_on_screen_is_refused(tmp_path: Path) -> None:
    for base_url in (f"https://{KEY}.example", f"https://a.example/{KEY}"):
        profile, env = profile_of(f'base_url = "{base_url}"', tmp_path, GETT_API_KEY=KEY.upper())
        said = refusal(lambda profile=profile, env=env: find_key(profile, env))
        assert hides(said)
        assert "would be shown" in said
        assert hides(profile.address.replace(KEY + ".example", ""))


# -- key commands


def commanded(tmp_path: Path, script: str, **more: str) -> tuple[Profile, dict[str, str]]:
    path = tmp_path / "give-key"
    path.write_text(f"#!{sys.executable}\nimport os, subprocess, sys, time\n{script}\n")
    path.chmod(0o700)
    return profile_of(f'api_key_command = ["{path}", "{KEY}$HOME;ls"]', tmp_path, **more)


@pytest.mark.parametrize(
    "script",
    [
        f"print('  {KEY}  ')",
        f"print('{KEY}')\nprint('login: me')\nprint('url: https://x.example')",
        f"sys.stdout.write('{KEY}')",
        f"sys.stdout.write('{KEY}\\r\\nmore')",
        f"print('{KEY}', flush=True)\nsys.stdout.write('x' * 10_000_000)",
        f"os.write(1, b'{KEY[:5]}'); time.sleep(0.2); os.write(1, b'{KEY[5:]}\\n'); os.close(1); time.sleep(0.2)",
        f"sys.exit('stdin is open') if sys.stdin.read() else print('{KEY}')",
        f"sys.exit('a terminal') if os.isatty(0) or os.isatty(1) else print('{KEY}')",
        f"sys.exit('leak') if {{'GETT_API_KEY', 'OTHER_KEY'}} & set(os.environ) else print('{KEY}')",
        f"print('{KEY}') if sys.argv[1] == '{KEY}$HOME;ls' else sys.exit('a shell was asked')",
    ],
)
def test_the_first_line_of_a_command_is_the_key(tmp_path: Path, script: str) -> None:
    _, env = commanded(tmp_path, script, GETT_API_KEY=OTHER, OTHER_KEY=OTHER)
    config = tmp_path / ".config/gett-tui/config.toml"
    config.write_text(config.read_text() + "[profiles.other]\napi_key_env = 'OTHER_KEY'\n")
    assert find_key(load_profile(env), env).reveal() == KEY


def test_a_daemon_that_a_command_leaves_behind_does_not_hold_it_up(tmp_path: Path) -> None:
    profile, env = commanded(
        tmp_path,
        "daemon = subprocess.Popen(['sleep', '300'])\n"
        "open(os.environ['HOME'] + '/daemon', 'w').write(str(daemon.pid))\n"
        f"print('{KEY}')",
    )
    try:
        assert find_key(profile, env).reveal() == KEY
        assert Path(f"/proc/{(tmp_path / 'daemon').read_text()}").exists(), "it is not the program's to end"
    finally:
        os.kill(int((tmp_path / "daemon").read_text()), signal.SIGKILL)


def test_a_daemon_that_never_stops_writing_does_not_hold_it_up(tmp_path: Path) -> None:
    daemons = f"for _ in range(6): subprocess.Popen(['yes', '{OTHER}'])\ntime.sleep(0.5)"
    profile, env = commanded(tmp_path, f"print('{KEY}', flush=True)\n{daemons}")
    assert find_key(profile, env, timeout=20.0).reveal() == KEY


@pytest.mark.parametrize(
    ("script", "said"),
    [
        (f"print('{KEY} {KEY}')", "is a blank"),
        (f"sys.stdout.write('{KEY}\\0x')", "is NUL"),
        (f"print()\nprint('{KEY}')", "is empty"),
        ("", "is empty"),
        ("print('x' * 5_000)", "longer than 4,096"),
        ("sys.stdout.write('x' * 5_000_000)", "longer than 4,096"),
        ("os.write(1, bytes(range(128, 256)))", "not ASCII"),
        (f"print('{KEY}'); print('{KEY}', file=sys.stderr); sys.exit(3)", "failed with status 3"),
        (f"print('{KEY}', flush=True); os.kill(os.getpid(), 9)", "failed with status -9"),
    ],
)
def test_a_command_that_gives_no_key_is_explained_without_its_output(tmp_path: Path, script: str, said: str) -> None:
    profile, env = commanded(tmp_path, script)
    told = refusal(lambda: find_key(profile, env))
    assert said in told
    assert hides(told)
    assert "api_key_command" in told


@pytest.mark.parametrize(
    ("command", "said"),
    [
        (["/nonexistent/program"], "the program in api_key_command cannot be run: No such file"),
        ([KEY], "the program in api_key_command cannot be run"),
        (["false"], "api_key_command (false) failed with status 1"),
        (["true"], "api_key_command prints is empty"),
        (["/"], "the program in api_key_command cannot be run"),
        (["\udc00"], "cannot be run"),
    ],
)
def test_a_command_that_cannot_be_run_is_named_only_if_it_exists(tmp_path: Path, command: list[str], said: str) -> None:
    profile, env = profile_of("", tmp_path)
    told = refusal(lambda: find_key(profile._replace(api_key_command=tuple(command)), env))
    assert said in told
    assert hides(told)


@pytest.mark.parametrize("script", ["time.sleep(300)", f"print('{KEY}', flush=True); time.sleep(300)"])
def test_a_command_that_does_not_end_is_ended_with_its_children(tmp_path: Path, script: str) -> None:
    children = (
        "child = subprocess.Popen(['sleep', '300']); open(os.environ['HOME'] + '/pid', 'w').write(str(child.pid))\n"
    )
    profile, env = commanded(tmp_path, children + script)
    told = refusal(lambda: find_key(profile, env, timeout=2.0))
    assert "did not end within 2 s" in told
    assert hides(told)
    stat = Path(f"/proc/{(tmp_path / 'pid').read_text()}/stat")
    until(lambda: not stat.exists() or stat.read_text().split()[2] == "Z")


def until(is_so: Callable[[], bool]) -> None:
    for _ in range(600):
        if is_so():
            return
        time.sleep(0.05)
    pytest.fail("it did not come")


@pytest.mark.parametrize(
    ("end", "status"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)], ids=str
)
def test_what_ends_the_program_ends_a_command_that_waits(tmp_path: Path, end: signal.Signals, status: int) -> None:
    _, env = commanded(tmp_path, "open(os.environ['HOME'] + '/pid', 'w').write(str(os.getpid()))\ntime.sleep(300)")
    process = subprocess.Popen(
        [sys.executable, "-m", "gett_tui", "refresh", "p-1"], env=env, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE
    )
    pid = tmp_path / "pid"
    until(lambda: pid.exists() and bool(pid.read_text()))
    process.send_signal(end)
    _, said = process.communicate(timeout=60)
    assert process.returncode == status
    assert b"Traceback" not in said
    assert not Path(f"/proc/{pid.read_text()}").exists()


def test_what_a_command_says_reaches_a_terminal_and_nothing_else_and_it_has_no_stdin(tmp_path: Path) -> None:
    _, env = commanded(tmp_path, "print('touch the token', sys.stdin.read(), file=sys.stderr); sys.exit(1)")
    command = [sys.executable, "-m", "gett_tui", "refresh", "p-1"]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 2
    assert "touch the token" not in done.stderr + done.stdout
    with PtySession(command, (80, 24), {**env, "TERM": "xterm"}) as session:
        session.wait_for_exit()
        assert b"touch the token" in session.output


# -- a key in the wrong place

WRONG_PLACES = [
    f"{KEY}\n",
    f"{KEY} = 1\n",
    f'"{KEY}" = 1\n',
    f"a.{KEY} = 1\n",
    f"[{KEY}]\n",
    f"[{KEY}\n",
    f'default_profile = "{KEY}"\n',
    f"default_profile = {KEY}\n",
    f'bell = "{KEY}"\n',
    f'profiles = "{KEY}"\n',
    f'profiles.sandbox = "{KEY}"\n',
    f'[profiles]\n"{KEY}" = 1\nsandbox = {{ "{KEY}" = 1 }}\n',
    *(
        f"[profiles.sandbox]\n{line}\n"
        for line in (
            KEY,
            f"{KEY} = 1",
            f"{KEY.replace('-', '_')} = 1",
            f"api_key_{KEY} = 1",
            f"api_ke{KEY[-12:]} = 1",
            f'base_url_{KEY} = "x"',
            f"api_key_command.{KEY} = 1",
            f"api_key = {KEY}",
            f'api_key = "{KEY}',
            f'api_key = ["{KEY}"]',
            f'api_key = "{KEY} {KEY}"',
            f'api_key_env = "{KEY}"',
            f'api_key_env = "{KEY.replace("-", "_")}"',
            f'api_key_env = "{KEY.replace("-", "_").upper()}"',
            f'api_key_env = ["{KEY}"]',
            f'api_key_command = "{KEY}"',
            f'api_key_command = ["{KEY}"]',
            f'api_key_command = ["{KEY}", "{KEY}"]',
            f'api_key_command = ["/x/{KEY}"]',
            f'api_key_command = ["echo\\u0000", "{KEY}"]',
            f'api_key_command = ["false", "{KEY}"]',
            f'api_key_command = ["echo", "{KEY} {KEY}"]',
            f'api_key_command = ["{KEY}", 1]',
            f'base_url = "{KEY}"',
            f'base_url = "https://{KEY}"',
            f'base_url = "http://{KEY}"',
            f'base_url = "https://{KEY}:99999"',
            f'base_url = "https://{KEY}@a.example"',
            f'base_url = "https://a.example?{KEY}"',
            f'base_url = "https://a.example/{{{KEY}}}"',
            f'base_url = "http://a.example/{KEY}"',
            f'base_url = "http://{KEY}.example"',
            f'base_url = "https://a.example/ {KEY}"',
            f'base_url = "https://[{KEY}]"',
            f'base_url = "{KEY}://a.example"',
            f'quota_share = "{KEY}"',
        )
    ),
]


@pytest.mark.parametrize("config", WRONG_PLACES)
def test_a_key_in_the_wrong_place_of_the_file_is_never_printed(tmp_path: Path, config: str) -> None:
    env = environment(tmp_path, config)

    def use() -> None:
        profile = load_profile(env)
        assert hides(profile.address + " ".join(profile.sources.values()))
        source = key_source(profile, env) or KeySource("none")
        assert hides(source.words + repr(profile.api_key))
        find_key(profile, env)

    said = refusal(use)
    assert hides(said)
    assert "config" in said or "api_key" in said


@pytest.mark.parametrize("variable", ["GETT_PROFILE", "GETT_BASE_URL"])
@pytest.mark.parametrize("value", [KEY, f"https://{KEY}", f"../{KEY}", f"{KEY} {KEY}", f"sandbox-{KEY}"])
def test_a_key_in_the_wrong_variable_is_never_printed(tmp_path: Path, variable: str, value: str) -> None:
    said = refusal(lambda: load_profile(environment(tmp_path, **{variable: value})))
    assert hides(said)
    assert variable in said


def test_a_key_behind_a_long_profile_s_name_is_never_printed(tmp_path: Path) -> None:
    name = "production-europe-west-1"
    env = environment(tmp_path, f"[profiles.{name}]\nbase_url = 'https://a.example'\n", GETT_PROFILE=name + KEY[-12:])
    assert hides(refusal(lambda: load_profile(env)))


def test_a_key_behind_the_profile_option_is_never_printed(tmp_path: Path) -> None:
    said = refusal(lambda: load_profile(environment(tmp_path), KEY))
    assert hides(said)
    assert "--profile" in said


@pytest.mark.parametrize("config", [WRONG_PLACES[1], WRONG_PLACES[6], *WRONG_PLACES[-5:]])
@pytest.mark.parametrize("command", ["doctor", "refresh"])
def test_the_program_prints_nothing_of_a_misplaced_key(tmp_path: Path, config: str, command: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gett_tui", command, *(["p-1"] if command == "refresh" else [])],
        env=environment(tmp_path, config),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == (1 if command == "doctor" else 2)
    assert hides(done.stdout + done.stderr)
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["GETT_API_KEY", "GETT_SANDBOX_API_KEY", "SHOP_TOKEN_2"])
def test_a_speaking_name_of_a_variable_is_shown(name: str) -> None:
    assert shown_variable(name) == name


@pytest.mark.parametrize(
    "name", ["gett_api_key", "GETT_9F8E7D6C5B4A", "SOME_VARIABLE", "ABCDEFGHIJKLMNOP_KEY", "ABCDEF_KEY_GHIJK"]
)
def test_a_name_that_may_be_a_key_is_not(name: str) -> None:
    assert name not in shown_variable(name)


def test_doctor_says_where_each_value_comes_from_and_no_path_of_the_base_url(tmp_path: Path) -> None:
    env = environment(tmp_path, GETT_API_KEY=OTHER, GETT_BASE_URL=f"http://127.0.0.1:9/{KEY}")
    done = subprocess.run(
        [sys.executable, "-m", "gett_tui", "doctor"], env=env, capture_output=True, text=True, timeout=60, check=False
    )
    assert "name: default, base_url: GETT_BASE_URL, folder: default" in done.stdout
    assert "API key: present, from GETT_API_KEY" in done.stdout
    assert "http://127.0.0.1:9/…" in done.stdout
    assert hides(done.stdout + done.stderr)

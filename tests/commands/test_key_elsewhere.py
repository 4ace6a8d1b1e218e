"""A key that was pasted in the wrong place is neither shown there nor sent, kept or made a folder's name."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from command_driver import KEY, Run, as_process, environment
from hostile_server import answering, head, hostile_server, whole

STORE = [
    "register",
    "p-1",
    "--name",
    "A",
    "--catalog-url",
    "https://c.example/x",
    "--webhook-url",
    "https://w.example/x",
]
NOWHERE = "http://127.0.0.1:1"
CODED = base64.b64encode(KEY.encode()).decode()
OTHER = "test-key-of-another-7f3a9c1e"


def everything(folder: Path) -> str:
    names = [str(path.relative_to(folder)) for path in folder.rglob("*")]
    texts = [path.read_text(errors="replace") for path in folder.rglob("*") if path.is_file()]
    return "\n".join(names + texts)


def hidden(text: str) -> bool:
    return not any(
        key[at : at + 12] in text.lower() for key in (KEY, CODED.lower(), OTHER) for at in range(len(key) - 11)
    )


@pytest.mark.few(5)
@pytest.mark.parametrize("command", [["list"], ["show", "p-1"], STORE, ["doctor"], ["refresh", "p-1"]])
@pytest.mark.parametrize("name", [KEY, KEY[3:], KEY.upper(), f"x_{KEY}"])
def test_as_the_name_of_a_profile(tmp_path: Path, run: Run, command: list[str], name: str) -> None:
    env = environment(tmp_path, NOWHERE)
    for typed, more in ((["--profile", name], {}), ([], {"GETT_PROFILE": name})):
        done = run({**env, **more}, *typed, *command)
        assert hidden(done.out + done.err), (done.out, done.err)
        assert done.status == (1 if command == ["doctor"] else 2)
    assert hidden(everything(tmp_path))


def test_as_the_name_of_a_profile_while_there_is_no_key(tmp_path: Path, run: Run) -> None:
    env = environment(tmp_path, NOWHERE, GETT_API_KEY="")
    for command in (["list"], STORE, ["refresh", "p-1"]):
        done = run(env, "--profile", OTHER, *command)
        assert hidden(done.out + done.err), (done.out, done.err)
    assert hidden(everything(tmp_path))


@pytest.mark.few(13)
@pytest.mark.parametrize("command", [["list"], STORE, ["doctor"], ["show", OTHER], ["refresh", "p-1"]])
@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("GETT_PROFILE", OTHER),
        ("GETT_PROFILE", "9f8e7d6c5b4a39281706"),
        ("GETT_BASE_URL", f"https://{OTHER}.example"),
        ("GETT_BASE_URL", f"https://a.{OTHER}.example:8443/x"),
        ("GETT_STATE_DIR", OTHER),
        ("GETT_STATE_DIR", f"/nowhere/{OTHER}/state"),
        ("XDG_STATE_HOME", f"/nowhere/{OTHER}"),
        ("XDG_CONFIG_HOME", f"/nowhere/{OTHER}"),
        ("HOME", f"/nowhere/{OTHER}"),
        ("HTTPS_PROXY", f"http://{OTHER}.example:1"),
        ("HTTPS_PROXY", f"{OTHER}://x:1"),
        ("SSL_CERT_FILE", OTHER),
        ("SSL_CERT_DIR", f"/nowhere/{OTHER}"),
    ],
)
@pytest.mark.parametrize("known", ["", "test-key-known"])
def test_as_what_names_a_place_while_nobody_knows_that_it_is_a_key(
    tmp_path: Path, run: Run, variable: str, value: str, known: str, command: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    env = environment(tmp_path, "https://gett.test.invalid", GETT_API_KEY=known)
    if variable.startswith("XDG_STATE"):
        env["GETT_STATE_DIR"] = ""
    done = run({**env, variable: value}, *command)
    assert hidden(done.out + done.err), (done.out, done.err)
    assert value not in done.out + done.err


def test_what_only_looks_like_a_key_is_sent_and_kept_all_the_same(tmp_path: Path, run: Run) -> None:
    typed = [word.replace("c.example", "vpce-0123456789abcdef0.example") for word in STORE]
    env = environment(tmp_path, "", NO_PROXY="vpce-0123456789abcdef0.example")
    made = {"onboardingId": "o-1", "status": "pending_catalog"}
    with hostile_server(answering(whole(201, made))) as server:
        done = run({**env, "GETT_BASE_URL": server.url}, *typed)
        assert len(server.requests) == 1
    assert done.status == 0, done.err
    assert "vpce-0123456789abcdef0.example" in everything(tmp_path)


def test_as_the_name_of_a_profile_that_stands_in_the_file(tmp_path: Path, run: Run) -> None:
    path = tmp_path / ".config" / "gett-tui" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(f'default_profile = "{OTHER}"\n[profiles.{OTHER}]\nbase_url = "https://gett.test.invalid"\n')
    env = environment(tmp_path, "", GETT_API_KEY="")
    (tmp_path / "state" / OTHER / "onboardings").mkdir(parents=True)
    for command in (["list"], STORE, ["doctor"], ["refresh", "p-1"]):
        for typed in ([], ["--profile", OTHER]):
            done = run(env, *typed, *command)
            assert done.status
            assert hidden(done.out + done.err), (done.out, done.err)


@pytest.mark.few(1)
@pytest.mark.parametrize("line", ['base_url = "https://KEY.example"', 'base_url = "https://a.KEY.example/x"'])
def test_as_the_host_of_a_profile_in_the_file(tmp_path: Path, run: Run, line: str) -> None:
    path = tmp_path / ".config" / "gett-tui" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(f"[profiles.sandbox]\n{line.replace('KEY', OTHER)}\n")
    for known in ("", "test-key-known"):
        for command in (["list"], STORE, ["doctor"], ["refresh", "p-1"]):
            done = run(environment(tmp_path, "", GETT_API_KEY=known), *command)
            assert hidden(done.out + done.err), (done.out, done.err)


@pytest.mark.parametrize("option", ["--order-secret-env", "--order-secret-file", "--port", "--key"])
def test_as_an_option_of_the_sandbox(tmp_path: Path, option: str) -> None:
    value = f"{OTHER} " if option == "--key" else OTHER
    done = as_process(environment(tmp_path, NOWHERE, GETT_API_KEY=""), "sandbox", option, value)
    assert done.status == 2
    assert hidden(done.out + done.err), (done.out, done.err)


@pytest.mark.few(2)
@pytest.mark.parametrize("line", ['quota_share = "x"', "base_url = 5", 'basee_url = "x"', "", 'api_key = "short"'])
def test_as_the_name_of_a_profile_in_the_file(tmp_path: Path, run: Run, line: str) -> None:
    path = tmp_path / ".config" / "gett-tui" / "config.toml"
    path.parent.mkdir(parents=True)
    path.write_text(f"[profiles.{OTHER}]\n{line}\n")
    path.chmod(0o600)
    env = environment(tmp_path, "")
    for command in (["list"], STORE, ["doctor"]):
        for name in (OTHER, OTHER[:-1] + "f"):
            done = run(env, "--profile", name, *command)
            assert done.status
            assert hidden(done.out + done.err), (done.out, done.err)


@pytest.mark.few(5)
@pytest.mark.parametrize(
    "value", [KEY, f"http://{KEY}@127.0.0.1:1", f"http://u:p@{KEY}.example:1", f"http://x/{CODED}"]
)
@pytest.mark.parametrize("variable", ["HTTPS_PROXY", "all_proxy", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR"])
def test_as_what_names_the_way(tmp_path: Path, run: Run, variable: str, value: str) -> None:
    env = environment(tmp_path, "https://gett.test.invalid", **{variable: value})
    for command in (["doctor"], STORE):
        done = run(env, *command)
        assert done.status
        assert hidden(done.out + done.err), (done.out, done.err)
    assert hidden(everything(tmp_path))


@pytest.mark.parametrize("place", range(1, 8, 1))
@pytest.mark.parametrize("key", [KEY, CODED])
def test_as_the_value_of_an_option(tmp_path: Path, run: Run, place: int, key: str) -> None:
    typed = list(STORE)
    typed[place] = f"https://c.example/{key}" if typed[place].startswith("https") else key
    with hostile_server(answering(head(500))) as server:
        done = run(environment(tmp_path, server.url), *typed)
        assert not server.requests
    assert done.status == 2
    assert hidden(done.out + done.err), (done.out, done.err)
    assert hidden(everything(tmp_path))


@pytest.mark.parametrize("command", ["show", "refresh", "track", "activate", "cancel", "no-such-command"])
def test_as_the_name_of_a_store(tmp_path: Path, run: Run, command: str) -> None:
    done = run(environment(tmp_path, NOWHERE), command, KEY)
    assert done.status
    assert hidden(done.out + done.err), (done.out, done.err)
    assert hidden(everything(tmp_path))

"""``gett-tui sandbox`` as a process: what it says, whom it lets in, and that a signal ends it whatever hangs."""

from __future__ import annotations

import hashlib
import hmac
import os
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
from calls import STORES, body, client, until
from hostile_server import answering, falling_silent, head, hostile_server, whole, without_end

from gett_tui.sandbox.printer import Printer

pytestmark = pytest.mark.slow

SECRET = "test-webhook-secret"
LONG = 30
"""Seconds that a test waits for what comes at once; without its fix it would come after an hour."""


class Running:
    def __init__(self, *options: str, program: str = "", **variables: str) -> None:
        start = ["-c", program] if program else ["-m", "gett_tui"]
        self.process = subprocess.Popen(
            [sys.executable, *start, "sandbox", "--port", "0", "--pending", "0", "--ingesting", "0", *options],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env={**os.environ, **variables},
        )
        assert self.process.stdout is not None
        self.first = self.process.stdout.readline()
        self.url = self.first.split()[4].rstrip(";")

    def end(self, number: int) -> tuple[int, str, str]:
        """Sends a signal; gives the exit status and what was said on stdout and stderr since the first line."""
        self.process.send_signal(number)
        status = self.process.wait(LONG)
        return status, *self.close()

    def close(self) -> tuple[str, str]:
        """What was said on stdout and stderr."""
        assert self.process.stdout is not None
        assert self.process.stderr is not None
        with self.process.stdout as out, self.process.stderr as err:
            return out.read(), err.read()


@contextmanager
def running(*options: str, program: str = "", **variables: str) -> Iterator[Running]:
    one = Running(*options, program=program, **variables)
    try:
        yield one
    finally:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait(LONG)
            one.close()


def test_what_the_readme_types_registers_a_store_whose_catalog_is_good(tmp_path: Path) -> None:
    readme = (Path(__file__).parents[2] / "README.md").read_text("utf-8")
    block = next(block for block in readme.split("```sh\n") if "/catalogs/good.json" in block)
    export, _, typed = block.partition("```")[0].replace("\\\n", "").partition("\n")
    with running() as one:
        given = dict(word.split("=", 1) for word in shlex.split(export)[1:])
        given["GETT_BASE_URL"] = one.url
        env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), **given}

        def types(line: str) -> str:
            words = shlex.split(line.replace("http://127.0.0.1:8787", one.url))
            assert words[0] == "gett-tui"
            done = subprocess.run(
                [sys.executable, "-m", "gett_tui", *words[1:]], env=env, text=True, capture_output=True, check=False
            )
            assert done.returncode == 0, done.stderr
            return done.stdout

        assert "cb-12\tCorner Bakery" in types(typed.splitlines()[0])
        until(lambda: types("gett-tui refresh cb-12").startswith("ready_to_activate"))


def go_live(http: httpx.Client, webhook_url: str) -> None:
    made = http.post(STORES, json=body("http://127.0.0.1:9/x", webhook_url)).json()["onboardingId"]
    http.post("/_sandbox", json={"status": {made: "ready_to_activate"}})
    assert http.post(f"{STORES}/{made}/activate").status_code == 200


def test_the_first_line_tells_where_it_is_and_that_any_key_will_do() -> None:
    with running() as one:
        said = "any API key will do. Ctrl+C ends it. In another terminal:"
        assert one.first == f"A simulated Gett at {one.url}; {said}\n"
        with client(one.url) as http:
            assert http.post(STORES, json=body("https://c.example/x")).status_code == 201
        status, out, err = one.end(signal.SIGTERM)
        assert (status, err) == (143, "")
        assert "this machine alone, unsigned" in out


def test_with_keys_only_they_are_let_in_and_none_is_printed() -> None:
    with running("--key", "test-key-a", "--key", "test-key-b") as one:
        assert one.first.startswith(f"A simulated Gett at {one.url}; only the given API keys will do. ")
        for key, status in (("test-key-a", 404), ("test-key-b", 404), ("test-key-c", 401)):
            answer = httpx.get(f"{one.url}{STORES}/x", headers={"Authorization": f"Bearer {key}"}, trust_env=False)
            assert answer.status_code == status
        _, out, err = one.end(signal.SIGTERM)
        assert "test-key" not in one.first + out + err


def hang_a_request(one: Running) -> Callable[[], None]:
    line = keep_alive(one)
    with client(one.url) as http:
        http.post("/_sandbox", json={"faults": ["hang-before"]})
        before = http.get("/_sandbox").json()["requests"]
        line.sendall(f"GET {STORES}/x HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\n\r\n".encode())
        until(lambda: http.get("/_sandbox").json()["requests"] == before + 1)
    return line.close


def keep_alive(one: Running) -> socket.socket:
    host, port = one.url.removeprefix("http://").split(":")
    line = socket.create_connection((host, int(port)))
    line.sendall(b"GET /_sandbox HTTP/1.1\r\nHost: x\r\n\r\n")
    assert line.recv(65536).startswith(b"HTTP/1.1 200")
    return line


def send_half_a_request(one: Running) -> Callable[[], None]:
    line = keep_alive(one)
    line.sendall(
        f"POST {STORES} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\nContent-Length: 9\r\n\r\n{{".encode()
    )
    return line.close


def send_half_a_head(one: Running) -> Callable[[], None]:
    line = keep_alive(one)
    line.sendall(b"GET / HTTP/1.1\r\nHo")
    return line.close


def pull_what_drips(one: Running) -> Callable[[], None]:
    server = hostile_server(without_end(head(200, "Transfer-Encoding: chunked"), b"1\r\nx\r\n", 0.05))
    hostile = server.__enter__()
    with client(one.url) as http:
        for _ in range(20):
            http.post(STORES, json=body(f"{hostile.url}/x"))
    until(lambda: len(hostile.requests) == 20)
    return lambda: server.__exit__(None, None, None) and None


def order_at_a_silent_webhook(one: Running) -> Callable[[], None]:
    server = hostile_server(falling_silent())
    hostile = server.__enter__()
    with client(one.url) as http:
        go_live(http, hostile.url)
    until(lambda: len(hostile.requests) == 1)
    return lambda: server.__exit__(None, None, None) and None


@pytest.mark.parametrize(
    ("number", "status"),
    [(signal.SIGTERM, 143), (signal.SIGINT, 130), (signal.SIGHUP, 129)],
    ids=["TERM", "INT", "HUP"],
)
@pytest.mark.parametrize(
    "busy",
    [
        lambda _: lambda: None,
        lambda one: keep_alive(one).close,
        hang_a_request,
        send_half_a_request,
        send_half_a_head,
        pull_what_drips,
        order_at_a_silent_webhook,
    ],
    ids=["idle", "kept alive", "hanging", "half a request", "half a head", "pulls", "orders"],
)
def test_a_signal_ends_it_whatever_hangs(
    busy: Callable[[Running], Callable[[], None]], number: signal.Signals, status: int
) -> None:
    with running() as one:
        clean = busy(one)
        try:
            code, _, err = one.end(number)
        finally:
            clean()
        assert (code, err) == (status, "")


DEAD_NAME_SERVER = """
import socket, sys, time
def wait(*_, **__):
    print("asked", flush=True)
    time.sleep(3600)
socket.getaddrinfo = wait
from gett_tui.cli import run
sys.exit(run(sys.argv[1:]))
"""


def test_a_name_server_that_does_not_answer_holds_up_neither_its_end_nor_other_pulls() -> None:
    with hostile_server(answering(whole(200, b"{}"))) as web, running(program=DEAD_NAME_SERVER) as one:
        assert one.process.stdout is not None
        with client(one.url) as http:
            for _ in range(20):
                http.post(STORES, json=body("http://nowhere.example/x"))
            while "asked" not in one.process.stdout.readline():
                pass
            http.post(STORES, json=body(f"{web.url}/x"))
        until(lambda: bool(web.requests))
        assert one.end(signal.SIGTERM)[0] == 143


@pytest.mark.parametrize("place", ["variable", "file"])
def test_orders_are_signed_with_a_secret_that_is_not_on_the_command_line(place: str, tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text(f"{SECRET}\n")
    options = ["--order-secret-env", "HOOK_SECRET"] if place == "variable" else ["--order-secret-file", str(file)]
    with (
        hostile_server(answering(whole(200, b"\x1b[31mtaken\n2"))) as hook,
        running(*options, HOOK_SECRET=SECRET) as one,
        client(one.url) as http,
    ):
        go_live(http, hook.url)
        until(lambda: len(http.get("/_sandbox").json()["orders"]) == 2)
        raw = hook.requests[0].partition(b"\r\n\r\n")[2]
        signature = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
        assert f"Signature: {signature}".lower().encode() in hook.requests[0].lower()
        _, out, err = one.end(signal.SIGTERM)
        said = [line for line in out.splitlines() if line.startswith("Order ")]
        assert [line.split()[1] for line in said] == ["validate", "place"]
        assert f"{hook.url}/validate: 200 in " in said[0]
        assert said[0].endswith(": \N{REPLACEMENT CHARACTER}[31mtaken")
        assert SECRET not in out + err


@pytest.mark.parametrize(
    "options",
    [
        ["--order-secret-env", "NO_SUCH_VARIABLE"],
        ["--order-secret-env", "EMPTY"],
        ["--order-secret-file", "/no/such/file"],
        ["--order-secret-file", "/"],
        ["--order-secret-file", "/dev/null"],
        ["--order-secret-env", "FULL", "--order-secret-file", "/etc/hostname"],
        ["--order-secret", "x"],
        ["--key", ""],
        ["--key", "two words "],
        ["--key", "schlüssel"],
        ["--pending", "nan"],
        ["--ingesting", "-1"],
    ],
    ids=str,
)
def test_what_cannot_be_used_is_refused_with_status_2(options: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "gett_tui", "sandbox", "--port", "0", *options],
        capture_output=True,
        text=True,
        env={**os.environ, "EMPTY": " ", "FULL": SECRET},
        timeout=LONG,
        check=False,
    )
    assert (done.returncode, done.stdout) == (2, "")
    assert "Traceback" not in done.stderr
    assert SECRET not in done.stderr


def test_a_port_that_is_taken_is_told() -> None:
    with running() as one:
        port = one.url.rpartition(":")[2]
        command = [sys.executable, "-m", "gett_tui", "sandbox", "--port", port]
        done = subprocess.run(command, capture_output=True, text=True, timeout=LONG, check=False)
        assert done.returncode == 1
        assert f"Port {port} of 127.0.0.1 cannot be used" in done.stderr


def test_lines_that_nobody_reads_are_left_out_and_hold_up_nobody() -> None:
    reading, writing = os.pipe()
    try:
        printer = Printer(writing, "ascii")
        for number in range(5_000):
            printer.say(f"é {number} {'x' * 100}")
        seen = ""
        end = time.monotonic() + LONG
        while "left out" not in seen and time.monotonic() < end:
            seen += os.read(reading, 2**20).decode()
            printer.say("later")
        assert seen.startswith("\\xe9 0 xxx")
        assert "lines are left out" in seen
    finally:
        os.close(reading)

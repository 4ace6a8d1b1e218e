"""Where the profile's API key comes from; from here on it is a Secret, and no child of this program inherits one.

No error holds a part of the key, nor a value that may be a key in the wrong place.
"""

from __future__ import annotations

import contextlib
import os
import re
from typing import TYPE_CHECKING, NamedTuple

from gett_tui.config import KEY_VARIABLE, Profile
from gett_tui.errors import ConfigError
from gett_tui.gett.key_shape import HARMLESS, MAX_KEY_LENGTH, key_problem
from gett_tui.gett.secret import Secret, without_key

if TYPE_CHECKING:
    from collections.abc import Generator, Mapping, MutableMapping
    from subprocess import Popen

KEY_COMMAND_TIMEOUT = 60.0
"""Seconds that a key command may take: somebody may have to touch a token."""
_MAX_OUTPUT = 64 * 1024
_CHUNK = 4_096
"""Bytes of the command's output that are kept, and that are read at once."""
_STEP = 0.05
"""Seconds between two looks whether the command has ended while it says nothing."""
_SPEAKING_NAME = re.compile(r"(?:[A-Z]{1,11}_|[0-9]{1,3}_)*(?:KEY|TOKEN|SECRET)(?:_?[0-9]{1,3})?")
"""Words in capitals of which the last says what the variable holds: no key is made like that."""


class KeySource(NamedTuple):
    """Where a key comes from: a variable, the command or the file."""

    setting: str
    """``variable``, ``api_key_command`` or ``api_key``."""
    variable: str = ""

    @property
    def words(self) -> str:
        """The source for people; a variable's name only when it cannot be a key that was pasted there."""
        if self.setting == "variable":
            return shown_variable(self.variable)
        return "api_key in config.toml" if self.setting == "api_key" else self.setting


def shown_variable(name: str) -> str:
    """``name`` when it speaks like a variable of a key (GETT_SANDBOX_API_KEY), else words in its place."""
    return name if _SPEAKING_NAME.fullmatch(name) else "the variable that api_key_env names"


def shown_profile(profile: Profile) -> str:
    """The profile by its name, unless a key may have been pasted there: as long as none is found, nobody can tell."""
    return f"profile {profile.name}" if len(profile.name) <= HARMLESS else "this profile"


def key_source(profile: Profile, env: Mapping[str, str]) -> KeySource | None:
    """Where ``find_key`` would take the key from, or None. Runs nothing.

    The profile's own settings go before the general variable; that one is left to profiles that have none, so that no
    key goes to the host of another profile. An empty variable is an unset one.
    """
    own = profile.api_key_env
    if own is not None and env.get(own, "").strip():
        return KeySource("variable", own)
    if profile.api_key_command:
        return KeySource("api_key_command")
    if profile.api_key is not None:
        return KeySource("api_key")
    if own is None and env.get(KEY_VARIABLE, "").strip():
        return KeySource("variable", KEY_VARIABLE)
    return None


def find_key(profile: Profile, env: MutableMapping[str, str], *, timeout: float = KEY_COMMAND_TIMEOUT) -> Secret:
    """The profile's API key; the key variables of all profiles are taken out of ``env``. Raises ConfigError.

    ``timeout`` is how long api_key_command may take, in seconds.
    """
    source = key_source(profile, env)
    variables = {*profile.key_variables, profile.api_key_env or KEY_VARIABLE}
    taken = {name: Secret(env.pop(name, "").strip()) for name in variables}
    if source is None:
        variable = shown_variable(profile.api_key_env or KEY_VARIABLE)
        raise ConfigError(
            f"No API key for {shown_profile(profile)}: set {variable}, or write a profile with gett-tui config init; "
            "gett-tui --demo needs none."
        )
    if source.setting == "api_key_command":
        key, told = _printed_key(profile, env, timeout), "The first line that api_key_command prints"
    elif source.setting == "api_key" and profile.api_key is not None:
        key, told = profile.api_key, source.words
    else:
        key, told = taken[source.variable], source.words
    problem = key_problem(key.reveal())
    if problem is not None:
        raise ConfigError(f"API key of {shown_profile(profile)}: {told} {problem}.")
    _check_not_shown(profile, key)
    return key


def _check_not_shown(profile: Profile, key: Secret) -> None:
    """Raises ConfigError when the key also stands in what is on screen all the time."""
    shown = f"{profile.base_url} {profile.name} {profile.folder}".encode("utf-8", "replace")
    if len(key.reveal()) > HARMLESS and without_key(shown, key) is not shown:
        raise ConfigError(
            "The API key also stands in the base URL, in the profile's name or in the state folder's path, "
            "where it would be shown."
        )


def _printed_key(profile: Profile, env: Mapping[str, str], timeout: float) -> Secret:
    """The first line that the profile's command prints. Raises ConfigError."""
    program = _shown_program(profile.api_key_command[0], env)
    with _unwound_by_signals():
        process = _started(profile, env, program)
        try:
            line = _first_line(process, timeout)
        except TimeoutError:
            raise ConfigError(f"{program} did not end within {timeout:.0f} s, so there is no API key.") from None
        finally:
            _ended(process)
    if process.returncode:
        raise ConfigError(f"{program} failed with status {process.returncode}; run it by hand to see why.")
    return line


@contextlib.contextmanager
def _unwound_by_signals() -> Generator[None]:
    """Lets SIGTERM and SIGHUP end the program by way of its ``finally``: they do not reach a group of its own."""
    import signal
    import threading

    def leave(number: int, _: object) -> None:
        raise SystemExit(128 + number)

    is_main = threading.current_thread() is threading.main_thread()
    # A signal that is ignored (nohup) stays ignored.
    ours = [n for n in (signal.SIGTERM, signal.SIGHUP) if is_main and signal.getsignal(n) is signal.SIG_DFL]
    for number in ours:
        signal.signal(number, leave)
    try:
        yield
    finally:
        for number in ours:
            signal.signal(number, signal.SIG_DFL)


def _shown_program(program: str, env: Mapping[str, str]) -> str:
    """The command in words: a program that does not exist may be a key that was pasted there."""
    import shlex
    import shutil

    exists = shutil.which(program, path=env.get("PATH")) is not None
    return f"api_key_command ({shlex.quote(program)})" if exists else "the program in api_key_command"


def _started(profile: Profile, env: Mapping[str, str], program: str) -> Popen[bytes]:
    import subprocess

    try:
        return subprocess.Popen(  # noqa: S603 (the operator's own command, run without a shell)
            profile.api_key_command,
            env=dict(env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            # What it asks for ("touch the token") is for a person; in a file or a log it may be the key.
            stderr=None if os.isatty(2) else subprocess.DEVNULL,
            # Its own group can be ended as a whole. It has no terminal to wait for input from.
            start_new_session=True,
        )
    except OSError as error:
        raise ConfigError(f"{program} cannot be run: {error.strerror}.") from None
    except ValueError:
        raise ConfigError(f"{program} cannot be run: a word of the command holds unusable characters.") from None


def _first_line(process: Popen[bytes], timeout: float) -> Secret:
    """The first line of the command's output, once it has ended. Raises TimeoutError.

    A child of the command's may go on and hold the output open: its end is not waited for.
    """
    import selectors
    import time

    assert process.stdout is not None  # noqa: S101 (a pipe was asked for)
    deadline = time.monotonic() + timeout
    output = bytearray()
    is_open = True
    with selectors.DefaultSelector() as selector:
        selector.register(process.stdout, selectors.EVENT_READ)
        while True:
            has_ended = process.poll() is not None
            if has_ended and (b"\n" in output or len(output) >= _MAX_OUTPUT or not is_open):
                break
            if is_open and selector.select(0 if has_ended else _STEP):
                data = os.read(process.stdout.fileno(), _CHUNK)
                is_open = bool(data)
                output += data[: max(0, _MAX_OUTPUT - len(output))]
            elif has_ended:
                break
            elif not is_open:
                _wait_a_little(process)
            if time.monotonic() > deadline:
                raise TimeoutError
    return _as_secret(bytes(output))


def _wait_a_little(process: Popen[bytes]) -> None:
    import subprocess

    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_STEP)


def _as_secret(output: bytes) -> Secret:
    line = output.partition(b"\n")[0].strip()
    # One byte more than a key may have is enough to tell that it is too long.
    return Secret(line[: 4 * MAX_KEY_LENGTH + 4].decode("utf-8", "replace").strip())


def _ended(process: Popen[bytes]) -> None:
    """Leaves nothing of a command behind that was given up."""
    import signal

    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    if process.stdout is not None:
        process.stdout.close()

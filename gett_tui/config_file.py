"""The configuration file's text: read without waiting, parsed, and complained about without quoting it.

A key may have been pasted on any line: a complaint shows the file, the line, and words that are near known ones.
"""

from __future__ import annotations

import os
import re
import stat
from typing import TYPE_CHECKING, Any, NamedTuple

from gett_tui.errors import ConfigError
from gett_tui.gett.key_shape import HARMLESS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from pathlib import Path

_MAX_SIZE = 1_000_000
_NEAR = 0.75
"""How alike (difflib's ratio) a wrong name must be to a known one to be repeated: at most ten letters are foreign."""
_LONGEST_NEAR = 24
_MORE_THAN_KNOWN = 3
"""Characters: in longer names more may be foreign, and so a part of a key."""
_PLAIN_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_PLACE = re.compile(r"\(at line \d+, column \d+\)|\(at end of document\)")


class ConfigFile(NamedTuple):
    """What was read; without a file, nothing."""

    path: Path
    table: Mapping[str, Any]
    text: str = ""
    others_can_read: bool = False

    def wrong_names(self, table: Mapping[str, Any], known: Sequence[str], where: str) -> Iterator[ConfigError]:
        """What is wrong with the names in ``table``, which begin with ``where``: those that are not ``known``."""
        for name in table:
            if name in known:
                continue
            near = near_name(name, known)
            place = f"{self.path}{self.line_of(name, where)}"
            if near is not None:
                yield ConfigError(f"{place}: {shown_setting(where)}{name} is not a setting; did you mean {near}?")
            else:
                yield ConfigError(f"{place}: a name that is not a setting; known are {', '.join(known)}.")

    def line_of(self, name: str, where: str) -> str:
        """``, line N`` for the first line below the header of the table ``where`` that has ``name`` in it."""
        lines = self.text.split("\n")
        profile = where.removeprefix("profiles.").rstrip(".")
        headers = [number for number, line in enumerate(lines) if line.lstrip().startswith("[") and profile in line]
        start = headers[0] if profile and headers else 0
        setting = re.compile(rf"""(?<![\w-])["']?{re.escape(name)}["']?\s*[=.\]]""")
        numbered = enumerate(lines[start:], start + 1)
        found = next((n for n, line in numbered if setting.search(line) and not line.lstrip().startswith("#")), None)
        return "" if found is None else f", line {found}"


def shown_setting(place: str) -> str:
    """``profiles.NAME.setting`` without a name that is long enough to be a part of a key."""
    table, _, rest = place.partition(".")
    name, dot, setting = rest.partition(".")
    return place if len(name) <= HARMLESS else f"{table}.…{dot}{setting}"


def near_name(name: str, known: Sequence[str]) -> str | None:
    """The known name that ``name`` was probably meant to be, if it is so near that it may be shown."""
    import difflib

    if not _PLAIN_NAME.fullmatch(name):
        return None
    short = [other for other in known if len(name) - _MORE_THAN_KNOWN <= len(other) <= _LONGEST_NEAR]
    return next(iter(difflib.get_close_matches(name, short, 1, _NEAR)), None)


def read(path: Path) -> ConfigFile:
    """The file at ``path``, or nothing when there is none. Raises ConfigError when it cannot be read or trusted."""
    try:
        data, status = _content(path)
    except FileNotFoundError:
        return ConfigFile(path, {})
    except OSError as error:
        raise ConfigError(f"{path} cannot be read: {error.strerror}.") from None
    if len(data) > _MAX_SIZE:
        raise ConfigError(f"{path} is over {_MAX_SIZE:,} bytes long; it should be a few settings.")
    text = _decoded(path, data)
    return ConfigFile(path, _parsed(path, text), text, bool(stat.S_IMODE(status.st_mode) & 0o077))


def _content(path: Path) -> tuple[bytes, os.stat_result]:
    # Without blocking: a pipe that nobody writes into would be waited for.
    handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        status = os.fstat(handle)
        _check_status(path, status)
        with os.fdopen(handle, "rb", closefd=False) as stream:
            return stream.read(_MAX_SIZE + 1), status
    finally:
        os.close(handle)


def _check_status(path: Path, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        raise ConfigError(f"{path} is not a regular file.")
    # Who owns the file says which command runs here and where the key goes (ssh refuses its own file likewise).
    if status.st_uid not in (0, os.geteuid(), _behind_sudo()):
        raise ConfigError(f"{path} belongs to another user (uid {status.st_uid}): make it yours with chown.")


def _behind_sudo() -> int:
    """The user who became root for this one command, else root."""
    user = os.environ.get("SUDO_UID", "")
    return int(user) if os.geteuid() == 0 and user.isascii() and user.isdigit() else 0


def _decoded(path: Path, data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise ConfigError(f"{path} is not UTF-8 (at line {line}).") from None


def _parsed(path: Path, text: str) -> Mapping[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # The parser's words may quote the line, and with it a key.
        place = _PLACE.search(str(error))
        raise ConfigError(f"{path} is not valid TOML{' ' + place.group() if place else ''}.") from None

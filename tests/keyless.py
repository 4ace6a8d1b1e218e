"""Searches what an error holds for the API key, as a crash report with the values of variables would show it."""

from __future__ import annotations

import base64
import traceback
from urllib.parse import quote

from gett_tui.gett.secret import Secret

KEY = "test-key-~planted/7f3a+9=="


def secret() -> Secret:
    return Secret(KEY)


def shows_key(text: str | bytes) -> bool:
    """Whether ``text`` holds the key in plain, base64 or URL-encoded form."""
    if isinstance(text, bytes):
        text = text.decode("latin-1")
    forms = (KEY, quote(KEY, safe=""), quote(KEY), base64.b64encode(KEY.encode()).decode())
    return any(form in text for form in forms)


def assert_keyless(error: BaseException) -> None:
    """Fails when the key, or an error of the HTTP library (which refers to it), can be reached from ``error``."""
    report = traceback.TracebackException.from_exception(error, capture_locals=True)
    # The lines before the client's are the test's own, which hold the planted key on purpose.
    frames = [frame for frame in report.stack if "gett_tui" in frame.filename]
    for frame in frames:
        assert not shows_key(repr(frame.locals)), frame
    for link in _linked(error):
        assert not type(link).__module__.startswith(("httpx", "httpcore", "h11", "anyio")), repr(link)
        assert not shows_key(repr(link) + str(link) + repr(link.args) + repr(vars(link))), type(link)


def _linked(error: BaseException) -> list[BaseException]:
    found: list[BaseException] = []
    todo: list[BaseException | None] = [error]
    while todo:
        link = todo.pop()
        if link is not None and link not in found:
            found.append(link)
            todo += [link.__cause__, link.__context__]
    return found

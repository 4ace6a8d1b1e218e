"""A small web server in Gett's place that answers what the test says, operation by operation."""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
from collections import defaultdict
from collections.abc import AsyncIterator
from typing import Any

ID = "7b0d6a3e-0f0e-4c55-9a53-000000000001"
OTHER = "7b0d6a3e-0f0e-4c55-9a53-000000000002"


class Reply:
    """One answer. ``body`` goes out as JSON unless it is text; None closes the connection without an answer."""

    def __init__(self, status: int, body: object = "", content_type: str = "application/json") -> None:
        self.status = status
        self.body = body if isinstance(body, str) else json.dumps(body)
        self.content_type = content_type


LOST = Reply(0)
"""The request is read, and the connection ends without an answer."""


def problem(status: int, code: str, **more: object) -> Reply:
    """A problem as Gett sends it."""
    body = {"type": f"https://developer.gett-tech.com/errors/{code}", "title": "X", "status": status}
    return Reply(status, {**body, "errorCode": code, **more}, "application/problem+json")


def made(
    onboarding_id: str = ID, partner: str | None = "p-1", status: str = "pending_catalog", **more: object
) -> Reply:
    """An onboarding."""
    body = {"onboardingId": onboarding_id, "partnerStoreId": partner, "status": status, **more}
    return Reply(200, {name: value for name, value in body.items() if value is not None})


NOT_FOUND = problem(404, "NOT_FOUND", retryable=False)


class Gett:
    """The server. The last reply of an operation (register, status, activate, cancel) is given for ever."""

    def __init__(self) -> None:
        self.replies: dict[str, list[Reply]] = defaultdict(list)
        self.asked: list[str] = []
        """The operations that came in, in order."""
        self.held = asyncio.Event()
        """While it is cleared, answers are held back."""
        self.held.set()

    def will(self, operation: str, *replies: Reply) -> None:
        self.replies[operation] = list(replies)

    def count(self, operation: str) -> int:
        return self.asked.count(operation)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError):
            while True:
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
                length = re.search(r"(?i)content-length: *(\d+)", head)
                await reader.readexactly(int(length.group(1)) if length else 0)
                reply = self._reply(*head.split(" ", 2)[:2])
                await self.held.wait()
                if reply is LOST:
                    break
                data = reply.body.encode()
                writer.write(
                    f"HTTP/1.1 {reply.status} X\r\nContent-Type: {reply.content_type}\r\n"
                    f"Content-Length: {len(data)}\r\n\r\n".encode()
                    + data
                )
                await writer.drain()
        writer.close()

    def _reply(self, method: str, path: str) -> Reply:
        if method == "POST":
            operation = "activate" if path.endswith("/activate") else "register"
        else:
            operation = "cancel" if method == "DELETE" else "status"
        self.asked.append(operation)
        replies = self.replies[operation]
        return replies.pop(0) if len(replies) > 1 else replies[0] if replies else Reply(500)


@contextlib.asynccontextmanager
async def scripted_gett(**replies: Reply | list[Reply]) -> AsyncIterator[tuple[Gett, str]]:
    """Serves on a free loopback port; gives the server and its URL."""
    gett = Gett()
    for operation, reply in replies.items():
        gett.will(operation, *(reply if isinstance(reply, list) else [reply]))
    tasks: set[asyncio.Task[Any]] = set()

    def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(gett.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    server = await asyncio.start_server(connected, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    try:
        yield gett, f"http://127.0.0.1:{port}"
    finally:
        server.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()

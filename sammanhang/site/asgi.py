"""The ASGI application that the server runs.

Our views are plain functions that talk to the database; only the live boards' stream is async.
So each request is answered from beginning to end in one thread of a few, where it also gives
its database connection back, and the event loop is left to the streams. Django's own handler
makes a thread for each request and crosses to it several times, which costs as much as a small
page does: docs/adr/0008-asgi-server.md has the figures.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing
from typing import IO, Any

import django
from django.core import signals
from django.core.exceptions import RequestAborted
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.http.response import HttpResponse, HttpResponseBadRequest, HttpResponseBase
from django.urls import set_script_prefix

THREADS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="request")
WITHOUT_LENGTH = {204, 304}
LARGEST_BODY = 12 * 1024 * 1024
"""Of what is sent to us: a form with the largest file (casework/attachments.py), and some more."""

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]


class TooLarge(Exception):
    """More is being sent than anyone has a use for."""


class Handler(ASGIHandler):
    """Answers requests in threads, and streams from the event loop."""

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            raise ValueError(f"Only HTTP is served here, not {scope['type']}.")
        try:
            body = await self.read_body(limited(receive))
        except RequestAborted:
            return
        except TooLarge:
            refused = HttpResponse(status=413, headers={"X-Content-Type-Options": "nosniff"})
            await send(
                {"type": "http.response.start", "status": 413, "headers": headers(refused, b"")}
            )
            await send({"type": "http.response.body", "body": b""})
            return
        loop = asyncio.get_running_loop()
        response, content = await loop.run_in_executor(THREADS, self.respond, scope, body)
        start = {"type": "http.response.start", "status": response.status_code}
        await send({**start, "headers": headers(response, content)})
        if content is None:
            await self.stream(response, receive, send)
        else:
            await send({"type": "http.response.body", "body": content})

    def respond(self, scope: Scope, body: IO[bytes]) -> tuple[HttpResponseBase, bytes | None]:
        """The response and its content; no content for what is streamed as it comes to be."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=type(self), scope=scope)
        request, refusal = self.create_request(scope, body)
        response = self.get_response(request) if request else refusal or HttpResponseBadRequest()
        try:
            if getattr(response, "is_async", False):
                return response, None
            return response, b"".join(response)
        finally:
            response.close()
            body.close()

    async def stream(self, response: HttpResponseBase, receive: Receive, send: Send) -> None:
        """Sends what the response yields until it ends or the browser has gone."""

        async def pass_on() -> None:
            async with aclosing(aiter(response)) as parts:  # type: ignore[arg-type]
                async for part in parts:
                    more = {"type": "http.response.body", "body": part, "more_body": True}
                    await send(more)
            await send({"type": "http.response.body"})

        tasks = [asyncio.ensure_future(receive()), asyncio.create_task(pass_on())]
        _, left = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
        for task in left:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


def limited(receive: Receive) -> Receive:
    """Stops listening once too much has come, before it fills a disk."""
    left = LARGEST_BODY

    async def received() -> dict[str, Any]:
        nonlocal left
        message = await receive()
        left -= len(message.get("body", b""))
        if left < 0:
            raise TooLarge
        return message

    return received


def headers(response: HttpResponseBase, content: bytes | None) -> list[tuple[bytes, bytes]]:
    made = [(name.encode("ascii"), value.encode("latin1")) for name, value in response.items()]
    made += [
        (b"Set-Cookie", cookie.OutputString().encode("ascii"))
        for cookie in response.cookies.values()
    ]
    known = content is None or response.status_code in WITHOUT_LENGTH
    if not known and "Content-Length" not in response:
        made.append((b"Content-Length", str(len(content or b"")).encode()))
    return made


os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sammanhang.site.settings")
django.setup(set_prefix=False)
application = Handler()

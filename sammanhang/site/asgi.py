"""The ASGI application that the server runs.

Our views are plain functions that talk to the database; only the live boards' stream is async.
So each request is answered from beginning to end in one thread of a few, where it also gives
its database connection back, and the event loop is left to the streams. Django's own handler
makes a thread for each request and crosses to it several times, which costs as much as a small
page does: docs/adr/0008-asgi-server.md has the figures.
"""

from __future__ import annotations

import asyncio
import logging
import os
import time
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import aclosing, suppress
from typing import IO, Any

import django
from django.conf import settings
from django.core import signals
from django.core.exceptions import RequestAborted, TooManyFieldsSent
from django.core.handlers.asgi import ASGIHandler, get_script_prefix
from django.http import QueryDict, parse_cookie
from django.http.response import HttpResponse, HttpResponseBadRequest, HttpResponseBase
from django.urls import set_script_prefix
from django.utils.translation import override

from sammanhang.site.forwarded import as_it_came, networks

THREADS = ThreadPoolExecutor(max_workers=4, thread_name_prefix="request")
log = logging.getLogger("sammanhang.security")
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
        scope = as_it_came(scope, PROXIES)
        try:
            body = await self.read_body(limited(receive))
        except RequestAborted:
            return
        except TooLarge:
            response, content = whole(HttpResponse(status=413))
        else:
            response, content = await self.answered(scope, body)
        start = {"type": "http.response.start", "status": response.status_code}
        await send({**start, "headers": headers(response, content)})
        if content is None:
            await self.stream(response, receive, send)
        else:
            await send({"type": "http.response.body", "body": content})

    async def answered(
        self, scope: Scope, body: IO[bytes]
    ) -> tuple[HttpResponseBase, bytes | None]:
        """By a view, in a thread; or at once where there have been too many requests."""
        try:
            count(scope)
        except TooMany as many:
            try:
                return whole(too_many(scope, body, many))
            finally:
                body.close()
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(THREADS, self.respond, scope, body)
        except Exception:
            log.exception("No answer could be made.")
            return whole(HttpResponse(status=500))

    def respond(self, scope: Scope, body: IO[bytes]) -> tuple[HttpResponseBase, bytes | None]:
        """The response and its content; no content for what is streamed as it comes to be."""
        set_script_prefix(get_script_prefix(scope))
        signals.request_started.send(sender=type(self), scope=scope)
        request, refusal = self.create_request(scope, body)
        response = self.get_response(request) if request else refusal or HttpResponseBadRequest()
        with_headers(response)
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


def count(scope: Scope) -> None:
    """One more request of who is counted for it (access/limits.py)."""
    address = (scope.get("client") or ("", 0))[0]
    who, known = limits.visitor(cookies(scope).get(settings.BROWSER_COOKIE_NAME, ""), address)
    most = limits.ANY_REQUEST.most if known else limits.ANY_REQUEST.shared
    REQUESTS.count(who, most, time.time())


def cookies(scope: Scope) -> dict[str, str]:
    sent = b"; ".join(value for name, value in scope.get("headers", []) if name == b"cookie")
    return parse_cookie(sent.decode("latin1"))


def too_many(scope: Scope, body: IO[bytes], many: TooMany) -> HttpResponse:
    """A page that tells it, with what was typed in a form."""
    if many.first:
        log.warning("Too many requests.")
    lines = dict(scope["headers"])
    typed = None
    if lines.get(b"content-type", b"").startswith(b"application/x-www-form-urlencoded"):
        with suppress(TooManyFieldsSent):
            typed = QueryDict(body.read(limits.LARGEST_TYPED))
    language = cookies(scope).get(settings.LANGUAGE_COOKIE_NAME)
    with override(language if language in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE):
        return limits.told(many, path=scope["path"], typed=typed, part=b"hx-request" in lines)


def whole(response: HttpResponse) -> tuple[HttpResponseBase, bytes]:
    with_headers(response)
    return response, response.content


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

from sammanhang.access import limits  # noqa: E402 (these need the settings)
from sammanhang.access.limits import TooMany  # noqa: E402
from sammanhang.site.demands import demand  # noqa: E402
from sammanhang.site.middleware import with_headers  # noqa: E402

demand()

PROXIES = networks(settings.TRUSTED_PROXIES)
REQUESTS = limits.InMemory()
application = Handler()

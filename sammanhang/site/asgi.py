"""The ASGI application that the server runs."""

from __future__ import annotations

import os

import django
from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest
from django.http.response import HttpResponseBase

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "sammanhang.site.settings")


class Handler(ASGIHandler):
    """Runs middleware and view of a request in one thread, and streams from the event loop.

    Our views are plain functions that talk to the database, all but the live boards' stream.
    Django's own chain would cross between thread and event loop at every middleware.
    """

    def load_middleware(self, is_async: bool = False) -> None:
        super().load_middleware(is_async=False)

    async def get_response_async(self, request: HttpRequest) -> HttpResponseBase:
        return await sync_to_async(self.get_response, thread_sensitive=True)(request)


django.setup(set_prefix=False)
application = Handler()

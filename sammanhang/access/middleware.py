"""Deny by default: a service with a view that says nothing about who may use it does not start.

Also what is done when a limit is reached outside a view's requirement.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.decorators import sync_and_async_middleware

from sammanhang.access import limits
from sammanhang.access.acting import Acting, log_denied
from sammanhang.access.limits import TooMany
from sammanhang.access.sessions import ACTING


@sync_and_async_middleware
def every_view_declares(get_response: Callable[..., Any]) -> Callable[..., Any]:
    """Looks at every address once, when the service starts, and costs nothing after that."""
    silent = [str(one.pattern) for one in every_address(get_resolver()) if not _declares(one)]
    if silent:
        raise ImproperlyConfigured(
            f"No one has said who may use {', '.join(silent)}: "
            "put @requires() or @open_to_all on the view."
        )
    return get_response


def every_address(resolver: URLResolver) -> Iterator[URLPattern]:
    for one in resolver.url_patterns:
        if isinstance(one, URLResolver):
            yield from every_address(one)
        else:
            yield one


def _declares(address: URLPattern) -> bool:
    return hasattr(address.callback, "requirement")


class Limits:
    """Tells who has reached a limit when they may go on, and gives a browser in which somebody has
    signed in its mark (access/limits.py)."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if request.session.modified and ACTING in request.session:
            self._mark(request, response)
        return response

    def _mark(self, request: HttpRequest, response: HttpResponseBase) -> None:
        if not limits.visitor_of(request)[1]:
            response.set_cookie(
                settings.BROWSER_COOKIE_NAME,
                getattr(request, limits.NEW_MARK, "") or limits.new_mark(),
                max_age=limits.COOKIE_AGE,
                secure=settings.HTTPS,
                httponly=True,
                samesite="Lax",
            )

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        if not isinstance(error, TooMany):
            return None
        if error.first:
            log_denied(Acting("-", "", "", "", "", 0, ""), f"limit:{error.kind}")
        return limits.refused(request, error)

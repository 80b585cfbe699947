"""Deny by default: a service with a view that says nothing about who may use it does not start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from django.core.exceptions import ImproperlyConfigured
from django.urls import URLPattern, URLResolver, get_resolver
from django.utils.decorators import sync_and_async_middleware


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

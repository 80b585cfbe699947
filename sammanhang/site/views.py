"""The start page and the pages for what went wrong."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from sammanhang.access import oversight
from sammanhang.access.acting import current, log_denied
from sammanhang.access.requires import Asked, requires
from sammanhang.site.menu import menu
from sammanhang.site.state import state


@requires()
def home(request: Asked) -> HttpResponse:
    """Where one's work is: in care, the board."""
    return redirect(menu(request.acting)[0].page)


@require_GET
@requires("system_owner")
def service(request: Asked) -> HttpResponse:
    """The state of the service."""
    with oversight.scope(request.acting):
        now = state(timezone.localdate())
    return render(request, "site/state.html", {"section": "service", "now": now})


def _in_place(request: HttpRequest) -> None:
    """So that the page's head is as on other pages, also where no view was reached."""
    if not hasattr(request, "acting"):
        request.acting = current(request)  # type: ignore[attr-defined]


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    _in_place(request)
    return render(request, "site/not_found.html", status=404)


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return render(request, "site/forbidden.html", status=403)


def server_error(request: HttpRequest) -> HttpResponse:
    return render(request, "site/server_error.html", status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    _in_place(request)
    if request.acting is not None:  # type: ignore[attr-defined]
        log_denied(request.acting, "forged-form")  # type: ignore[attr-defined]
    return render(request, "site/csrf_failure.html", status=403)

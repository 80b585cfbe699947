"""The start page and the pages for what went wrong."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone

from sammanhang.access.acting import current, log_denied
from sammanhang.access.requires import Asked, requires


@requires()
def home(request: Asked) -> HttpResponse:
    """Where one's work is: the board, or the guidelines for one who isn't in care."""
    if request.acting.takes_part_in_care:
        return redirect("casework:board")
    places = {"economist": "settlement:latest", "log_reviewer": "access:review"}
    return redirect(places.get(request.acting.role, "governance:list"))


def _in_place(request: HttpRequest) -> None:
    """So that the page's head is as on other pages, also where no view was reached."""
    if not hasattr(request, "acting"):
        request.acting = current(request, timezone.localdate())  # type: ignore[attr-defined]


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

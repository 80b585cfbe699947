"""What every answer carries: which files its page may load, and which language it is in."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import (
    Http404,
    HttpRequest,
    HttpResponseForbidden,
    HttpResponseNotAllowed,
    QueryDict,
)
from django.http.response import HttpResponseBase
from django.utils import translation

POLICY = "; ".join(
    (
        "default-src 'none'",
        "object-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data:",
        "font-src 'self'",
        "connect-src 'self'",
        # Where forms lead on to: signing in and out (settings.OIDC_ISSUER).
        f"form-action 'self' {settings.OIDC_ORIGIN}".rstrip(),
        "base-uri 'none'",
        "frame-ancestors 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
if settings.HTTPS:
    HEADERS["Strict-Transport-Security"] = "max-age=31536000; includeSubDomains"
NEVER = {"TRACE", "TRACK", "CONNECT"}
"""Methods that nobody uses for anything good: they send back what was sent, or pass it on."""


def nothing_sent_in_clear(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Over plain HTTP a page that is asked for leads on to TLS (Django's SecurityMiddleware). What
    is sent is refused, so that whoever sends it so finds out and not only whoever listens."""

    def guarded(request: HttpRequest) -> HttpResponseBase:
        in_clear = settings.SECURE_SSL_REDIRECT and not request.is_secure()
        if in_clear and request.method not in ("GET", "HEAD"):
            said = "Inget togs emot. Skicka det över https."
            return with_headers(
                HttpResponseForbidden(said, content_type="text/plain; charset=utf-8")
            )
        return get_response(request)

    return guarded


class ContentSecurity:
    """Adds the headers to every answer, streamed ones too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in NEVER:
            return with_headers(HttpResponseNotAllowed(["GET", "HEAD", "POST"]))
        response = self.get_response(request)
        # The editor of documents makes style sheets of its own, and may if they bear this mark.
        if nonce := getattr(request, "style_nonce", None):
            policy = POLICY.replace("style-src 'self'", f"style-src 'self' 'nonce-{nonce}'")
            response.headers["Content-Security-Policy"] = policy
        return with_headers(response)


def with_headers(response: HttpResponseBase) -> HttpResponseBase:
    """What every answer carries, also one that no view has made (site/asgi.py)."""
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    if "Cache-Control" not in response.headers:
        response.headers["Cache-Control"] = "no-store"
    return response


class WithoutNul:
    """Takes the character NUL out of what was sent: nobody types it, PostgreSQL can't keep it, and
    the rest of what a person wrote is to survive it. No address has it: there is nothing there."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path_info:
            raise Http404
        request.GET = _without_nul(request.GET)  # type: ignore[assignment]
        if request.method == "POST":
            request.POST = _without_nul(request.POST)  # type: ignore[assignment]
        return self.get_response(request)


def _without_nul(sent: QueryDict) -> QueryDict:
    lists = list(sent.lists())
    if not any("\0" in value for _, values in lists for value in values):
        return sent
    cleaned = QueryDict(mutable=True)
    for name, values in lists:
        cleaned.setlist(name, [value.replace("\0", "") for value in values])
    return cleaned


class ChosenLanguage:
    """The language that the reader has chosen here. What the browser says it wants counts for
    nothing: the service is Swedish, and browsers at work are often set to English by nobody."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response
        self.known = dict(settings.LANGUAGES)

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in self.known else settings.LANGUAGE_CODE
        with translation.override(language):
            response = self.get_response(request)
        response.headers.setdefault("Content-Language", language)
        return response

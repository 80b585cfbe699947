"""Settings. Everything that differs between installations comes from the environment.

DATABASE_URL         another PostgreSQL (>= 15), as the application's role
DATABASE_OWNER_URL   the same, as the owner of the schema (migrations, bulk loads)
SAMMANHANG_DATA      folder for the embedded database, the secret key and logs
SAMMANHANG_HOSTS     host names to answer to, comma-separated
SAMMANHANG_SYNTHETIC 1 (default): only test identity numbers are accepted; 0: real ones too
SAMMANHANG_OIDC_ISSUER     the identity provider where one signs in, by OpenID Connect
SAMMANHANG_OIDC_CLIENT_ID  what this service is called there
SAMMANHANG_OIDC_SECRET_FILE  a file with the secret that it has from there
SAMMANHANG_GUIDELINES  the folder of governing documents that `migrate` records
SAMMANHANG_PRICES    a file of amounts per day, year,specialty,sek_per_day, before the
                     documents' own
SAMMANHANG_IDLE_MINUTES  after so long without a request one signs in again, 30 by default
SAMMANHANG_HTTPS     1: served over TLS; cookies are then secure
SAMMANHANG_TRUSTED_PROXIES  addresses or networks, comma-separated, whose X-Forwarded-For and
                     X-Forwarded-Proto are believed; nobody's are otherwise
SAMMANHANG_CLAMD     a virus scanner that speaks ClamAV's protocol: the path of its socket, or
                     host:port
SAMMANHANG_SECRET_KEY_FILE  the keys that sign, one to a line, the one in use first; a file in
                     the data folder, made at first use, if not given
SAMMANHANG_SECRET_KEY  one key, instead of such a file
SAMMANHANG_LOG       least level that is logged, WARNING by default
"""

from __future__ import annotations

import os
import secrets
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
from django.core.exceptions import ImproperlyConfigured
from psycopg.conninfo import conninfo_to_dict

from sammanhang.site import database

PACKAGE = Path(__file__).resolve().parent.parent
DATA = database.data_folder()
GUIDELINES = Path(os.environ.get("SAMMANHANG_GUIDELINES") or PACKAGE.parent / "guidelines")

SYNTHETIC = os.environ.get("SAMMANHANG_SYNTHETIC", "1") == "1"
PRICES = os.environ.get("SAMMANHANG_PRICES", "")
HTTPS = os.environ.get("SAMMANHANG_HTTPS", "0") == "1"
TRUSTED_PROXIES = os.environ.get("SAMMANHANG_TRUSTED_PROXIES", "").replace(",", " ").split()
CLAMD = os.environ.get("SAMMANHANG_CLAMD", "")
DEBUG = False


KEY_FILE = Path(os.environ.get("SAMMANHANG_SECRET_KEY_FILE") or DATA / "secret-key")


def secret_keys() -> list[str]:
    """The keys of this installation, made at first use: the one that signs now, and older ones by
    which what was signed before is still known (docs/security/policies.md)."""
    if named := os.environ.get("SAMMANHANG_SECRET_KEY"):
        return [named]
    try:
        if keys := KEY_FILE.read_text().split():
            return keys
    except OSError:
        if "SAMMANHANG_SECRET_KEY_FILE" in os.environ:
            raise ImproperlyConfigured(
                "SAMMANHANG_SECRET_KEY_FILE ska vara en fil som tjänsten kan läsa."
            ) from None
    return [_new_key(KEY_FILE)]


def _new_key(file: Path) -> str:
    key = secrets.token_urlsafe(50)
    try:
        DATA.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(key)
    except FileExistsError:
        return file.read_text().split()[0]
    except OSError:
        pass  # a folder that can't be written in is reported where the database starts
    return key


SECRET_KEY, *SECRET_KEY_FALLBACKS = secret_keys()


def client_secret(issuer: str) -> str:
    """The secret that the identity provider knows us by; none without a provider."""
    if not issuer:
        return ""
    place = urlsplit(issuer)
    if place.scheme != "https" and place.hostname not in ("localhost", "127.0.0.1"):
        raise ImproperlyConfigured("SAMMANHANG_OIDC_ISSUER ska börja med https://.")
    if not os.environ.get("SAMMANHANG_OIDC_CLIENT_ID"):
        raise ImproperlyConfigured("SAMMANHANG_OIDC_CLIENT_ID saknas; se docs/operations.md.")
    try:
        return Path(os.environ.get("SAMMANHANG_OIDC_SECRET_FILE", "")).read_text().strip()
    except OSError:
        raise ImproperlyConfigured(
            "SAMMANHANG_OIDC_SECRET_FILE ska vara en fil som tjänsten kan läsa; "
            "se docs/operations.md."
        ) from None


def evidence(text: str) -> list[tuple[str, frozenset[str]]]:
    """What the identity provider says when a key in hardware was used and the person meant it:
    [claim, the values that it then has, all of them], any of which is enough."""
    found: list[tuple[str, frozenset[str]]] = []
    for one in text.split():
        claim, _, values = one.partition(":")
        if claim not in ("amr", "acr") or not all(values.split("+")):
            raise ImproperlyConfigured(
                f"SAMMANHANG_OIDC_HARDWARE: {one} går inte att tolka. Så här skrivs det: "
                "amr:sc+pin amr:hwk+pin, eller acr: och tillitsnivån; se docs/operations.md."
            )
        found.append((claim, frozenset(values.split("+"))))
    return found


OIDC_HARDWARE = evidence(
    os.environ.get(
        "SAMMANHANG_OIDC_HARDWARE",
        # RFC 8176: a smart card, or a key in hardware, and what only its holder does with it.
        "amr:sc+pin amr:hwk+pin amr:hwk+fpt amr:hwk+face amr:hwk+user",
    )
)
PROVIDER_NEEDED = True
"""Nobody gets in without an identity provider, and nothing is served without one."""
OIDC_ISSUER = os.environ.get("SAMMANHANG_OIDC_ISSUER", "")
OIDC_CLIENT_ID = os.environ.get("SAMMANHANG_OIDC_CLIENT_ID", "")
OIDC_CLIENT_SECRET = client_secret(OIDC_ISSUER)
OIDC_ORIGIN = "{0.scheme}://{0.netloc}".format(urlsplit(OIDC_ISSUER)) if OIDC_ISSUER else ""
ALLOWED_HOSTS = os.environ.get("SAMMANHANG_HOSTS", "localhost,127.0.0.1,[::1]").split(",")


def connection(url: str, *, pool: bool) -> dict[str, object]:
    """A database URL as Django's settings; whatever libpq knows may stand in its query."""
    try:
        known = conninfo_to_dict(url)
    except psycopg.Error:
        raise database.DatabaseTrouble(
            "DATABASE_URL eller DATABASE_OWNER_URL går inte att tolka. Så här skrivs en: "
            "postgresql://användare:lösenord@värd:5432/databas"
        ) from None
    name, user, password, host, port = (
        known.pop(key, "") for key in ("dbname", "user", "password", "host", "port")
    )
    options: dict[str, object] = dict(known)
    if pool:
        options["pool"] = {"min_size": 2, "max_size": 20, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": user,
        "PASSWORD": password,
        "HOST": host,
        "PORT": str(port),
        "OPTIONS": options,
        "CONN_MAX_AGE": 0,
    }


EMBEDDED = "DATABASE_URL" not in os.environ
_embedded = database.Server(DATA, DATA)
APP_URL = os.environ.get("DATABASE_URL", _embedded.url(database.APP))
# The service itself never needs the owner, and may run without knowing how to be it.
OWNER_URL = os.environ.get(
    "DATABASE_OWNER_URL", _embedded.url(database.OWNER) if EMBEDDED else APP_URL
)
DATABASES = {
    "default": connection(APP_URL, pool=True),
    "owner": connection(OWNER_URL, pool=False),
}

INSTALLED_APPS = [
    "django.contrib.staticfiles",
    "sammanhang.directory",
    "sammanhang.residents",
    "sammanhang.access",
    "sammanhang.casework",
    "sammanhang.settlement",
    "sammanhang.governance",
    "sammanhang.site",
]
MIDDLEWARE = [
    "sammanhang.site.middleware.nothing_sent_in_clear",
    "django.middleware.security.SecurityMiddleware",
    "sammanhang.site.middleware.ContentSecurity",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "sammanhang.site.middleware.ChosenLanguage",
    "django.middleware.csrf.CsrfViewMiddleware",
    "sammanhang.site.middleware.WithoutNul",
    "sammanhang.access.middleware.Limits",
    "sammanhang.access.middleware.every_view_declares",
]
ROOT_URLCONF = "sammanhang.site.urls"
ASGI_APPLICATION = "sammanhang.site.asgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {"environment": "sammanhang.site.templating.environment"},
    }
]

LANGUAGE_CODE = "sv"
LANGUAGES = [("sv", "Svenska"), ("en", "English")]
LOCALE_PATHS = [PACKAGE / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Europe/Stockholm"

STATIC_URL = "/static/"
# Collected and compressed when served for real (`serve`, `demo`), with the hash of the content in
# the name, so that browsers keep them for good.
STATIC_COLLECTED = os.environ.get("SAMMANHANG_STATIC") == "collected"
STATIC_ROOT = DATA / "static" if STATIC_COLLECTED else None
STORAGES = {
    "staticfiles": {
        "BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"
        if STATIC_COLLECTED
        else "django.contrib.staticfiles.storage.StaticFilesStorage"
    },
}
WHITENOISE_USE_FINDERS = not STATIC_COLLECTED
WHITENOISE_AUTOREFRESH = False
WHITENOISE_ALLOW_ALL_ORIGINS = False

IDLE = timedelta(minutes=int(os.environ.get("SAMMANHANG_IDLE_MINUTES", "30")))
SESSION_ENGINE = "sammanhang.access.sessions"
SESSION_COOKIE_NAME = "__Host-sammanhang" if HTTPS else "sammanhang"
SESSION_COOKIE_AGE = 10 * 3600  # a shift
SESSION_COOKIE_SECURE = HTTPS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_NAME = "__Host-csrf" if HTTPS else "csrf"
CSRF_COOKIE_SECURE = HTTPS
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "sammanhang.site.views.csrf_failure"
# Tells a browser in which somebody has signed in from one that nobody knows: access/limits.py.
BROWSER_COOKIE_NAME = "__Host-browser" if HTTPS else "browser"
LANGUAGE_COOKIE_NAME = "__Host-language" if HTTPS else "language"
LANGUAGE_COOKIE_AGE = 365 * 24 * 3600
LANGUAGE_COOKIE_SECURE = HTTPS
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
# Preloading is for whoever owns the whole domain to ask for, and hard to take back.
# X-Frame-Options is set by site/middleware.py, with the rest.
SILENCED_SYSTEM_CHECKS = ["security.W021", "security.W002"]
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "sammanhang.site.logs.JsonLines"}},
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "json"}},
    # Django's own handlers would write the words of exceptions.
    "loggers": {
        "django": {"handlers": [], "level": "NOTSET", "propagate": True},
        "sammanhang.access.decisions": {"level": "NOTSET" if SYNTHETIC else "INFO"},
    },
    "root": {"handlers": ["console"], "level": os.environ.get("SAMMANHANG_LOG", "WARNING")},
}

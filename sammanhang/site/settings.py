"""Settings. Everything that differs between installations comes from the environment.

DATABASE_URL         another PostgreSQL (>= 15), as the application's role
DATABASE_OWNER_URL   the same, as the owner of the schema (migrations, bulk loads)
SAMMANHANG_DATA      folder for the embedded database, the secret key and logs
SAMMANHANG_HOSTS     host names to answer to, comma-separated
SAMMANHANG_SYNTHETIC 1 (default): only test identity numbers are accepted
SAMMANHANG_HTTPS     1: served over TLS; cookies are then secure
"""

from __future__ import annotations

import os
import secrets
from pathlib import Path
from urllib.parse import parse_qsl, unquote, urlsplit

from sammanhang.site import database

PACKAGE = Path(__file__).resolve().parent.parent
DATA = database.data_folder()
GUIDELINES = PACKAGE.parent / "guidelines"

SYNTHETIC = os.environ.get("SAMMANHANG_SYNTHETIC", "1") == "1"
HTTPS = os.environ.get("SAMMANHANG_HTTPS", "0") == "1"
DEBUG = False


def secret_key() -> str:
    """The key of this installation, made at first use and kept in the data folder."""
    if named := os.environ.get("SAMMANHANG_SECRET_KEY"):
        return named
    file = DATA / "secret-key"
    try:
        return file.read_text()
    except OSError:
        pass
    key = secrets.token_urlsafe(50)
    try:
        DATA.mkdir(parents=True, exist_ok=True)
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as new:
            new.write(key)
    except FileExistsError:
        return file.read_text()
    except OSError:
        pass  # a folder that can't be written in is reported where the database starts
    return key


SECRET_KEY = secret_key()
ALLOWED_HOSTS = os.environ.get("SAMMANHANG_HOSTS", "localhost,127.0.0.1,[::1]").split(",")


def connection(url: str, *, pool: bool) -> dict[str, object]:
    """A database URL as Django's settings. A `host` in the query names a socket folder."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    options: dict[str, object] = {}
    if pool:
        options["pool"] = {"min_size": 2, "max_size": 20, "timeout": 10}
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": parts.path.lstrip("/"),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": query.get("host", parts.hostname or ""),
        "PORT": str(parts.port or ""),
        "OPTIONS": options,
        "CONN_MAX_AGE": 0,
    }


_embedded = database.Server(DATA, DATA)
APP_URL = os.environ.get("DATABASE_URL", _embedded.url(database.APP))
OWNER_URL = os.environ.get("DATABASE_OWNER_URL", _embedded.url(database.OWNER))
EMBEDDED = "DATABASE_URL" not in os.environ
DATABASES = {
    "default": connection(APP_URL, pool=True),
    "owner": connection(OWNER_URL, pool=False),
}

INSTALLED_APPS = [
    "django.contrib.sessions",
    "django.contrib.staticfiles",
    "sammanhang.directory",
    "sammanhang.residents",
    "sammanhang.access",
    "sammanhang.casework",
    "sammanhang.governance",
    "sammanhang.site",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "sammanhang.site.middleware.ContentSecurity",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
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
STATIC_ROOT = DATA / "static"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 3600

SESSION_ENGINE = "django.contrib.sessions.backends.db"
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
LANGUAGE_COOKIE_SAMESITE = "Lax"

X_FRAME_OPTIONS = "DENY"
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_HSTS_SECONDS = 31536000 if HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = HTTPS
SECURE_SSL_REDIRECT = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None

DATA_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024
FILE_UPLOAD_MAX_MEMORY_SIZE = 12 * 1024 * 1024

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"no_identity_numbers": {"()": "sammanhang.site.logs.WithoutIdentityNumbers"}},
    "formatters": {"line": {"format": "{asctime} {levelname} {name} {message}", "style": "{"}},
    "handlers": {
        "console": {
            "class": "logging.StreamHandler",
            "filters": ["no_identity_numbers"],
            "formatter": "line",
        }
    },
    "root": {"handlers": ["console"], "level": os.environ.get("SAMMANHANG_LOG", "WARNING")},
}

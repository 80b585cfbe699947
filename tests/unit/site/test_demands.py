"""What an installation must have before it serves real people: without it, it doesn't start."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from django.core.exceptions import ImproperlyConfigured
from django.test import override_settings

from sammanhang.site.cli_service import serve
from sammanhang.site.demands import demand, unmet

APP = "postgresql://sammanhang_app@db.example/vard"
VERIFIED = f"{APP}?sslmode=verify-full"
MET: dict[str, Any] = {
    "SYNTHETIC": False,
    "PROVIDER_NEEDED": True,
    "HTTPS": True,
    "TRUSTED_PROXIES": ["127.0.0.1"],
    "OIDC_ISSUER": "https://idp.example",
    "OIDC_HARDWARE": [("amr", frozenset({"sc", "pin"}))],
    "CLAMD": "/run/clamav/clamd.ctl",
    "EMBEDDED": False,
    "APP_URL": VERIFIED,
    "OWNER_URL": VERIFIED,
    "SECRET_KEY": "k" * 60,
}


def with_(**changed: Any) -> list[str]:
    with override_settings(**{**MET, **changed}):
        return unmet()


def database(url: str) -> dict[str, str]:
    return {"APP_URL": url, "OWNER_URL": url}


@pytest.mark.parametrize(
    ("lacking", "told"),
    [
        ({"HTTPS": False}, "SAMMANHANG_HTTPS=1"),
        ({"TRUSTED_PROXIES": []}, "SAMMANHANG_TRUSTED_PROXIES"),
        ({"TRUSTED_PROXIES": ["0.0.0.0/0"]}, "inte alla adresser"),
        ({"TRUSTED_PROXIES": ["proxy"]}, "varken en adress eller ett nät"),
        ({"OIDC_ISSUER": ""}, "SAMMANHANG_OIDC_ISSUER"),
        ({"OIDC_HARDWARE": []}, "SAMMANHANG_OIDC_HARDWARE"),
        ({"CLAMD": ""}, "SAMMANHANG_CLAMD"),
        ({"EMBEDDED": True}, "DATABASE_URL"),
        ({"OWNER_URL": "postgresql://sammanhang_owner@db"}, "DATABASE_OWNER_URL"),
        (database(APP), "sslmode=verify-full"),
        (database(f"{APP}?sslmode=require"), "sslmode=verify-full"),
        ({"SECRET_KEY": "kort"}, "minst 50"),
        ({"IDLE": timedelta(hours=2)}, "högst 60"),
    ],
)
def test_real_people_are_not_served_while_something_is_lacking(
    lacking: dict[str, Any], told: str
) -> None:
    (said,) = with_(**lacking)

    assert told in said
    with (
        override_settings(**{**MET, **lacking}),
        pytest.raises(ImproperlyConfigured, match="köras"),
    ):
        demand()


def test_with_all_of_it_they_are() -> None:
    assert with_() == []
    assert with_(**database("postgresql:///vard?host=/run/postgresql")) == []


def test_serve_tells_on_which_grounds_it_does_not_start() -> None:
    with override_settings(**{**MET, "CLAMD": "", "HTTPS": False}):
        ended = CliRunner().invoke(serve, [])

    assert ended.exit_code == 1
    assert "SAMMANHANG_CLAMD" in ended.output
    assert "SAMMANHANG_HTTPS=1" in ended.output


REAL = {
    "SAMMANHANG_SYNTHETIC": "0",
    "SAMMANHANG_HTTPS": "1",
    "SAMMANHANG_HOSTS": "sammanhang.example.se",
    "SAMMANHANG_TRUSTED_PROXIES": "127.0.0.1",
    "SAMMANHANG_OIDC_ISSUER": "https://idp.example.se",
    "SAMMANHANG_OIDC_CLIENT_ID": "sammanhang",
    "SAMMANHANG_CLAMD": "/run/clamav/clamd.ctl",
    "DATABASE_URL": VERIFIED,
    "DJANGO_SETTINGS_MODULE": "sammanhang.site.settings",
}


def started(tmp_path: Path, command: list[str], **changed: str) -> subprocess.CompletedProcess[str]:
    secret = tmp_path / "secret"
    secret.write_text("hemligt")
    more = {"SAMMANHANG_DATA": str(tmp_path), "SAMMANHANG_OIDC_SECRET_FILE": str(secret)}
    environment = {"PATH": os.environ["PATH"], **REAL, **more, **changed}
    return subprocess.run(
        [sys.executable, *command], env=environment, capture_output=True, text=True, timeout=120
    )


def test_django_s_own_checks_of_a_deployment_find_nothing(tmp_path: Path) -> None:
    ended = started(tmp_path, ["-m", "django", "check", "--deploy", "--fail-level", "WARNING"])

    assert ended.returncode == 0, ended.stderr
    assert "no issues" in ended.stdout


def test_a_web_server_started_by_other_means_does_not_start_either(tmp_path: Path) -> None:
    ended = started(tmp_path, ["-c", "import sammanhang.site.asgi"], SAMMANHANG_CLAMD="")

    assert ended.returncode == 1
    assert "SAMMANHANG_CLAMD" in ended.stderr


WAY_IN = """
import django
from django.urls import resolve
django.setup()
print(resolve("/logga-in/").func.__module__)
"""


@pytest.mark.parametrize(
    ("synthetic", "provider", "way_in"),
    [
        ("1", "", "simulation.sign_in"),
        ("1", "https://idp.example.se", "sammanhang.access.views_sign_in"),
        ("0", "", "sammanhang.access.views_sign_in"),
        ("0", "https://idp.example.se", "sammanhang.access.views_sign_in"),
    ],
)
def test_nobody_gets_in_by_choosing_where_there_may_be_real_people(
    tmp_path: Path, synthetic: str, provider: str, way_in: str
) -> None:
    told = {
        "DJANGO_SETTINGS_MODULE": "simulation.settings",
        "SAMMANHANG_SYNTHETIC": synthetic,
        "SAMMANHANG_OIDC_ISSUER": provider,
    }
    assert started(tmp_path, ["-c", WAY_IN], **told).stdout.strip() == way_in


def test_without_a_provider_nothing_is_served(tmp_path: Path) -> None:
    told = {"SAMMANHANG_SYNTHETIC": "1", "SAMMANHANG_OIDC_ISSUER": ""}
    ended = started(tmp_path, ["-c", "import sammanhang.site.asgi"], **told)

    assert ended.returncode == 1
    assert "SAMMANHANG_OIDC_ISSUER" in ended.stderr

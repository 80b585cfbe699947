"""What an installation is made of, and what every answer carries."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from sammanhang.site import settings
from sammanhang.site.database import DatabaseTrouble
from sammanhang.site.middleware import ContentSecurity


def test_a_database_url_means_what_libpq_says() -> None:
    made = settings.connection(
        "postgresql://sammanhang_app:hem%40lig@db.example:6432/vard?sslmode=verify-full", pool=False
    )
    wanted = {
        "NAME": "vard",
        "USER": "sammanhang_app",
        "PASSWORD": "hem@lig",
        "HOST": "db.example",
        "PORT": "6432",
        "OPTIONS": {"sslmode": "verify-full"},
    }
    assert {key: made[key] for key in wanted} == wanted


def test_a_faulty_url_is_told_without_its_content() -> None:
    with pytest.raises(DatabaseTrouble) as trouble:
        settings.connection("postgresql:/hemlig", pool=False)
    assert "hemlig" not in str(trouble.value)


def test_the_key_is_made_once_and_for_its_owner_only(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "KEY_FILE", tmp_path / "secret-key")
    monkeypatch.delenv("SAMMANHANG_SECRET_KEY", raising=False)
    (key,) = settings.secret_keys()
    assert settings.secret_keys() == [key]
    assert len(key) > 50
    assert (tmp_path / "secret-key").stat().st_mode & 0o777 == 0o600


def test_every_answer_lets_the_browser_load_our_own_files_only() -> None:
    answer = ContentSecurity(lambda request: HttpResponse())(RequestFactory().get("/"))
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert answer["Cache-Control"] == "no-store"
    assert answer["X-Frame-Options"] == "DENY"


def test_tests_leave_the_data_folder_of_whoever_runs_them_alone() -> None:
    assert Path(os.environ["SAMMANHANG_DATA"]) == settings.DATA

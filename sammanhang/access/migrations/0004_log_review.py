"""Who reviews the log, and what they said: see sql/log_review.sql."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "log_review.sql"


class Migration(migrations.Migration):
    dependencies = [
        ("access", "0003_sessions"),
        ("directory", "0002_row_security"),
        ("residents", "0002_row_security"),
    ]
    operations = [migrations.RunSQL(SQL.read_text(), "drop table access_review")]

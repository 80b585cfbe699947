"""Versions and drafts, as SQL: see sql/tables.sql and sql/row_security.sql."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    initial = True
    dependencies = [("casework", "0001_initial"), ("directory", "0002_row_security")]
    operations = [
        migrations.RunSQL((SQL / name).read_text(), migrations.RunSQL.noop)
        for name in ("tables.sql", "row_security.sql")
    ]

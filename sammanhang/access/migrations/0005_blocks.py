"""What residents have blocked, and openings of it: see sql/blocks.sql."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "blocks.sql"


class Migration(migrations.Migration):
    dependencies = [("access", "0004_log_review"), ("residents", "0002_row_security")]
    operations = [migrations.RunSQL(SQL.read_text(), migrations.RunSQL.noop)]

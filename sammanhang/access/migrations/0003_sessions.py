"""Who is signed in: see sql/sessions.sql."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "sessions.sql"


class Migration(migrations.Migration):
    dependencies = [("access", "0002_limits"), ("directory", "0002_row_security")]
    operations = [migrations.RunSQL(SQL.read_text(), "drop table access_session")]

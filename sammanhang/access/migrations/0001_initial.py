"""The access log: see sql/access_log.sql."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "access_log.sql"


class Migration(migrations.Migration):
    dependencies = [("directory", "0002_row_security")]
    operations = [migrations.RunSQL(SQL.read_text(), "drop table access_log")]

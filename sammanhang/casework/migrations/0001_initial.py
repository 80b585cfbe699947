"""The store of cases, as SQL: see sql/tables.sql, sql/row_security.sql and sql/functions.sql."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql"


class Migration(migrations.Migration):
    initial = True
    dependencies = [("access", "0005_blocks"), ("residents", "0002_row_security")]
    operations = [
        migrations.RunSQL((SQL / name).read_text(), migrations.RunSQL.noop)
        for name in ("tables.sql", "row_security.sql", "functions.sql")
    ]

"""How often what costs much may be done: see sql/limits.sql."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "limits.sql"


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]
    operations = [
        migrations.RunSQL(SQL.read_text(), "drop table access_use; drop function access_use_count")
    ]

"""How many numbers a person may search for: see sql/search_limit.sql."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "search_limit.sql"


class Migration(migrations.Migration):
    dependencies = [("access", "0001_initial")]
    operations = [migrations.RunSQL(SQL.read_text(), "drop table access_search")]

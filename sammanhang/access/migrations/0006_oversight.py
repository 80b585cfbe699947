"""What an auditor and a system owner see: see sql/oversight.sql."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "oversight.sql"


class Migration(migrations.Migration):
    dependencies = [("access", "0005_blocks"), ("directory", "0002_row_security")]
    operations = [migrations.RunSQL(SQL.read_text(), "drop table access_verification")]

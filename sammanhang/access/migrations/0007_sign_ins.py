"""When and with what somebody signed in: see sql/sign_ins.sql."""

from pathlib import Path

from django.db import migrations

SQL = Path(__file__).parent.parent / "sql" / "sign_ins.sql"


class Migration(migrations.Migration):
    dependencies = [("access", "0006_oversight")]
    operations = [migrations.RunSQL(SQL.read_text(), "drop table access_sign_in")]

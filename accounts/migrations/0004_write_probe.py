"""A table that is written to find out whether anything can be (config/probe.py). No model: nobody reads it."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_seal_second_factors")]

    operations = [
        migrations.RunSQL(
            "CREATE TABLE accounts_write_probe (at timestamptz NOT NULL)",
            "DROP TABLE accounts_write_probe",
        )
    ]

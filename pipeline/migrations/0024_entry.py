"""Rename the submissions of „Kontakt anlegen“: "intake" is what arrives by itself."""

from django.db import migrations, models


def renamed(old: str, new: str) -> migrations.RunSQL:
    """Return an operation that renames a constraint of the table."""
    pattern = "ALTER TABLE pipeline_entry RENAME CONSTRAINT {} TO {}"
    return migrations.RunSQL(pattern.format(old, new), pattern.format(new, old))


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0023_card_tagged")]

    operations = [
        migrations.RenameModel("Intake", "Entry"),
        migrations.SeparateDatabaseAndState(
            [renamed("intake_once", "entry_once")],
            [
                migrations.RemoveConstraint("entry", "intake_once"),
                migrations.AddConstraint(
                    "entry", models.UniqueConstraint(fields=("account", "key"), name="entry_once")
                ),
            ],
        ),
        renamed("pipeline_intake_contact_id_same_account", "pipeline_entry_contact_id_same_account"),
    ]

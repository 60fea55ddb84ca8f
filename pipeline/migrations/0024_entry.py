"""Rename the submissions of „Kontakt anlegen“: "intake" is what arrives by itself.

Their table keeps its name, because the version before works with it while this one starts.
"""

from django.db import migrations, models

RENAMED = "ALTER TABLE pipeline_intake RENAME CONSTRAINT {} TO {}"


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0023_card_tagged")]

    operations = [
        migrations.SeparateDatabaseAndState(
            [
                migrations.RunSQL(
                    RENAMED.format("intake_once", "entry_once"), RENAMED.format("entry_once", "intake_once")
                )
            ],
            [
                migrations.RenameModel("Intake", "Entry"),
                migrations.AlterModelTable("entry", "pipeline_intake"),
                migrations.RemoveConstraint("entry", "intake_once"),
                migrations.AddConstraint(
                    "entry", models.UniqueConstraint(fields=("account", "key"), name="entry_once")
                ),
            ],
        ),
    ]

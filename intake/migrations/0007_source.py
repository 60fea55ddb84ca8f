"""What ids of other systems are kept under: until now the name of their inlet, which may change and is not unique."""

from django.db import migrations, models

# Of those that share a name the first keeps the ids that were taken in so far.
KNOWN = """
UPDATE intake_inlet SET source = name FROM (
    SELECT min(id) AS id FROM intake_inlet WHERE last_arrival_at IS NOT NULL GROUP BY account_id, name
) AS first WHERE first.id = intake_inlet.id
"""


class Migration(migrations.Migration):
    dependencies = [("intake", "0006_postboxes")]

    operations = [
        migrations.AddField("inlet", "source", models.CharField(blank=True, db_default="", max_length=60)),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
        migrations.AddConstraint(
            "inlet",
            models.UniqueConstraint(
                condition=~models.Q(("source", "")), fields=("account", "source"), name="inlet_source_once"
            ),
        ),
    ]

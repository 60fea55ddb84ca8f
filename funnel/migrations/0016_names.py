from django.db import migrations, models
from django.db.models import Q

RENAMED = {
    "mailbox": {"stumbling_uid": "failing_uid", "stumbles": "failures"},
    "sender": {"most_a_day": "max_per_day", "most_a_week": "max_per_week"},
}
CAPS = models.CheckConstraint(condition=Q(max_per_day__gte=1, max_per_week__gte=1), name="sender_caps")


class Migration(migrations.Migration):
    """Attributes with other names. The columns keep theirs, which the version before still reads: no SQL at all."""

    dependencies = [("funnel", "0015_no_address")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint("sender", "sender_caps"),
                *(
                    migrations.RenameField(model, old, new)
                    for model, names in RENAMED.items()
                    for old, new in names.items()
                ),
                migrations.AlterField(
                    "mailbox", "failing_uid", models.BigIntegerField(default=0, db_column="stumbling_uid")
                ),
                migrations.AlterField(
                    "mailbox", "failures", models.PositiveSmallIntegerField(default=0, db_column="stumbles")
                ),
                migrations.AlterField(
                    "sender",
                    "max_per_day",
                    models.PositiveSmallIntegerField(
                        "Höchstens Mails am Tag je Person", default=1, db_column="most_a_day"
                    ),
                ),
                migrations.AlterField(
                    "sender",
                    "max_per_week",
                    models.PositiveSmallIntegerField(
                        "Höchstens Mails in sieben Tagen je Person", default=2, db_column="most_a_week"
                    ),
                ),
                migrations.AddConstraint("sender", CAPS),
            ]
        ),
    ]

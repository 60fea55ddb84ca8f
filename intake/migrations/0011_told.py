"""Whether users were told of what arrived; of what is there already nobody needs to be told any more."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("intake", "0010_puzzles")]

    operations = [
        migrations.AddField("arrival", "is_told", models.BooleanField(db_default=True, default=True, editable=False)),
        migrations.AlterField(
            "arrival", "is_told", models.BooleanField(db_default=False, default=False, editable=False)
        ),
        AddIndexConcurrently(
            "arrival",
            models.Index(
                condition=models.Q(("is_told", False), ("result__in", ["new", "again"])),
                fields=["id"],
                name="arrival_untold",
            ),
        ),
    ]

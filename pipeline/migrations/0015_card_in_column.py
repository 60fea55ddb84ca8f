from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("pipeline", "0014_tally")]

    operations = [
        AddIndexConcurrently(
            "card", models.Index(fields=["column", "contact"], include=["account"], name="card_in_column")
        ),
    ]

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False  # the index is built while the table is written to

    dependencies = [("funnel", "0006_came_back")]

    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(condition=models.Q(("is_in_doubt", True)), fields=["account"], name="message_in_doubt"),
        ),
    ]

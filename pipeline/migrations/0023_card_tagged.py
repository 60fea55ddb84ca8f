from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("pipeline", "0022_fill_card_tags")]

    operations = [
        AddIndexConcurrently(
            "card",
            models.Index(
                fields=["column", "rank"],
                include=["account", "assignee_id", "due_on", "source", "tags"],
                condition=~Q(tags=[]),
                name="card_tagged",
            ),
        ),
    ]

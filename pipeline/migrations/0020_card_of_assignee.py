from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("pipeline", "0019_fill_card_filters")]

    operations = [
        AddIndexConcurrently(
            "card",
            models.Index(
                fields=["column", "assignee_id", "rank"],
                include=["account", "due_on", "source"],
                name="card_of_assignee",
            ),
        ),
        AddIndexConcurrently("card", models.Index(fields=["column", "created_at", "contact"], name="card_by_created")),
        AddIndexConcurrently(
            "card", models.Index(fields=["column", "source", "rank"], include=["account"], name="card_of_source")
        ),
        AddIndexConcurrently(
            "card",
            models.Index(
                fields=["column", "due_on", "rank"],
                include=["account", "assignee_id", "source"],
                condition=Q(due_on__isnull=False),
                name="card_due",
            ),
        ),
    ]

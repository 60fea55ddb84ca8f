from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

COUNTED = ["contact", "reason"]


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("funnel", "0020_message_waiting")]

    operations = [
        AddIndexConcurrently(
            "message",
            models.Index(fields=["account", "state", "-planned_for"], include=COUNTED, name="message_in_state"),
        ),
        AddIndexConcurrently(
            "message",
            models.Index(
                fields=["account", "planned_for", "id"],
                include=COUNTED,
                condition=Q(state__in=["planned", "claimed", "sending"])
                & ~Q(state="planned", waits=True, is_urgent=False),
                name="message_to_come",
            ),
        ),
        AddIndexConcurrently(
            "message",
            models.Index(
                fields=["account", "planned_for", "id"],
                include=COUNTED,
                condition=Q(state="planned", waits=True, is_urgent=False),
                name="message_on_hold",
            ),
        ),
        RemoveIndexConcurrently("message", "message_outbox"),
        RemoveIndexConcurrently("message", "message_upcoming"),
        RemoveIndexConcurrently("message", "message_waiting"),
    ]

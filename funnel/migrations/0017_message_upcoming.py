from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("funnel", "0016_names")]

    operations = [
        AddIndexConcurrently(
            "message",
            models.Index(
                fields=["account", "planned_for", "id"],
                condition=Q(state__in=["planned", "claimed", "sending"]),
                name="message_upcoming",
            ),
        ),
    ]

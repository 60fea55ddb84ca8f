from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0014_no_contact_by_assignee")]

    operations = [
        AddIndexConcurrently(
            "contact",
            models.Index(fields=["account", "id"], condition=Q(trashed_at__isnull=False), name="contact_in_trash"),
        ),
    ]

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0015_contact_in_trash")]

    operations = [
        AddIndexConcurrently(
            "action",
            models.Index(
                fields=["account", "contact", "performed_at"],
                include=["kind"],
                condition=Q(kind__in=["mail_in", "opt_out"]),
                name="action_answering",
            ),
        ),
    ]

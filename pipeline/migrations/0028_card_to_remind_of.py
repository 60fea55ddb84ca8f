from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("pipeline", "0027_first_answer")]

    operations = [
        AddIndexConcurrently(
            "card",
            models.Index(fields=["remind_at"], condition=Q(remind_at__isnull=False), name="card_to_remind_of"),
        ),
    ]

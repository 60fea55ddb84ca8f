from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("funnel", "0021_message_counted")]

    operations = [
        AddIndexConcurrently("message", models.Index(fields=["step", "state", "finished_at"], name="message_of_step")),
        AddIndexConcurrently(
            "message",
            models.Index(
                fields=["contact", "state", "finished_at"], include=["step", "account"], name="message_to_contact"
            ),
        ),
        RemoveIndexConcurrently("message", "message_by_step"),
        RemoveIndexConcurrently("message", "message_by_contact"),
    ]

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0012_contact_of_assignee")]

    operations = [
        AddIndexConcurrently(
            "contact",
            models.Index(fields=["account", "id"], include=["assignee", "source", "due_on"], name="contact_filtered"),
        ),
    ]

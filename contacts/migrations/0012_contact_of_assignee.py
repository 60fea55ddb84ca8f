from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0011_contact_of_source")]

    operations = [
        AddIndexConcurrently("contact", models.Index(fields=["account", "assignee", "id"], name="contact_of_assignee")),
    ]

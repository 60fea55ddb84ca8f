from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0013_contact_filtered")]

    operations = [
        RemoveIndexConcurrently("contact", "contact_by_assignee"),
    ]

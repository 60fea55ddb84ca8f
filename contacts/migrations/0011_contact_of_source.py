from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0010_contact_by_created")]

    operations = [
        AddIndexConcurrently("contact", models.Index(fields=["account", "source", "id"], name="contact_of_source")),
    ]

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("contacts", "0009_birth_date")]

    operations = [
        AddIndexConcurrently(
            "contact", models.Index(fields=["account", "created_at", "id"], name="contact_by_created")
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0002_same_account")]

    operations = [
        migrations.AddField("action", "key", models.UUIDField(editable=False, null=True)),
        migrations.AddConstraint(
            "action",
            models.UniqueConstraint(
                fields=["contact", "key"], condition=models.Q(key__isnull=False), name="action_key_once"
            ),
        ),
    ]

"""The password of an office's own mail server no longer stands in the database as it is."""

from django.db import migrations, models

from base import vault


def seal(apps, schema_editor):
    senders = apps.get_model("funnel", "Sender").objects.exclude(relay="")
    for sender in senders.order_by("pk").select_for_update():
        if not vault.is_sealed(sender.relay):
            sender.relay = vault.seal(vault.RELAY, sender.relay)
            sender.save(update_fields=["relay"])


class Migration(migrations.Migration):
    dependencies = [("funnel", "0013_told")]

    operations = [
        migrations.AlterField(
            model_name="sender",
            name="relay",
            field=models.CharField(blank=True, editable=False, max_length=1000),
        ),
        migrations.RunPython(seal, migrations.RunPython.noop),
    ]

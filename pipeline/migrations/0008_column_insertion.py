from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0007_import_mails")]

    operations = [
        migrations.AddField("column", "insertion", models.UUIDField(editable=False, null=True)),
        migrations.AddConstraint(
            "column",
            models.UniqueConstraint(
                fields=["account", "insertion"],
                condition=models.Q(insertion__isnull=False),
                name="column_insertion_once",
            ),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("contacts", "0004_sort_by_names_alone")]

    operations = [
        migrations.AlterField(
            "change",
            "kind",
            models.CharField(
                max_length=20,
                choices=[
                    ("created", "Angelegt"),
                    ("assigned", "Zuweisung"),
                    ("due", "Fälligkeit"),
                    ("edited", "Bearbeitet"),
                    ("imported", "Import"),
                    ("trashed", "Gelöscht"),
                    ("restored", "Wiederhergestellt"),
                    ("links_asked", "Links zum Abbestellen angefordert, noch nichts bestätigt"),
                ],
            ),
        )
    ]

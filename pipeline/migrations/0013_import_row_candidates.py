from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0012_moved_by_an_inquiry"),
    ]

    operations = [
        migrations.AddField(
            model_name="importrow",
            name="candidates",
            field=models.JSONField(db_default=models.Value([], output_field=models.JSONField()), default=list),
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    """Columns with a constant default: no row is written again."""

    dependencies = [("contacts", "0020_validate_worth")]

    operations = [
        migrations.AddField(
            "consent",
            "wording_version",
            models.CharField(blank=True, db_default="", default="", max_length=40, verbose_name="Fassung"),
        ),
        migrations.AddField("consent", "is_proven", models.BooleanField(db_default=True, default=True)),
    ]

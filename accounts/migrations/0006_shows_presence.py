"""Whether an office shows who has the same page open."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_invited_by")]

    operations = [
        migrations.AddField(
            "account",
            "shows_presence",
            models.BooleanField("Zeigen, wer gerade da ist", default=True, db_default=True),
        ),
    ]

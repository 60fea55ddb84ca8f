import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_invited_by"),
        ("funnel", "0017_message_upcoming"),
    ]

    operations = [
        migrations.CreateModel(
            name="Figures",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="figures",
                        serialize=False,
                        to="accounts.account",
                    ),
                ),
                ("counted_at", models.DateTimeField()),
                ("counts", models.JSONField()),
            ],
            options={"abstract": False},
        ),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0010_duplicates")]

    operations = [
        migrations.AddField("account", "assigns_in_turn", models.BooleanField(db_default=False, default=False)),
    ]

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("funnel", "0003_same_account")]

    operations = [
        migrations.AddField("sender", "version", models.PositiveIntegerField(default=1, editable=False)),
    ]

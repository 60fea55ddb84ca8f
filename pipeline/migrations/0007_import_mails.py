from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0006_mails_continue")]

    operations = [
        migrations.AddField(model_name="import", name="mails", field=models.JSONField(default=dict)),
    ]

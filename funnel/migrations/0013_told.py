from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("funnel", "0012_who_asked")]

    operations = [
        migrations.AddField(model_name="hold", name="told_at", field=models.DateTimeField(null=True)),
    ]

from django.db import migrations, models

from base.constraints import composite_key


class Migration(migrations.Migration):
    dependencies = [("help", "0001_initial"), ("accounts", "0001_initial")]

    operations = [
        composite_key("help_vote", "user_id", "accounts_user", "CASCADE"),
        composite_key("help_feedback", "user_id", "accounts_user", "CASCADE"),
        migrations.AddIndex(
            model_name="feedback",
            index=models.Index(
                fields=["created_at"], name="feedback_waiting", condition=models.Q(mailed_at__isnull=True)
            ),
        ),
    ]

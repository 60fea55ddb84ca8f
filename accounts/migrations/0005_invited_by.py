"""Who invited a member, for the page that the link of the invitation opens."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from base.constraints import composite_key


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_write_probe")]

    operations = [
        migrations.AddField(
            "user",
            "invited_by",
            models.ForeignKey(
                to=settings.AUTH_USER_MODEL,
                on_delete=django.db.models.deletion.DO_NOTHING,
                null=True,
                editable=False,
                related_name="+",
                db_index=False,
                db_constraint=False,
            ),
        ),
        composite_key("accounts_user", "invited_by_id", "accounts_user"),
    ]

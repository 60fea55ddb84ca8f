"""Which forms have been online: until then nobody outside learns that there is one."""

from django.db import migrations, models

# Those that are, and those that something was sent by.
KNOWN = """
UPDATE intake_form SET was_online = true FROM intake_inlet
WHERE intake_inlet.id = intake_form.inlet_id AND (is_active OR last_arrival_at IS NOT NULL)
"""


class Migration(migrations.Migration):
    dependencies = [("intake", "0004_hooks")]

    operations = [
        migrations.AddField("form", "was_online", models.BooleanField(db_default=False, default=False)),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
    ]

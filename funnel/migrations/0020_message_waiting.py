from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

BATCH = 2000  # series
FILL = """
WITH held AS (
    SELECT id, state FROM funnel_enrolment WHERE id > %s ORDER BY id LIMIT %s FOR NO KEY UPDATE
), filled AS (
    UPDATE funnel_message SET waits = true FROM held
    WHERE funnel_message.enrolment_id = held.id AND held.state = 'paused' AND funnel_message.state = 'planned'
      AND NOT funnel_message.waits
)
SELECT max(id) FROM held
"""


def fill(apps: Any, schema_editor: Any) -> None:
    """Each statement is a transaction of its own."""
    last = 0
    with schema_editor.connection.cursor() as cursor:
        while last is not None:
            cursor.execute(FILL, [last, BATCH])
            (last,) = cursor.fetchone()


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("funnel", "0019_message_waits")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        RemoveIndexConcurrently("message", "message_upcoming"),
        AddIndexConcurrently(
            "message",
            models.Index(
                fields=["account", "planned_for", "id"],
                condition=Q(state__in=["planned", "claimed", "sending"])
                & ~Q(state="planned", waits=True, is_urgent=False),
                name="message_upcoming",
            ),
        ),
        AddIndexConcurrently(
            "message",
            models.Index(
                fields=["account", "planned_for", "id"],
                condition=Q(state="planned", waits=True, is_urgent=False),
                name="message_waiting",
            ),
        ),
    ]

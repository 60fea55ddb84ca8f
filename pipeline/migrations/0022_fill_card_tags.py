"""Fill the tags that cards carry, some thousand at a time. Whatever is changed meanwhile is carried already."""

from typing import Any

from django.db import migrations

BATCH = 5000
FILL = """
WITH held AS (
    SELECT contact_id FROM pipeline_card WHERE contact_id > %s ORDER BY contact_id LIMIT %s FOR NO KEY UPDATE
), filled AS (
    UPDATE pipeline_card SET tags = contact.tags
    FROM held JOIN contacts_contact AS contact ON contact.id = held.contact_id
    WHERE pipeline_card.contact_id = held.contact_id AND pipeline_card.tags <> contact.tags
)
SELECT max(contact_id) FROM held
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

    dependencies = [("pipeline", "0021_card_tags")]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]

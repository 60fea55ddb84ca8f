from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    """The index of words collects what is new, and no statement reads two others any more."""

    atomic = False

    dependencies = [("contacts", "0016_action_answering")]

    operations = [
        RemoveIndexConcurrently("contact", "contact_by_email"),
        RemoveIndexConcurrently("contact", "contact_filtered"),
        migrations.RunSQL(
            "ALTER INDEX contact_search SET (fastupdate = on, gin_pending_list_limit = 64)",
            "ALTER INDEX contact_search SET (fastupdate = off)",
            state_operations=[
                migrations.RemoveIndex("contact", "contact_search"),
                migrations.AddIndex(
                    "contact",
                    GinIndex(fields=["search"], name="contact_search", fastupdate=True, gin_pending_list_limit=64),
                ),
            ],
        ),
    ]

"""A card knows since when a lead waits for its first answer.

As with `asked_again_at`, moves end it in their own statements and a trigger ends it with what a colleague does. A note
is no answer, nor is what the lead wrote, nor what was done before the lead asked; forms know minutes, not seconds.
"""

from django.db import migrations, models
from django.db.migrations import RunSQL

ANSWERED = """
CREATE OR REPLACE FUNCTION pipeline_card_answered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE pipeline_card SET asked_again_at = NULL WHERE contact_id = NEW.contact_id AND asked_again_at IS NOT NULL;
    {more}
    RETURN NULL;
END $$;
"""
ENDS = """
    UPDATE pipeline_card SET waits_since = NULL, remind_at = NULL
    WHERE contact_id = NEW.contact_id AND NEW.kind <> 'mail_in'
      AND date_trunc('minute', waits_since) <= NEW.performed_at;
"""
CARRIES = """
CREATE OR REPLACE FUNCTION pipeline_card_carries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE pipeline_card SET assignee_id = coalesce(NEW.assignee_id, 0), due_on = NEW.due_on, source = NEW.source,
                             created_at = NEW.created_at, tags = NEW.tags{more}
    WHERE contact_id = NEW.id;
    RETURN NULL;
END $$;
"""
FORGETS = """,
    chosen_by = CASE WHEN OLD.assignee_id IS DISTINCT FROM NEW.assignee_id THEN '' ELSE chosen_by END"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_hours"), ("pipeline", "0026_alerts")]

    operations = [
        migrations.AddField("card", "waits_since", models.DateTimeField(editable=False, null=True)),
        migrations.AddField("card", "remind_at", models.DateTimeField(editable=False, null=True)),
        migrations.AddField(
            "card", "reminded", models.PositiveSmallIntegerField(db_default=0, default=0, editable=False)
        ),
        migrations.AddField(
            "card", "chosen_by", models.CharField(db_default="", default="", editable=False, max_length=40)
        ),
        migrations.AddField("move", "waited_since", models.DateTimeField(editable=False, null=True)),
        RunSQL(ANSWERED.format(more=ENDS), ANSWERED.format(more="")),
        RunSQL(CARRIES.format(more=FORGETS), CARRIES.format(more="")),
    ]

"""A card is marked while somebody who asked again waits for an answer.

A move takes the mark away in its own statement. What a colleague does with the contact is written by another room, so
that a trigger sees to it; whoever writes an action holds the contact's lock, which is taken before that of the card. A
note is no answer.
"""

from django.db import migrations, models
from django.db.migrations import RunSQL

TRIGGER = """
CREATE FUNCTION pipeline_card_answered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE pipeline_card SET asked_again_at = NULL WHERE contact_id = NEW.contact_id AND asked_again_at IS NOT NULL;
    RETURN NULL;
END $$;
CREATE TRIGGER pipeline_card_answered AFTER INSERT OR UPDATE OF performed_at ON contacts_action
FOR EACH ROW WHEN (NEW.author_id IS NOT NULL AND NEW.performed_at IS NOT NULL AND NEW.kind <> 'note')
EXECUTE FUNCTION pipeline_card_answered();
"""
BACK = """
DROP TRIGGER pipeline_card_answered ON contacts_action;
DROP FUNCTION pipeline_card_answered();
"""


class Migration(migrations.Migration):
    dependencies = [("contacts", "0021_proof"), ("pipeline", "0024_entry")]

    operations = [
        migrations.AddField("card", "asked_again_at", models.DateTimeField(editable=False, null=True)),
        RunSQL(TRIGGER, BACK),
    ]

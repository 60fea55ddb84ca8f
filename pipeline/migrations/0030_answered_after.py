"""Only what was done after somebody asked again is an answer: not an old call whose date a colleague corrects.

Forms know minutes, not seconds.
"""

from django.db import migrations
from django.db.migrations import RunSQL

ANSWERED = """
CREATE OR REPLACE FUNCTION pipeline_card_answered() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE pipeline_card SET asked_again_at = NULL WHERE contact_id = NEW.contact_id AND {after};
    UPDATE pipeline_card SET waits_since = NULL, remind_at = NULL
    WHERE contact_id = NEW.contact_id AND NEW.kind <> 'mail_in'
      AND date_trunc('minute', waits_since) <= NEW.performed_at;
    RETURN NULL;
END $$;
"""
AFTER = "date_trunc('minute', asked_again_at) <= NEW.performed_at"


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0029_duplicates")]

    operations = [RunSQL(ANSWERED.format(after=AFTER), ANSWERED.format(after="asked_again_at IS NOT NULL"))]

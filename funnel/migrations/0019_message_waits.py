"""Planned mails know whether their series is paused, so that reading what leaves next passes over none that waits.

Messages of a series are planned, and its state is changed, under the lock of its enrolment. A trigger of the enrolment
runs at the end of the statement, so it also sees messages that the same statement has planned.
"""

from django.db import migrations, models
from django.db.migrations import RunSQL

TRIGGERS = """
CREATE FUNCTION funnel_message_waits() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.waits := EXISTS (SELECT FROM funnel_enrolment WHERE id = NEW.enrolment_id AND state = 'paused');
    RETURN NEW;
END $$;
CREATE TRIGGER funnel_message_planned BEFORE INSERT ON funnel_message
FOR EACH ROW WHEN (NEW.state = 'planned') EXECUTE FUNCTION funnel_message_waits();
CREATE TRIGGER funnel_message_planned_again BEFORE UPDATE OF state ON funnel_message
FOR EACH ROW WHEN (NEW.state = 'planned' AND OLD.state <> 'planned') EXECUTE FUNCTION funnel_message_waits();

CREATE FUNCTION funnel_enrolment_paused() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE funnel_message SET waits = NEW.state = 'paused'
    WHERE enrolment_id = NEW.id AND state = 'planned' AND waits <> (NEW.state = 'paused');
    RETURN NULL;
END $$;
CREATE TRIGGER funnel_enrolment_begun AFTER INSERT ON funnel_enrolment
FOR EACH ROW WHEN (NEW.state = 'paused') EXECUTE FUNCTION funnel_enrolment_paused();
CREATE TRIGGER funnel_enrolment_changed AFTER UPDATE OF state ON funnel_enrolment
FOR EACH ROW WHEN ((OLD.state = 'paused') <> (NEW.state = 'paused')) EXECUTE FUNCTION funnel_enrolment_paused();
"""
BACK = """
DROP TRIGGER funnel_enrolment_changed ON funnel_enrolment;
DROP TRIGGER funnel_enrolment_begun ON funnel_enrolment;
DROP TRIGGER funnel_message_planned_again ON funnel_message;
DROP TRIGGER funnel_message_planned ON funnel_message;
DROP FUNCTION funnel_enrolment_paused();
DROP FUNCTION funnel_message_waits();
"""


class Migration(migrations.Migration):
    dependencies = [("funnel", "0018_figures")]

    operations = [
        migrations.AddField("message", "waits", models.BooleanField(db_default=False, default=False, editable=False)),
        RunSQL(TRIGGERS, BACK),
    ]

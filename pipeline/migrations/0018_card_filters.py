"""Cards carry assignee, due date, source and age of their contacts, so that filters read an index of cards.

One trigger completes a card that is added, whatever adds it, the other changes it with its contact. That one is a
constraint, since an import defers it until it holds the columns. Whoever adds the card of a contact that others know
holds the contact's lock, so that a change of it is either seen here or finds the card.
"""

from django.db import migrations, models
from django.db.migrations import RunSQL

TRIGGERS = """
CREATE FUNCTION pipeline_card_completed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT coalesce(assignee_id, 0), due_on, source, created_at
    INTO NEW.assignee_id, NEW.due_on, NEW.source, NEW.created_at
    FROM contacts_contact WHERE id = NEW.contact_id;
    RETURN NEW;
END $$;
CREATE TRIGGER pipeline_card_completed BEFORE INSERT ON pipeline_card
FOR EACH ROW EXECUTE FUNCTION pipeline_card_completed();

CREATE FUNCTION pipeline_card_carries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE pipeline_card SET assignee_id = coalesce(NEW.assignee_id, 0), due_on = NEW.due_on, source = NEW.source,
                             created_at = NEW.created_at
    WHERE contact_id = NEW.id;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER pipeline_card_carries AFTER UPDATE OF assignee_id, due_on, source, created_at
ON contacts_contact DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW
WHEN (OLD.assignee_id IS DISTINCT FROM NEW.assignee_id OR OLD.due_on IS DISTINCT FROM NEW.due_on
      OR OLD.source <> NEW.source OR OLD.created_at <> NEW.created_at)
EXECUTE FUNCTION pipeline_card_carries();
"""
BACK = """
DROP TRIGGER pipeline_card_carries ON contacts_contact;
DROP TRIGGER pipeline_card_completed ON pipeline_card;
DROP FUNCTION pipeline_card_carries();
DROP FUNCTION pipeline_card_completed();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("contacts", "0014_no_contact_by_assignee"),
        ("pipeline", "0017_import_part"),
    ]

    operations = [
        migrations.AddField("card", "assignee_id", models.BigIntegerField(db_default=0, default=0, editable=False)),
        migrations.AddField("card", "due_on", models.DateField(editable=False, null=True)),
        migrations.AddField(
            "card", "source", models.CharField(db_default="", default="", editable=False, max_length=20)
        ),
        migrations.AddField("card", "created_at", models.DateTimeField(editable=False, null=True)),
        RunSQL(TRIGGERS, BACK),
    ]

"""Cards carry the tags of their contacts as well (see `0018_card_filters`).

A constraint trigger cannot be replaced, so it is made anew, with a lock on contacts that waits for no reader.
"""

from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models
from django.db.migrations import RunSQL

TRIGGERS = """
CREATE OR REPLACE FUNCTION pipeline_card_completed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    SELECT coalesce(assignee_id, 0), due_on, source, created_at{tags}
    INTO NEW.assignee_id, NEW.due_on, NEW.source, NEW.created_at{new_tags}
    FROM contacts_contact WHERE id = NEW.contact_id;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION pipeline_card_carries() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE pipeline_card SET assignee_id = coalesce(NEW.assignee_id, 0), due_on = NEW.due_on, source = NEW.source,
                             created_at = NEW.created_at{set_tags}
    WHERE contact_id = NEW.id;
    RETURN NULL;
END $$;

DROP TRIGGER pipeline_card_carries ON contacts_contact;
CREATE CONSTRAINT TRIGGER pipeline_card_carries AFTER UPDATE OF assignee_id, due_on, source, created_at{tags}
ON contacts_contact DEFERRABLE INITIALLY IMMEDIATE FOR EACH ROW
WHEN (OLD.assignee_id IS DISTINCT FROM NEW.assignee_id OR OLD.due_on IS DISTINCT FROM NEW.due_on
      OR OLD.source <> NEW.source OR OLD.created_at <> NEW.created_at{or_tags})
EXECUTE FUNCTION pipeline_card_carries();
"""
WITH = {
    "tags": ", tags",
    "new_tags": ", NEW.tags",
    "set_tags": ", tags = NEW.tags",
    "or_tags": " OR OLD.tags <> NEW.tags",
}


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0020_card_of_assignee")]

    operations = [
        migrations.AddField(
            "card",
            "tags",
            ArrayField(
                models.CharField(max_length=30),
                db_default=models.Value([], output_field=ArrayField(models.CharField(max_length=30))),
                default=list,
                editable=False,
            ),
        ),
        RunSQL(TRIGGERS.format(**WITH), TRIGGERS.format(**dict.fromkeys(WITH, ""))),
    ]

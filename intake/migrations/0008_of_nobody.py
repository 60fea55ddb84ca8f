"""With a contact goes what else arrived from their address or number and became nobody's: it has their words, too.

Somebody of another name at the same address is somebody else.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# Numbers are kept as they were typed: +49 170 1, 0049 170 1 and 0170 1 are one.
FORGET = r"""
CREATE FUNCTION intake_number(typed text) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT regexp_replace(regexp_replace(typed, '[^0-9+]', '', 'g'), '^([+]49|0049|0)0?', '')
$$;
CREATE FUNCTION intake_forget_person() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    addresses text[] := ARRAY(
        SELECT lower(one) FROM unnest(
            ARRAY[OLD.email::text] || ARRAY(SELECT point ->> 'text' FROM jsonb_array_elements(OLD.more_emails) AS point)
        ) AS one WHERE one <> ''
    );
    numbers text[] := ARRAY(
        SELECT intake_number(one) FROM unnest(
            ARRAY[OLD.phone::text] || ARRAY(SELECT point ->> 'text' FROM jsonb_array_elements(OLD.more_phones) AS point)
        ) AS one WHERE length(intake_number(one)) > 5
    );
BEGIN
    DELETE FROM intake_arrival WHERE account_id = OLD.account_id AND contact_id IS NULL
        AND lower(coalesce(read -> 'facts' ->> 'last_name', '')) IN ('', lower(OLD.last_name))
        AND (
            EXISTS (
                SELECT FROM jsonb_array_elements_text(coalesce(read -> 'emails', '[]')) AS one
                WHERE lower(one) = ANY (addresses)
            ) OR EXISTS (
                SELECT FROM jsonb_array_elements(coalesce(read -> 'phones', '[]')) AS one
                WHERE intake_number(one ->> 1) = ANY (numbers)
            )
        );
    RETURN NULL;
END $$;
CREATE TRIGGER intake_forget_person AFTER DELETE ON contacts_contact
FOR EACH ROW EXECUTE FUNCTION intake_forget_person();
"""
BACK = """
DROP TRIGGER intake_forget_person ON contacts_contact;
DROP FUNCTION intake_forget_person();
DROP FUNCTION intake_number(text);
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("intake", "0007_source"), ("contacts", "0018_room")]

    operations = [
        AddIndexConcurrently(
            "arrival",
            models.Index(condition=models.Q(("contact__isnull", True)), fields=["account"], name="arrival_of_nobody"),
        ),
        migrations.RunSQL(FORGET, BACK),
    ]

"""The number of what waits for a person, kept with the office by a trigger.

Every page of its leaders shows it, and the office is read with every request anyway.
"""

from django.db import migrations

COUNT = """
CREATE FUNCTION intake_count() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before int := CASE WHEN TG_OP <> 'INSERT' AND OLD.result IN ('unread', 'refused') THEN 1 ELSE 0 END;
    after int := CASE WHEN TG_OP <> 'DELETE' AND NEW.result IN ('unread', 'refused') THEN 1 ELSE 0 END;
BEGIN
    IF before <> after THEN
        UPDATE accounts_account SET to_look_at = to_look_at + after - before
        WHERE id = CASE WHEN TG_OP = 'DELETE' THEN OLD.account_id ELSE NEW.account_id END;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER intake_count AFTER INSERT OR DELETE OR UPDATE OF result ON intake_arrival
FOR EACH ROW EXECUTE FUNCTION intake_count();
UPDATE accounts_account SET to_look_at = found.number FROM (
    SELECT account_id, count(*) AS number FROM intake_arrival WHERE result IN ('unread', 'refused') GROUP BY account_id
) AS found WHERE found.account_id = accounts_account.id
"""


class Migration(migrations.Migration):
    dependencies = [("intake", "0001_arrivals"), ("accounts", "0007_to_look_at")]

    operations = [
        migrations.RunSQL(COUNT, "DROP TRIGGER intake_count ON intake_arrival; DROP FUNCTION intake_count()"),
    ]

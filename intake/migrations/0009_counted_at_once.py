"""The number of what waits for a person is written once for each statement, not once for each row of it."""

from django.db import migrations

COUNT = """
CREATE FUNCTION intake_count_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE accounts_account SET to_look_at = to_look_at + found.number FROM (
            SELECT account_id, count(*) AS number FROM after WHERE result IN ('unread', 'refused') GROUP BY account_id
        ) AS found WHERE found.account_id = accounts_account.id;
    ELSIF TG_OP = 'DELETE' THEN
        UPDATE accounts_account SET to_look_at = to_look_at - found.number FROM (
            SELECT account_id, count(*) AS number FROM before WHERE result IN ('unread', 'refused') GROUP BY account_id
        ) AS found WHERE found.account_id = accounts_account.id;
    ELSE
        UPDATE accounts_account SET to_look_at = to_look_at + found.number FROM (
            SELECT account_id, sum(number) AS number FROM (
                SELECT account_id, 1 AS number FROM after WHERE result IN ('unread', 'refused')
                UNION ALL SELECT account_id, -1 FROM before WHERE result IN ('unread', 'refused')
            ) AS each GROUP BY account_id HAVING sum(number) <> 0
        ) AS found WHERE found.account_id = accounts_account.id;
    END IF;
    RETURN NULL;
END $$;
DROP TRIGGER intake_count ON intake_arrival;
DROP FUNCTION intake_count();
CREATE TRIGGER intake_count_inserted AFTER INSERT ON intake_arrival REFERENCING NEW TABLE AS after
FOR EACH STATEMENT EXECUTE FUNCTION intake_count_rows();
CREATE TRIGGER intake_count_updated AFTER UPDATE ON intake_arrival REFERENCING OLD TABLE AS before NEW TABLE AS after
FOR EACH STATEMENT EXECUTE FUNCTION intake_count_rows();
CREATE TRIGGER intake_count_deleted AFTER DELETE ON intake_arrival REFERENCING OLD TABLE AS before
FOR EACH STATEMENT EXECUTE FUNCTION intake_count_rows();
"""
BACK = """
DROP TRIGGER intake_count_inserted ON intake_arrival;
DROP TRIGGER intake_count_updated ON intake_arrival;
DROP TRIGGER intake_count_deleted ON intake_arrival;
DROP FUNCTION intake_count_rows();
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
"""


class Migration(migrations.Migration):
    dependencies = [("intake", "0008_of_nobody")]

    operations = [migrations.RunSQL(COUNT, BACK)]

"""The office carries its holidays, so that every page can show how long a lead has waited without asking for them.

Days of more than a year ago are left out: nobody waits for that long.
"""

from django.db import migrations
from django.db.migrations import RunSQL

DAYS = """
    SELECT coalesce(string_agg(day::text, ',' ORDER BY day), '') FROM funnel_holiday
    WHERE account_id = {account} AND day > current_date - 400
"""
TRIGGER = f"""
CREATE FUNCTION funnel_holiday_kept() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    office bigint := coalesce(NEW.account_id, OLD.account_id);
BEGIN
    UPDATE accounts_account SET free_days = ({DAYS.format(account="office")}) WHERE id = office;
    RETURN NULL;
END $$;
CREATE TRIGGER funnel_holiday_kept AFTER INSERT OR DELETE OR UPDATE OF day ON funnel_holiday
FOR EACH ROW EXECUTE FUNCTION funnel_holiday_kept();
UPDATE accounts_account SET free_days = ({DAYS.format(account="accounts_account.id")})
WHERE EXISTS (SELECT FROM funnel_holiday WHERE account_id = accounts_account.id);
"""
BACK = """
DROP TRIGGER funnel_holiday_kept ON funnel_holiday;
DROP FUNCTION funnel_holiday_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0009_hours"), ("funnel", "0022_message_statistics")]

    operations = [RunSQL(TRIGGER, BACK)]

"""A tally of the cards in each column, so that no count reads more rows with more contacts.

A statement that adds, removes or moves cards changes a part of the tally that no other transaction is changing, or
adds one: nobody waits, so there is no deadlock, and there are as many parts as there ever were changes at once.
COPY, cascades and plain SQL are seen as well. Filling it keeps changes of cards, but not reading, waiting for as long
as one count of the index takes, about a second for a million cards.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations import RunSQL

from base.constraints import composite_key

# Three functions, since a trigger sees the rows before, after or both.
CHANGES = {
    "insert": "SELECT column_id, account_id, count(*) AS cards FROM after GROUP BY column_id, account_id",
    "delete": "SELECT column_id, account_id, -count(*) AS cards FROM before GROUP BY column_id, account_id",
    "update": "SELECT column_id, account_id, sum(card) AS cards FROM ("
    " SELECT column_id, account_id, 1 AS card FROM after UNION ALL SELECT column_id, account_id, -1 FROM before"
    ") AS either GROUP BY column_id, account_id HAVING sum(card) <> 0",
}
SEEN = {
    "insert": "NEW TABLE AS after",
    "delete": "OLD TABLE AS before",
    "update": "OLD TABLE AS before NEW TABLE AS after",
}
FUNCTION = """
CREATE FUNCTION pipeline_tally_{kind}() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    change record;
BEGIN
    FOR change IN {changes} LOOP
        UPDATE pipeline_tally SET cards = cards + change.cards WHERE id = (
            SELECT id FROM pipeline_tally WHERE column_id = change.column_id AND account_id = change.account_id
            LIMIT 1 FOR NO KEY UPDATE SKIP LOCKED
        );
        IF NOT FOUND THEN
            INSERT INTO pipeline_tally (account_id, column_id, cards)
            SELECT account_id, id, change.cards FROM pipeline_column
            WHERE id = change.column_id AND account_id = change.account_id;
        END IF;
    END LOOP;
    RETURN NULL;
END $$;
CREATE TRIGGER pipeline_tally_{kind} AFTER {kind} ON pipeline_card REFERENCING {seen}
FOR EACH STATEMENT EXECUTE FUNCTION pipeline_tally_{kind}();
"""
FILL = """
INSERT INTO pipeline_tally (account_id, column_id, cards)
SELECT account_id, column_id, count(*) FROM pipeline_card GROUP BY account_id, column_id
"""


def kept() -> list[RunSQL]:
    """Return one trigger for each way in which cards change."""
    return [
        RunSQL(
            FUNCTION.format(kind=kind, changes=changes, seen=SEEN[kind]),
            f"DROP TRIGGER pipeline_tally_{kind} ON pipeline_card; DROP FUNCTION pipeline_tally_{kind}()",
        )
        for kind, changes in CHANGES.items()
    ]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0005_invited_by"),
        ("pipeline", "0013_import_row_candidates"),
    ]

    operations = [
        migrations.CreateModel(
            name="Tally",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("cards", models.IntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="accounts.account",
                    ),
                ),
                (
                    "column",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="pipeline.column",
                    ),
                ),
            ],
            options={"indexes": [models.Index(fields=["column"], name="tally_of_column")]},
        ),
        composite_key("pipeline_tally", "column_id", "pipeline_column", "CASCADE"),
        *kept(),
        RunSQL(FILL, RunSQL.noop),
    ]

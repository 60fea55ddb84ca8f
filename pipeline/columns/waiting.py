"""SQL of how many contacts wait in „Neue Kontakte“, as the `login` of an `office` sees it: see `pipeline.news`."""

FIRST = "(SELECT id FROM pipeline_column WHERE account_id = office.id AND key = 'new')"
NUMBER = f"""
CASE
    WHEN login.role = 'marketing' THEN 0
    WHEN login.role = 'agent' AND office.agents_see = 'own' THEN (
        SELECT count(*)::int FROM (
            SELECT FROM pipeline_card AS card
            WHERE card.column_id = {FIRST} AND card.assignee_id = ANY (ARRAY[0, login.id]) LIMIT 100
        ) AS own
    )
    ELSE (SELECT coalesce(sum(part.cards), 0)::int FROM pipeline_tally AS part WHERE part.column_id = {FIRST})
END
"""

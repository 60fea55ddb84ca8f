"""What a column's head counts, as SQL: its contacts, and the mails of its series."""

from funnel.letters.imprint import COMPLETE_SQL
from pipeline.columns import tally

Counts = tuple[int, int | None]  # contacts, mails

# Number of mails that a column's series sends: 0 while the series or all mails of the office are switched off,
# IMPRINT_LACKS while the Impressum is incomplete, NULL without a series.
IMPRINT_LACKS = -1
MAILS = f"""
CASE WHEN {{column}}.sequence_id IS NOT NULL THEN (
    SELECT CASE WHEN count(*) = 0 OR bool_and({COMPLETE_SQL}) THEN count(*) ELSE {IMPRINT_LACKS} END
    FROM funnel_step AS step
    JOIN funnel_sequence AS sequence ON sequence.id = step.sequence_id AND sequence.is_on
    JOIN funnel_sender AS sender ON sender.account_id = sequence.account_id AND sender.is_on
    WHERE step.sequence_id = {{column}}.sequence_id AND step.is_on AND step.removed_at IS NULL
) END
"""
BOTH = f"{tally.CARDS.format(column='col')}, {MAILS.format(column='col')}"  # of `pipeline_column AS col`

"""Whether anything that an open page shows has changed: a fingerprint, for browsers that have no stream.

One statement reads which transactions wrote the rows (`xmin`), and no content; for marketing, which sees little of a
contact, it reads just that. What the user may not see is not part of it, so neither what it is nor that it changed can
be learned from it.
"""

from collections.abc import Collection
from datetime import date
from functools import cache
from typing import NamedTuple

from accounts.models import User
from base.sql import one_row
from contacts.models import limits
from pipeline.selection import MANY

# What the page of a contact shows beside its facts.
STORY = (
    *("contacts_action", "contacts_change", "contacts_consent", "pipeline_move"),
    *("funnel_enrolment", "funnel_message", "funnel_optin"),
)
EVERYWHERE = ("accounts_user", "funnel_sequence", "funnel_step", "funnel_sender", "funnel_holiday")  # few rows
# Each keeping writes into its row. What people decide of the rest alters the office's number of what waits for them.
OF_LEADERS = ("intake_inlet",)
CARDS = "SELECT sum(tally.cards) FROM pipeline_tally AS tally WHERE tally.column_id = col.id"
OWN_CARDS = f"""
SELECT count(*) FROM (
    SELECT FROM pipeline_card AS card
    WHERE card.column_id = col.id AND card.assignee_id = ANY (ARRAY[0, %(user)s]) LIMIT {MANY + 1}
) AS own
"""
NEWEST = """
SELECT id FROM contacts_contact WHERE account_id = %(office)s AND {whose} ORDER BY {latest} DESC LIMIT 1
"""
# Sums, not maxima: of two transactions the one that began first may end last.
WRITTEN = "SELECT concat_ws(' ', count(*), sum({rows}.xmin::text::bigint)) FROM {rows}"
ROWS = "contact.xmin AS written, card.xmin AS placed"
BRIEF = """
concat_ws('~', contact.title, contact.first_name, contact.last_name, contact.partner_title, contact.partner_first_name,
    contact.partner_last_name, contact.company, contact.source, contact.last_action_at) AS written,
card.column_id AS placed
"""
FINGERPRINT = """
WITH shown AS MATERIALIZED (
    SELECT contact.id, {row}
    FROM unnest(%(contacts)s::bigint[]) AS asked (id)
    JOIN contacts_contact AS contact
        ON contact.id = asked.id AND contact.account_id = %(office)s AND contact.trashed_at IS NULL {sight}
    LEFT JOIN pipeline_card AS card ON card.contact_id = contact.id
)
SELECT md5(concat_ws('|', %(about)s::text,
    (SELECT string_agg(concat_ws(' ', id, written, placed), ',' ORDER BY id) FROM shown),
    (SELECT string_agg(concat_ws(' ', col.id, col.xmin, ({cards})), ',' ORDER BY col.id)
        FROM pipeline_column AS col WHERE col.account_id = %(office)s),
    {parts}
)), md5(pg_current_snapshot()::text)
"""


class Print(NamedTuple):
    mark: str  # the same as long as nothing has changed
    snapshot: str  # the state of the database it was read in, as `session_store` says it


def fingerprint(user: User, contacts: Collection[int], contact: int | None, today: date) -> Print:
    """Return it for a page that shows these contacts, and the whole story of one of them if the user may open it."""
    is_limited = limits(user)
    contact = contact if user.works_contacts else None
    office = user.account
    about = f"{user.pk} {user.role} {is_limited} {office.plan} {today} {office.office_hours} {office.late_after}"
    about += f" {office.to_look_at} {office.duplicates}" if user.leads else ""
    shown = sorted({*contacts, contact} if contact else {*contacts})
    values = {"office": user.account_id, "user": user.pk, "contacts": shown, "contact": contact, "about": about}
    row = one_row(_statement(is_limited, user.works_contacts, user.leads, contact is not None), values)
    assert row
    return Print(*row)


@cache
def _statement(is_limited: bool, works_contacts: bool, leads: bool, has_story: bool) -> str:
    tables = (EVERYWHERE if works_contacts else ()) + (OF_LEADERS if leads else ())
    parts = [f"{WRITTEN.format(rows=table)} WHERE account_id = %(office)s" for table in tables]
    if has_story:
        whose = "WHERE contact_id = (SELECT id FROM shown WHERE id = %(contact)s)"
        parts += [f"{WRITTEN.format(rows=table)} {whose}" for table in STORY]
    if is_limited:
        mine, nobodys = "assignee_id = %(user)s", "assignee_id IS NULL"
        parts += [NEWEST.format(whose=whose, latest="id") for whose in (mine, nobodys)]
        sight = f"AND (contact.{mine} OR contact.{nobodys})"
    else:
        parts += [NEWEST.format(whose="true", latest="created_at")] if works_contacts else ["SELECT ''"]
        sight = ""
    listed = ",\n    ".join(f"coalesce(({part})::text, '-')" for part in parts)
    row, cards = ROWS if works_contacts else BRIEF, OWN_CARDS if is_limited else CARDS
    return FINGERPRINT.format(row=row, cards=cards, sight=sight, parts=listed)

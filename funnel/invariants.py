"""Invariants of mails, checked in the database (numbers 10, 11 and 13)."""

from django.utils.translation import gettext as _

from base.checking import Broken, broken_rows, of_account

# The message was claimed while the contact was the one it is now.
_OF_ONE = (
    "NOT EXISTS (SELECT FROM contacts_change AS past WHERE past.contact_id = message.contact_id"
    " AND past.kind IN ('merged', 'parted') AND past.at >= message.claimed_at)"
)


def nothing_is_sent_twice(account_id: int | None) -> Broken:
    """10. At most one sent message per contact and step and per address and step, and one active series per contact."""
    went = "message.state IN ('sent', 'unclear', 'sending')"
    for key in ("contact_id", "address"):
        yield from broken_rows(
            _("Schritt %(step)s ging mehrmals an dieselbe Person (Nachrichten %(ids)s)."),
            "SELECT step_id AS step, string_agg(message.id::text, ', ' ORDER BY message.id) AS ids"
            f" FROM funnel_message message WHERE {went} AND {of_account('message')}"
            f" GROUP BY account_id, step_id, {key} HAVING count(*) > 1",
            account_id,
        )
    yield from broken_rows(
        _("Kontakt %(contact)s hat mehrere laufende Serien."),
        "SELECT contact_id AS contact FROM funnel_enrolment enrolment"
        f" WHERE state = 'active' AND {of_account('enrolment')} GROUP BY contact_id HAVING count(*) > 1",
        account_id,
    )


def nothing_is_claimed_after_a_stop(account_id: int | None) -> Broken:
    """11. No message of a contact is claimed after its series was stopped.

    If both have the same timestamp, their order is unknown and the claim is accepted. What was claimed before two
    contacts became one is not measured by what the other one had said.
    """
    yield from broken_rows(
        _("Nachricht %(id)s wurde nach dem Ende ihrer Serie vorbereitet."),
        "SELECT message.id FROM funnel_message message JOIN funnel_enrolment enrolment"
        " ON enrolment.id = message.enrolment_id AND enrolment.state = 'ended'"
        f" WHERE message.claimed_at > enrolment.changed_at AND {_OF_ONE} AND {of_account('message')}",
        account_id,
    )
    yield from broken_rows(
        _("Nachricht %(id)s ist geplant, obwohl ihre Serie beendet ist."),
        "SELECT message.id FROM funnel_message message JOIN funnel_enrolment enrolment"
        " ON enrolment.id = message.enrolment_id AND enrolment.state = 'ended'"
        f" WHERE message.state IN ('planned', 'claimed') AND {of_account('message')}",
        account_id,
    )
    yield from broken_rows(
        _("Nachricht %(id)s wurde nach einem Widerruf vorbereitet."),
        "SELECT message.id FROM funnel_message message CROSS JOIN LATERAL ("
        " SELECT granted, occurred_at, id FROM contacts_consent consent"
        " WHERE consent.contact_id = message.contact_id AND channel = 'email' AND recorded_at < message.claimed_at"
        " AND is_proven"
        " ORDER BY occurred_at DESC, id DESC LIMIT 1"
        ") AS newest WHERE NOT newest.granted AND NOT EXISTS ("
        " SELECT FROM contacts_consent consent WHERE consent.contact_id = message.contact_id AND granted AND is_proven"
        " AND channel = 'email' AND recorded_at = message.claimed_at"
        " AND (consent.occurred_at, consent.id) > (newest.occurred_at, newest.id)"
        f") AND {_OF_ONE} AND {of_account('message')}",
        account_id,
    )


def paused_mails_wait(account_id: int | None) -> Broken:
    """16. A planned mail waits if and only if its series is paused."""
    yield from broken_rows(
        _("Nachricht %(id)s wartet, obwohl ihre Serie nicht pausiert, oder umgekehrt."),
        "SELECT message.id FROM funnel_message message JOIN funnel_enrolment enrolment"
        " ON enrolment.id = message.enrolment_id WHERE message.state = 'planned'"
        f" AND message.waits <> (enrolment.state = 'paused') AND {of_account('message')}",
        account_id,
    )


def books_balance(account_id: int | None) -> Broken:
    """13. Messages have an end if and only if their state is final, and every sent message has an action."""
    yield from broken_rows(
        _("Nachricht %(id)s („%(state)s“) hat kein Ende oder eines zu viel."),
        "SELECT message.id, message.state FROM funnel_message message WHERE (finished_at IS NULL) <>"
        f" (state IN ('planned', 'claimed', 'sending')) AND {of_account('message')}",
        account_id,
    )
    yield from broken_rows(
        _("Bei Kontakt %(id)s stehen %(sent)s gesendete Nachrichten neben %(bubbles)s Aktionen."),
        "SELECT contact.id, ledger.sent, coalesce((contact.action_counts ->> 'funnel_mail')::int, 0) AS bubbles"
        " FROM contacts_contact contact JOIN (SELECT contact_id, count(*) AS sent FROM funnel_message"
        " WHERE state = 'sent' GROUP BY contact_id) AS ledger ON ledger.contact_id = contact.id"
        " WHERE contact.merged_into IS NULL"
        " AND ledger.sent <> coalesce((contact.action_counts ->> 'funnel_mail')::int, 0)"
        # Who was merged from two has all their actions, but each step only once.
        " AND (ledger.sent > coalesce((contact.action_counts ->> 'funnel_mail')::int, 0) OR NOT EXISTS ("
        "SELECT FROM contacts_change AS past WHERE past.contact_id = contact.id AND past.kind = 'merged'))"
        f" AND {of_account('contact')}",
        account_id,
    )

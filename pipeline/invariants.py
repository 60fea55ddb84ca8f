"""Invariants of the data, checked in the database: one function each.

Each takes an account's id, or None for all accounts, and yields a sentence for each row that violates the invariant.
Nothing is locked, so that a board in use can be checked; each statement sees a single point in time.
"""

from collections.abc import Callable, Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Account, Role, User
from base.checking import Broken, broken_rows, of_account
from contacts import invariants as people
from contacts.kinds import NOT_COUNTED
from funnel import invariants as mails
from pipeline import board, merged
from pipeline.models import Column
from pipeline.selection import Selection


def one_card_for_each_live_contact(account_id: int | None) -> Broken:
    """1. A contact outside the trash has one card, in a column of its account; one in the trash has none."""
    cards = "FROM contacts_contact contact LEFT JOIN pipeline_card card ON card.contact_id = contact.id"
    kept = "LEFT JOIN pipeline_trashedcard kept ON kept.contact_id = contact.id"
    yield from broken_rows(
        _("Kontakt %(id)s hat keine Karte."),
        f"SELECT contact.id {cards} WHERE contact.trashed_at IS NULL AND card IS NULL AND {of_account('contact')}",
        account_id,
    )
    yield from broken_rows(
        _("Kontakt %(id)s liegt im Papierkorb und hat eine Karte."),
        f"SELECT contact.id {cards} WHERE contact.trashed_at IS NOT NULL AND card IS NOT NULL"
        f" AND {of_account('contact')}",
        account_id,
    )
    yield from broken_rows(
        _("Kontakt %(id)s und der Papierkorb widersprechen sich."),
        f"SELECT contact.id FROM contacts_contact contact {kept}"
        f" WHERE (contact.trashed_at IS NULL) <> (kept IS NULL) AND {of_account('contact')}",
        account_id,
    )
    yield from broken_rows(
        _("Karte %(id)s gehört einem anderen Büro als ihr Kontakt oder ihre Spalte %(place)s."),
        "SELECT card.contact_id AS id, card.column_id AS place FROM pipeline_card card"
        " LEFT JOIN contacts_contact contact ON contact.id = card.contact_id"
        " LEFT JOIN pipeline_column place ON place.id = card.column_id"
        " WHERE (contact.account_id IS DISTINCT FROM card.account_id OR place.account_id <> card.account_id)"
        f" AND {of_account('card')}",
        account_id,
    )


def columns_stand_in_order(account_id: int | None) -> Broken:
    """2. Each key once in each account, `new` first, positions 0…n-1."""
    yield from broken_rows(
        _("Büro %(id)s hat %(count)s Spalten mit dem Schlüssel „%(key)s“."),
        "SELECT account.id, wanted.key, count(held.id) FROM accounts_account account"
        " CROSS JOIN unnest(%(keys)s::text[]) AS wanted(key)"
        " LEFT JOIN pipeline_column held ON held.account_id = account.id AND held.key = wanted.key"
        f" WHERE {of_account('account', 'id')} GROUP BY account.id, wanted.key HAVING count(held.id) <> 1",
        account_id,
        keys=Column.Key.values,
    )
    yield from broken_rows(
        _("Spalte %(id)s („Neue Kontakte“) steht an Stelle %(position)s."),
        "SELECT place.id, position FROM pipeline_column place WHERE key = 'new' AND position <> 0"
        f" AND {of_account('place')}",
        account_id,
    )
    yield from broken_rows(
        _("Spalte %(id)s steht an Stelle %(position)s statt %(wanted)s."),
        "SELECT id, position, wanted FROM (SELECT place.id, position,"
        " row_number() OVER (PARTITION BY account_id ORDER BY position, id) - 1 AS wanted"
        f" FROM pipeline_column place WHERE {of_account('place')}) AS counted WHERE position <> wanted",
        account_id,
    )


def no_shared_place(account_id: int | None) -> Broken:
    """3. No two cards of a column share a place."""
    yield from broken_rows(
        _("Die Karten %(ids)s teilen sich einen Platz in Spalte %(place)s."),
        "SELECT string_agg(card.contact_id::text, ', ' ORDER BY card.contact_id) AS ids, card.column_id AS place"
        f" FROM pipeline_card card WHERE {of_account('card')} GROUP BY card.column_id, card.rank HAVING count(*) > 1",
        account_id,
    )


def moves_form_a_chain(account_id: int | None) -> Broken:
    """4. A card is in the column of its last move, and each move starts in the column where the one before ended."""
    yield from broken_rows(
        _("Karte %(id)s steht in Spalte %(place)s, ihr letzter Wechsel führte nach %(last)s."),
        "SELECT card.contact_id AS id, card.column_id AS place, last.to_column_id AS last FROM pipeline_card card"
        f" JOIN ({_LAST_MOVE}) AS last USING (contact_id)"
        f" WHERE last.to_column_id <> card.column_id AND {of_account('card')}",
        account_id,
    )
    yield from broken_rows(
        _("Der Wechsel %(id)s beginnt nicht, wo der vorige endete."),
        "SELECT id FROM (SELECT move.id, from_column_id, lag(to_column_id)"
        " OVER (PARTITION BY contact_id ORDER BY version) AS stood"
        f" FROM pipeline_move move WHERE {of_account('move')}) AS chain WHERE stood <> from_column_id",
        account_id,
    )


def columns_go_empty(account_id: int | None) -> Broken:
    """5. A column that was deleted held no contact: no card points nowhere, or lost the column of its last move."""
    yield from broken_rows(
        _("Karte %(id)s steht in der gelöschten Spalte %(place)s."),
        "SELECT card.contact_id AS id, card.column_id AS place FROM pipeline_card card"
        f" LEFT JOIN pipeline_column held ON held.id = card.column_id WHERE held IS NULL AND {of_account('card')}",
        account_id,
    )
    yield from broken_rows(
        _("Die Spalte, in die Karte %(id)s zuletzt kam („%(name)s“), wurde unter ihr gelöscht."),
        "SELECT card.contact_id AS id, last.to_name AS name FROM pipeline_card card"
        f" JOIN ({_LAST_MOVE}) AS last USING (contact_id) WHERE last.to_column_id IS NULL AND {of_account('card')}",
        account_id,
    )


def actions_are_counted(account_id: int | None) -> Broken:
    """6. Last action and bubbles of a contact are those of its performed actions."""
    yield from broken_rows(
        _("Kontakt %(id)s zeigt andere Aktionen oder ein anderes letztes Datum, als erfasst ist."),
        "SELECT contact.id FROM contacts_contact contact LEFT JOIN ("
        "SELECT contact_id, jsonb_object_agg(kind, number) AS counts,"
        " max(last) FILTER (WHERE kind <> ALL (%(silent)s::text[])) AS last FROM ("
        "SELECT contact_id, kind, count(*) AS number, max(performed_at) AS last FROM contacts_action action"
        f" WHERE performed_at IS NOT NULL AND {of_account('action')} GROUP BY contact_id, kind) AS kinds"
        " GROUP BY contact_id"
        ") AS performed ON performed.contact_id = contact.id"
        " WHERE (contact.action_counts <> coalesce(performed.counts, '{}')"
        f" OR contact.last_action_at IS DISTINCT FROM performed.last) AND {of_account('contact')}",
        account_id,
        silent=[str(kind) for kind in NOT_COUNTED],
    )


def views_agree(account_id: int | None) -> Broken:
    """7. Board and list show a user the same contacts, and the column counters add up to the size of the list."""
    for user in _pairs_of_eyes(account_id):
        selection = Selection(user, timezone.localdate())
        listed = selection.contacts().order_by().values_list("pk")
        shown = selection.cards().order_by().values_list("pk")
        for ids, place in (
            (listed.difference(shown), _("der Liste")),
            (shown.difference(listed), _("der Pipeline")),
        ):
            for (pk,) in ids:
                yield _("Kontakt %(id)s steht für %(who)s nur in %(place)s.") % {
                    "id": pk,
                    "who": user.email,
                    "place": place,
                }
        counted, total = sum(column.total for column in board.counted(selection, most=None)), listed.count()
        if counted != total:
            yield _("Die Spalten zeigen %(who)s %(counted)s Kontakte, die Liste %(total)s.") % {
                "who": user.email,
                "counted": counted,
                "total": total,
            }


def versions_count_moves(account_id: int | None) -> Broken:
    """8. A card's version is one more than the number of its moves, which are numbered from 2 without a gap."""
    yield from broken_rows(
        _("Karte %(id)s hat Version %(version)s und %(moves)s Wechsel."),
        "SELECT contact_id AS id, kept.version, count(move.id) AS moves FROM ("
        "SELECT contact_id, account_id, version FROM pipeline_card UNION ALL"
        " SELECT contact_id, account_id, version FROM pipeline_trashedcard"
        f") AS kept LEFT JOIN pipeline_move move USING (contact_id) WHERE {of_account('kept')}"
        " GROUP BY contact_id, kept.version"
        " HAVING kept.version <> 1 + count(move.id) OR min(move.version) <> 2 OR max(move.version) <> kept.version",
        account_id,
    )
    yield from broken_rows(
        _("Der Wechsel %(id)s führt aus einer Spalte in dieselbe."),
        f"SELECT move.id FROM pipeline_move move WHERE from_column_id = to_column_id AND {of_account('move')}",
        account_id,
    )


def assignees_are_colleagues(account_id: int | None) -> Broken:
    """9. A contact is assigned to nobody outside its account. (Plan and activity count at the commit, not for ever.)"""
    yield from broken_rows(
        _("Kontakt %(id)s ist Mitarbeiter %(assignee)s zugewiesen, den es in seinem Büro nicht gibt."),
        "SELECT contact.id, contact.assignee_id AS assignee FROM contacts_contact contact"
        " LEFT JOIN accounts_user AS colleague ON colleague.id = contact.assignee_id"
        " AND colleague.account_id = contact.account_id"
        f" WHERE contact.assignee_id IS NOT NULL AND colleague IS NULL AND {of_account('contact')}",
        account_id,
    )


def status_and_mails_agree(account_id: int | None) -> Broken:
    """12. What a status change planned names that change; no series runs against the status of its contact."""
    yield from broken_rows(
        _("Nachricht %(id)s nennt einen Statuswechsel, den es nicht gibt."),
        "SELECT message.id FROM funnel_message message LEFT JOIN pipeline_move move ON move.id = message.planned_by"
        " AND move.contact_id = message.contact_id"
        f" WHERE message.planned_by IS NOT NULL AND move IS NULL AND {of_account('message')}",
        account_id,
    )
    yield from broken_rows(
        _("Für Kontakt %(id)s läuft eine Serie, die nicht zu seinem Status gehört."),
        "SELECT card.contact_id AS id FROM funnel_enrolment enrolment"
        " JOIN pipeline_card card ON card.contact_id = enrolment.contact_id"
        " JOIN pipeline_column place ON place.id = card.column_id"
        " WHERE enrolment.state = 'active' AND (place.is_lost OR place.sequence_id <> enrolment.sequence_id)"
        f" AND {of_account('card')}",
        account_id,
    )


def cards_are_tallied(account_id: int | None) -> Broken:
    """14. The parts of a column's tally add up to its number of cards."""
    yield from broken_rows(
        _("Spalte %(id)s hat %(cards)s Karten, gezählt sind %(tallied)s."),
        "SELECT id, cards, tallied FROM (SELECT place.id,"
        " (SELECT count(*) FROM pipeline_card AS card"
        " WHERE card.column_id = place.id AND card.account_id = place.account_id) AS cards,"
        " (SELECT coalesce(sum(part.cards), 0) FROM pipeline_tally AS part WHERE part.column_id = place.id) AS tallied"
        f" FROM pipeline_column place WHERE {of_account('place')}) AS either WHERE cards <> tallied",
        account_id,
    )


def cards_carry_what_filters_ask(account_id: int | None) -> Broken:
    """15. A card carries the assignee, due date, source, age and tags of its contact."""
    yield from broken_rows(
        _("Karte %(id)s trägt anderes als ihr Kontakt: Mitarbeiter, Fälligkeit, Quelle, Alter oder Schlagwörter."),
        "SELECT card.contact_id AS id FROM pipeline_card card JOIN contacts_contact contact"
        " ON contact.id = card.contact_id"
        " WHERE (card.assignee_id <> coalesce(contact.assignee_id, 0) OR card.due_on IS DISTINCT FROM contact.due_on"
        " OR card.source <> contact.source OR card.created_at IS DISTINCT FROM contact.created_at"
        " OR card.tags <> contact.tags)"
        f" AND {of_account('card')}",
        account_id,
    )


INVARIANTS: dict[int, Callable[[int | None], Broken]] = {
    1: one_card_for_each_live_contact,
    2: columns_stand_in_order,
    3: no_shared_place,
    4: moves_form_a_chain,
    5: columns_go_empty,
    6: actions_are_counted,
    7: views_agree,
    8: versions_count_moves,
    9: assignees_are_colleagues,
    10: mails.nothing_is_sent_twice,
    11: mails.nothing_is_claimed_after_a_stop,
    12: status_and_mails_agree,
    13: mails.books_balance,
    14: cards_are_tallied,
    15: cards_carry_what_filters_ask,
    16: mails.paused_mails_wait,
    17: people.foreign_ids_are_kept,
    18: merged.merges_hold,
}

_LAST_MOVE = (
    "SELECT DISTINCT ON (contact_id) contact_id, to_column_id, to_name FROM pipeline_move"
    " ORDER BY contact_id, version DESC"
)


def broken(account: Account | None = None) -> list[tuple[int, str]]:
    """Return all violations as pairs of the invariant's number and a sentence, of one account or of all."""
    account_id = account.pk if account else None
    return [(number, row) for number, check in INVARIANTS.items() for row in check(account_id)]


def _pairs_of_eyes(account_id: int | None) -> Iterator[User]:
    """Yield a user for each different view of an account: one who sees everything, and each agent who does not."""
    users = User.objects.select_related("account").filter(is_active=True).order_by("account", "pk")
    seen = set()
    for user in users.filter(account=account_id) if account_id else users:
        limited = user.role == Role.AGENT and user.account.agents_see == Account.Sight.OWN
        view = (user.account_id, user.pk if limited else None)
        if view not in seen:
            seen.add(view)
            yield user

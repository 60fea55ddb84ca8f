"""Each invariant catches the breakage planted for it, if necessary after dropping a constraint."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import Account
from contacts.models import Contact
from funnel.models import Message
from pipeline import leads
from pipeline.cards import moves
from pipeline.invariants import INVARIANTS, broken
from pipeline.models import Card, Column, Move
from tests import soundness
from tests.clock import TUESDAY
from tests.factories import ActionFactory, ContactFactory, UserFactory
from tests.funnel.mailing import grant, lead, move, ready, steps

pytestmark = pytest.mark.breaks_invariants
NOW = TUESDAY


def sql(*statements: str) -> None:
    """Run the statements, deferred checks first, so that tables can be altered."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in statements:
            cursor.execute(statement)


@pytest.fixture
def office(krueger, anna, board):
    """Three contacts with history: moved, acted on, assigned, one in the trash."""
    ada, bob, cyd = (ContactFactory(column=board["Nicht erreicht"], first_name=n) for n in ("Ada", "Bob", "Cyd"))
    for column in ("Termin vereinbart", "Bewertung erstellt"):
        card = Card.objects.of(krueger).get(contact=ada)
        moves.move_card(
            user=anna,
            contact_id=ada.pk,
            column_id=board[column].pk,
            version=card.version,
            via=Move.Via.BOARD,
            now=NOW,
        )
    ActionFactory(contact=ada, kind="call")
    ActionFactory(contact=ada, kind="bounce", performed_at=NOW + timedelta(hours=1))
    Contact.objects.of(krueger).filter(pk=bob.pk).update(assignee=anna)
    leads.trash(user=anna, contact_ids=[cyd.pk], now=NOW)
    mail(anna, board)
    return {"ada": ada.pk, "bob": bob.pk, "cyd": cyd.pk}


def mail(anna, board):
    """Dan runs through the series of „Erfolgreich kontaktiert“; its first mail was sent."""
    ready(anna.account)
    steps(board["Erfolgreich kontaktiert"].sequence, 0, 3)
    dan = lead(board["Nicht erreicht"], first_name="Dan")
    move(anna, dan, board["Erfolgreich kontaktiert"], NOW)
    Message.objects.filter(contact=dan, step__position=0).update(state="sent", claimed_at=NOW, finished_at=NOW)
    ActionFactory(contact=dan, kind="funnel_mail")


def test_valid_offices_break_no_invariant(office, hansen):
    ContactFactory(account=hansen)
    assert broken() == []


NO_SAME_ACCOUNT = "ALTER TABLE pipeline_card DROP CONSTRAINT pipeline_card_column_id_same_account"
# The breakages: the invariant that must report them, and the statements.
BREAKAGES = {
    "no card": (1, "DELETE FROM pipeline_card WHERE contact_id = {bob}"),
    "card in the trash": (1, "UPDATE contacts_contact SET trashed_at = now() WHERE id = {bob}"),
    "trash forgets": (1, "DELETE FROM pipeline_trashedcard WHERE contact_id = {cyd}"),
    "column of another office": (
        1,
        NO_SAME_ACCOUNT,
        "UPDATE pipeline_card SET column_id = {foreign_column} WHERE contact_id = {bob}",
    ),
    "key lost": (2, "UPDATE pipeline_column SET key = NULL WHERE id = {column[Auftrag erhalten]}"),
    "key twice": (
        2,
        "DROP INDEX column_key_once",
        "UPDATE pipeline_column SET key = 'won' WHERE id = {column[Nicht erreicht]}",
    ),
    "new is not first": (
        2,
        "ALTER TABLE pipeline_column DROP CONSTRAINT column_new_is_first",
        "UPDATE pipeline_column SET position = 1 - position WHERE account_id = {office} AND position < 2",
    ),
    "gap between columns": (2, "UPDATE pipeline_column SET position = 9 WHERE id = {column[Kein Auftrag]}"),
    "two columns in one place": (
        2,
        "ALTER TABLE pipeline_column DROP CONSTRAINT column_position_once",
        "UPDATE pipeline_column SET position = 5 WHERE id = {column[Kein Auftrag]}",
    ),
    "shared place": (
        3,
        "ALTER TABLE pipeline_card DROP CONSTRAINT card_place_once",
        "UPDATE pipeline_card SET rank = 'a0', column_id = {column[Kein Auftrag]} WHERE contact_id IN ({ada}, {bob})",
    ),
    "card elsewhere than moved": (
        4,
        "UPDATE pipeline_card SET column_id = {column[Kein Auftrag]} WHERE contact_id = {ada}",
    ),
    "chain torn": (
        4,
        "UPDATE pipeline_move SET from_column_id = {column[Kein Auftrag]} WHERE contact_id = {ada} AND version = 3",
    ),
    "column deleted under its card": (
        5,
        NO_SAME_ACCOUNT,
        "DELETE FROM pipeline_column WHERE id = {column[Nicht erreicht]}",
    ),
    "column deleted and its card put aside": (
        5,
        NO_SAME_ACCOUNT,
        "DELETE FROM pipeline_column WHERE id = {column[Bewertung erstellt]}",
        "UPDATE pipeline_card SET column_id = {column[Kein Auftrag]} WHERE contact_id = {ada}",
    ),
    "bubble too many": (
        6,
        "UPDATE contacts_contact SET action_counts = jsonb_build_object('call', 2, 'bounce', 1) WHERE id = {ada}",
    ),
    "bounce taken for a sign of life": (
        6,
        "UPDATE contacts_contact SET last_action_at = last_action_at + interval '1 hour' WHERE id = {ada}",
    ),
    "action not counted": (6, "DELETE FROM contacts_action WHERE contact_id = {ada}"),
    "only in the list": (7, "DELETE FROM pipeline_card WHERE contact_id = {bob}"),
    "only on the board": (7, "UPDATE contacts_contact SET trashed_at = now() WHERE id = {bob}"),
    "counters do not add up": (
        7,
        NO_SAME_ACCOUNT,
        "UPDATE pipeline_card SET column_id = 1000000000 WHERE contact_id = {bob}",
    ),
    "version without a move": (8, "UPDATE pipeline_card SET version = 2 WHERE contact_id = {bob}"),
    "move without a version": (8, "UPDATE pipeline_card SET version = 2 WHERE contact_id = {ada}"),
    "move lost": (8, "DELETE FROM pipeline_move WHERE contact_id = {ada} AND version = 2"),
    "version lost in the trash": (8, "UPDATE pipeline_trashedcard SET version = 7 WHERE contact_id = {cyd}"),
    "move to nowhere": (
        8,
        "UPDATE pipeline_move SET to_column_id = from_column_id WHERE contact_id = {ada} AND version = 2",
    ),
    "assigned to a stranger": (
        9,
        "ALTER TABLE contacts_contact DROP CONSTRAINT contacts_contact_assignee_id_same_account",
        "UPDATE contacts_contact SET assignee_id = {stranger} WHERE id = {bob}",
    ),
    "step sent twice": (
        10,
        "DROP INDEX message_once_per_contact",
        "DROP INDEX message_once_per_address",
        "INSERT INTO funnel_message (account_id, contact_id, enrolment_id, step_id, address, state, reason,"
        " planned_for, is_urgent, attempts, message_id, answer, subject, html, text, finished_at)"
        " SELECT account_id, contact_id, enrolment_id, step_id, address, 'sent', '', now(), false, 1,"
        " 'again', '', '', '', '', now() FROM funnel_message WHERE state = 'sent'",
    ),
    "an id that its contact does not list": (
        17,
        "INSERT INTO contacts_foreignid (account_id, contact_id, source, value) VALUES ({office}, {bob}, 'x', 'y')",
    ),
    "two series at once": (
        10,
        "DROP INDEX enrolment_one_active",
        "INSERT INTO funnel_enrolment (account_id, contact_id, sequence_id, state, reason, address, started_at,"
        " changed_at) SELECT account_id, contact_id, (SELECT max(id) FROM funnel_sequence sequence"
        " WHERE sequence.account_id = {office}), 'active', '', '', now(), now() FROM funnel_enrolment",
    ),
    "claimed after the end": (
        11,
        "UPDATE funnel_message SET state = 'cancelled', finished_at = now() WHERE state = 'planned'",
        "UPDATE funnel_enrolment SET state = 'ended', changed_at = changed_at - interval '1 hour'",
    ),
    "planned after the end": (11, "UPDATE funnel_enrolment SET state = 'ended'"),
    "claimed after a withdrawal": (
        11,
        "UPDATE contacts_consent SET granted = false, recorded_at = recorded_at - interval '1 year'",
    ),
    "planned by nothing": (12, "UPDATE funnel_message SET planned_by = 1000000000"),
    "series against the status": (
        12,
        "UPDATE funnel_enrolment SET sequence_id = (SELECT sequence_id FROM pipeline_column"
        " WHERE id = {column[Auftrag erhalten]})",
    ),
    "sent without an end": (13, "UPDATE funnel_message SET finished_at = NULL WHERE state = 'sent'"),
    "sent without an action": (
        13,
        "UPDATE funnel_message SET state = 'sent', finished_at = now(), claimed_at = now()",
    ),
    "tally off by one": (
        14,
        "UPDATE pipeline_tally SET cards = cards + 1 WHERE column_id = {column[Nicht erreicht]}",
    ),
    "cards that nobody tallied": (
        14,
        "ALTER TABLE pipeline_card DISABLE TRIGGER pipeline_tally_update",
        "UPDATE pipeline_card SET column_id = {column[Kein Auftrag]} WHERE contact_id = {bob}",
    ),
    "waiting beside a series that runs": (16, "UPDATE funnel_message SET waits = NOT waits"),
    "merged into nobody who knows": (18, "UPDATE contacts_contact SET merged_into = {bob} WHERE id = {bob}"),
    "a number of duplicates that are none": (18, "UPDATE accounts_account SET duplicates = 3 WHERE id = {office}"),
    "card of another source": (15, "UPDATE pipeline_card SET source = 'other' WHERE contact_id = {bob}"),
    "tags that only a card has": (15, "UPDATE pipeline_card SET tags = '{{Erbe}}' WHERE contact_id = {bob}"),
    "assignee that no card carries": (
        15,
        "ALTER TABLE contacts_contact DISABLE TRIGGER pipeline_card_carries",
        "UPDATE contacts_contact SET due_on = '2026-12-24' WHERE id = {bob}",
    ),
}


@pytest.fixture
def plant(office, krueger, hansen, board):
    names = office | {
        "office": krueger.pk,
        "stranger": UserFactory(account=hansen).pk,
        "foreign_column": Column.objects.of(hansen).earliest("position").pk,
        "column": {name: column.pk for name, column in board.items()},
    }
    return lambda statements: sql(*(statement.format(**names) for statement in statements))


@pytest.mark.parametrize("name", BREAKAGES)
def test_breakage_is_caught(plant, krueger, hansen, name):
    number, *statements = BREAKAGES[name]
    plant(statements)
    caught = {number for number, _ in broken(krueger)}
    assert number in caught
    assert soundness.first_broken(krueger) == min(caught - {7}, default=None)  # as after each test
    assert caught <= {number for number, _ in broken()}
    assert broken(hansen) == []
    assert soundness.first_broken(hansen) is None


HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("said", "is_broken"),
    [
        ([(False, -HOUR)], True),
        ([(False, -HOUR), (True, HOUR)], True),
        ([(False, -HOUR), (True, -HOUR / 2)], False),
        ([(False, HOUR)], False),
        ([(False, 0 * HOUR)], False),  # at the instant of the claim: as well after it
        ([(False, -HOUR), (True, 0 * HOUR)], False),  # as well before it
    ],
)
def test_a_claim_is_judged_by_consents_recorded_before_it(office, krueger, said, is_broken):
    message = Message.objects.of(krueger).get(state="sent")
    for granted, later in said:
        grant(message.contact, message.claimed_at + later, granted)
    assert list(INVARIANTS[11](krueger.pk)) == (
        [f"Nachricht {message.pk} wurde nach einem Widerruf vorbereitet."] if is_broken else []
    )


def test_every_invariant_has_a_breakage():
    assert {number for number, *_ in BREAKAGES.values()} == set(INVARIANTS)


def test_command_names_the_rows_and_exits_1(plant, office, krueger, hansen):
    plant(BREAKAGES["no card"][1:])
    out = StringIO()
    with pytest.raises(CommandError) as refusal:
        call_command("check_invariants", stdout=out)
    assert refusal.value.returncode == 1
    assert f"1  Kontakt {office['bob']} hat keine Karte." in out.getvalue().splitlines()
    call_command("check_invariants", account=hansen.pk, stdout=out)
    with pytest.raises(CommandError):
        call_command("check_invariants", account=krueger.pk, stdout=out)


def test_command_exits_0_for_a_valid_office(office):
    out = StringIO()
    call_command("check_invariants", stdout=out)
    assert out.getvalue() == "Alle Zusagen 1 bis 18 gelten.\n"


def test_command_does_not_know_an_unknown_office(db):
    with pytest.raises(CommandError) as refusal:
        call_command("check_invariants", account=10**9, stdout=StringIO())
    assert refusal.value.returncode == 2


def test_agent_with_a_limited_view_is_checked_as_well(office, krueger, sofia, django_assert_num_queries):
    with django_assert_num_queries(5):  # who looks; list, board (twice), counters, size: one view for all
        list(INVARIANTS[7](krueger.pk))
    krueger.agents_see = Account.Sight.OWN
    krueger.save()
    with django_assert_num_queries(9):
        assert list(INVARIANTS[7](krueger.pk)) == []

"""What comes in through the one door: once, whole, with its consents, and without a mail that nobody agreed to."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.db import connection, transaction
from procrastinate.contrib.django.models import ProcrastinateJob

from contacts import actions, consent
from contacts.models import Action, Change, Consent, Contact, ForeignId
from funnel import opt_in
from funnel.models import Enrolment, Message, OptIn
from funnel.permission import eligibility
from funnel.permission.suppression import address_hash, suppress
from funnel.permission.tokens import opt_in_token
from funnel.series import maintenance
from pipeline.attested import Agreed
from pipeline.cards import bulk, moves
from pipeline.inquiries import Outcome, take_in
from pipeline.models import Card, Move
from tests.factories import ContactFactory, put_in_trash
from tests.funnel.mailing import MONDAY as NOW
from tests.funnel.mailing import ready, steps

KLARA = {"first_name": "Klara", "last_name": "Lindner", "email": "klara@lead.example", "phone": "0171 5574099"}
YES = Agreed("email", True, "Ich möchte E-Mails.", "3", "form", "https://lindner.example/formular")
MINUTE = timedelta(minutes=1)


@pytest.fixture
def office(anna, board):
    ready(anna.account)
    return anna.account


def take(account, text="", now=NOW, **given):
    return take_in(account=account, values=KLARA | given.pop("values", {}), text=text, now=now, **given)


def told():
    return [action.text for action in Contact.objects.get().actions.order_by("pk")]


def asked():
    return ProcrastinateJob.objects.filter(task_name="send_opt_in").count()


def test_the_same_inquiry_again_changes_nothing(office):
    first = take(office, "Hallo", foreign=("Portal", "4711"))
    before = Contact.objects.values().get()
    again = take(office, "Hallo", foreign=("Portal", "4711"), values={"city": "Bonn"}, consents=[YES])
    assert (first.outcome, again.outcome, again.contact) == (Outcome.NEW, Outcome.REPEATED, first.contact)
    assert Contact.objects.values().get() == before
    assert (told(), Consent.objects.count()) == (["Hallo"], 0)


def test_two_portals_are_one_contact_with_two_sources(office):
    take(office, "eins", foreign=("ImmoScout24", "a-1"), source_label="ImmoScout24")
    found = take(office, "zwei", foreign=("Immowelt", "a-1"), source_label="Immowelt")
    assert (found.outcome, Contact.objects.count()) == (Outcome.AGAIN, 1)
    assert found.contact.foreign_ids == [["ImmoScout24", "a-1"], ["Immowelt", "a-1"]]
    assert sorted(ForeignId.objects.values_list("source", "value")) == [("ImmoScout24", "a-1"), ("Immowelt", "a-1")]
    assert told() == ["eins\n\nÜber: ImmoScout24", "zwei\n\nÜber: Immowelt"]
    assert found.contact.source_detail == "ImmoScout24"


def test_a_long_id_is_told_from_another_that_begins_alike(office):
    take(office, foreign=("Portal", "x" * 300 + "1"))
    assert take(office, foreign=("Portal", "x" * 300 + "1")).outcome is Outcome.REPEATED
    assert take(office, foreign=("Portal", "x" * 300 + "2")).outcome is Outcome.AGAIN


def test_an_id_of_another_office_is_another_inquiry(office, hansen, paul):
    take(office, foreign=("Portal", "4711"))
    assert take(hansen, foreign=("Portal", "4711")).outcome is Outcome.NEW


@pytest.mark.django_db(transaction=True)
def test_the_same_inquiry_at_the_same_time_is_one(office):
    def taken(_number):
        try:
            return take(office, foreign=("Portal", "4711")).outcome
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as pool:
        found = [*pool.map(taken, range(4))]
    assert sorted(outcome.value for outcome in found) == ["new", "repeated", "repeated", "repeated"]
    assert Contact.objects.get().action_counts == {"inquiry": 1}


def test_what_was_killed_halfway_left_nothing_and_comes_again(office):
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        take(office, foreign=("Portal", "4711"), consents=[YES])
        1 / 0  # noqa: B018
    assert not Contact.objects.exists() and not asked()
    assert take(office, foreign=("Portal", "4711")).outcome is Outcome.NEW


def test_everything_the_sender_said_is_kept(office):
    further = [("Etage", "3. OG"), *((f"Frage {n}", "ja") for n in range(50)), ("lang", "x" * 1001)]
    contact = take(office, "Bitte anrufen", campaign={"utm_source": "google"}, further=further).contact
    assert contact.campaign == [["utm_source", "google"]]
    assert (len(contact.further), contact.further[0]) == (50, ["Etage", "3. OG"])
    assert told() == [f"Bitte anrufen\n\nFrage 49: ja\nlang: {'x' * 1001}"]


def test_a_long_text_goes_on_in_notes_and_says_so_and_our_own_lines_come_first(office):
    answers = [(f"Frage {number}", f"{number}" * 4000) for number in range(3)]
    take(office, "Hallo" * 2000, further=answers, source_label="Formular")
    first, second, third = told()
    assert first.startswith("Über: Formular\n\nFrage 0: 000") and max(map(len, told())) <= 10_000
    assert [text.endswith("[gekürzt: weiter in der nächsten Notiz]") for text in told()] == [True, True, False]
    said = first + second + third
    assert [said.count(sign) for sign in "012"] == [4001] * 3
    assert said.count("Hallo") >= 1998  # where two parts meet, one is halved
    assert Contact.objects.get().action_counts == {"inquiry": 1, "note": 2}


def test_a_text_without_an_end_is_cut_and_says_so(office):
    take(office, "x" * 200_000)
    assert (len(told()), told()[-1][-10:]) == (10, "\n[gekürzt]")


def test_what_contradicts_stands_in_the_inquiry_and_nothing_is_overwritten(office):
    take(office, values={"city": "Bonn", "value": 480_000}, further=[("Etage", "2. OG")])
    values = {"city": "Köln", "value": 500_000, "street": "Am Deich 7"}
    contact = take(office, values=values, further=[("Etage", "3. OG")]).contact
    assert (contact.city, contact.value, contact.street) == ("Bonn", 480_000, "Am Deich 7")
    assert contact.further == [["Etage", "2. OG"], ["Etage", "3. OG"]]
    assert told()[1] == "Ort (abweichend): Köln\nWert (abweichend): 500.000\u00a0€"


def test_it_was_asked_when_the_sender_says_but_not_in_the_future(office):
    take(office, occurred_at=NOW - timedelta(days=2))
    take(office, occurred_at=NOW + timedelta(days=2))
    times = Contact.objects.get().actions.order_by("pk").values_list("performed_at", flat=True)
    assert list(times) == [NOW - timedelta(days=2), NOW]


def test_a_couple_with_one_address_stays_two(office):
    take(office)
    assert take(office, values={"first_name": "Konrad"}).outcome is Outcome.NEW
    assert take(office, values={"first_name": "Konrad"}).outcome is Outcome.AGAIN


def test_out_of_the_trash_it_comes_back_and_says_so(office, board):
    put_in_trash(take(office).contact)
    found = take(office, "Noch da?")
    assert (found.outcome, found.contact.trashed_at, found.contact.card.column) == (
        *(Outcome.AGAIN, None),
        board["Neue Kontakte"],
    )
    assert told()[1] == "Noch da?\n\nDer Kontakt lag im Papierkorb und ist durch diese Anfrage zurückgekommen."
    assert Change.Kind.RESTORED in Change.objects.values_list("kind", flat=True)
    assert Card.objects.get().asked_again_at == NOW


# Consents


def test_a_consent_is_evidence_and_counts_once_it_is_proven(office, board):
    steps(board["Neue Kontakte"].sequence, 0)
    both = [YES, Agreed("phone", True, "Anrufen ja")]
    contact = take(office, consents=both, enrol=True, source_label="Formular").contact
    evidence = {row.channel: row for row in Consent.objects.all()}
    email = evidence["email"]
    assert (email.wording, email.wording_version, email.place, email.method, email.address, email.is_proven) == (
        *("Ich möchte E-Mails.", "3", "https://lindner.example/formular", "form", "klara@lead.example"),
        False,
    )
    assert (evidence["phone"].address, evidence["phone"].is_proven) == ("+491715574099", True)
    assert eligibility.missing(contact) == "no_consent"
    assert not [state for state in consent.states(contact) if state.channel == "email" and state.granted]
    assert maintenance.resume_ready(now=NOW) == 0
    (question,) = OptIn.objects.all()
    assert (question.address, question.asked_by, question.asked_from, asked()) == (
        *("klara@lead.example", None),
        *("Formular", 1),
    )
    opt_in.confirm(token=opt_in_token(question), now=NOW + MINUTE)
    assert eligibility.missing(contact) == ""
    assert maintenance.resume_ready(now=NOW + MINUTE) == 1
    assert Message.objects.filter(state="planned").exists()


def test_a_signed_source_may_prove_it(office):
    contact = take(office, consents=[YES], is_proven=True).contact
    assert (eligibility.missing(contact), asked()) == ("", 0)


def test_without_a_consent_no_mail_goes_out(office):
    contact = take(office).contact
    take(office, consents=[Agreed("email", False, "Ich möchte E-Mails.")])
    assert (eligibility.missing(contact), asked()) == ("no_consent", 0)


def test_a_stranger_is_asked_at_most_every_three_minutes_and_thrice_a_day(office):
    found = {take(office, consents=[YES], now=NOW + n * MINUTE).outcome for n in range(50)}
    assert found == {Outcome.NEW, Outcome.AGAIN}
    times = [(one - NOW) // MINUTE for one in OptIn.objects.order_by("pk").values_list("asked_at", flat=True)]
    assert (times, asked()) == ([0, 3, 6], 3)


def test_a_suppressed_address_is_taken_in_and_never_mailed(office):
    suppress(account_id=office.pk, digest=address_hash(office.pk, KLARA["email"]), reason="objection", now=NOW)
    found = take(office, consents=[YES], enrol=True)
    assert (found.outcome, eligibility.missing(found.contact), asked()) == (Outcome.NEW, "suppressed", 0)
    assert not Message.objects.exists()


def test_a_withdrawal_outlives_what_anybody_types(office, anna):
    contact = take(office, consents=[YES], is_proven=True).contact
    said = {"channel": "email", "granted": False, "method": "spoken", "now": NOW + MINUTE}
    consent.record(contact=contact, actor=anna, **said)
    take(office, consents=[YES], now=NOW + 2 * MINUTE)
    assert eligibility.missing(contact) == "no_consent"


def test_an_empty_box_takes_nothing_back(office):
    contact = take(office, consents=[YES], is_proven=True).contact
    take(office, consents=[Agreed("email", False)])
    assert (eligibility.missing(contact), Consent.objects.count()) == ("", 1)


def test_an_agreement_without_its_words_is_no_evidence_but_is_kept(office):
    take(office, consents=[Agreed("email", True), Agreed("pager", True, "ja")])
    assert not Consent.objects.exists() and not asked()
    assert told() == [
        "Einwilligung (email): erteilt, aber ohne Wortlaut\nEinwilligung (pager): erteilt, aber ohne Wortlaut"
    ]


def test_a_further_inquiry_enrols_nobody(office):
    take(office)
    take(office, consents=[YES], is_proven=True, enrol=True)
    assert not Enrolment.objects.exists()


# The mark of somebody who asked again


@pytest.fixture
def again(office):
    """The contact of somebody who asked again."""
    take(office)
    return take(office).contact


def is_marked(client):
    """Whether the open board shows the mark; the card says the same as the board."""
    html = client.get("/contacts/board/").content.decode()
    assert ("erneut angefragt" in html) == Card.objects.filter(asked_again_at__isnull=False).exists()
    return "erneut angefragt" in html


def test_a_first_inquiry_is_not_marked(office, login, anna):
    take(office)
    assert not is_marked(login(anna))


@pytest.mark.parametrize(
    ("act", "is_left"),
    [
        (lambda o: actions.perform(contact=o.contact, kind="call", outcome="mailbox", actor=o.user, now=NOW), False),
        (lambda o: actions.perform(contact=o.contact, kind="note", text="x", actor=o.user, now=NOW), True),
        (lambda o: actions.perform(contact=o.contact, kind="funnel_mail", actor=None, now=NOW), True),
        (lambda o: actions.plan(contact=o.contact, kind="meeting", actor=o.user, planned_for=NOW, now=NOW), True),
        (lambda o: actions.done(action=o.planned(), actor=o.user, now=NOW), False),
        (lambda o: o.move("Nicht erreicht"), False),
        (lambda o: bulk.move_many(user=o.user, contact_ids=[o.contact.pk], column_id=o.column, now=NOW), False),
    ],
    ids=["call", "note", "mail of the funnel", "planned", "held", "move", "move of many"],
)
def test_the_mark_stays_until_somebody_acts(again, login, anna, board, act, is_left):
    class Story:
        contact, user, column = again, anna, board["Nicht erreicht"].pk

        def planned(self):
            return actions.plan(contact=again, kind="meeting", actor=anna, planned_for=NOW, now=NOW)

        def move(self, name):
            place = {"column_id": board[name].pk, "after_id": None, "version": 1, "via": Move.Via.BOARD}
            moves.move_card(user=anna, contact_id=again.pk, now=NOW, **place)

    assert is_marked(login(anna))
    act(Story())
    assert is_marked(login(anna)) == is_left


def test_the_date_of_an_old_call_is_corrected_and_the_mark_stays(office, login, anna):
    contact = take(office).contact
    hours_ago = [NOW - timedelta(hours=hours) for hours in (30, 29)]
    call = actions.perform(contact=contact, kind="call", actor=anna, performed_at=hours_ago[0], now=NOW)
    take(office)
    Action.objects.filter(pk=call.pk).update(performed_at=hours_ago[1])
    assert is_marked(login(anna))
    Action.objects.filter(pk=call.pk).update(performed_at=NOW)
    assert not is_marked(login(anna))


def test_another_contact_is_not_marked(again, office, login, anna):
    other = ContactFactory(account=office)
    assert Card.objects.get(pk=other.pk).asked_again_at is None
    assert login(anna).get("/contacts/board/").content.decode().count("erneut angefragt") == 1


# A kill of the process, for real


KILLED = """
import os, sys, django
django.setup()
from datetime import datetime, UTC
from django.db import transaction
from accounts.models import Account
from pipeline.inquiries import take_in
with transaction.atomic():
    take_in(account=Account.objects.get(pk=int(sys.argv[1])), values={"last_name": "Lindner"},
            foreign=("Portal", "1"), now=datetime.now(UTC))
    os.kill(os.getpid(), 9)
"""


@pytest.mark.django_db(transaction=True)
def test_a_killed_process_leaves_the_inquiry_to_be_taken_in_again(office, pytestconfig):
    url = urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    run = [sys.executable, "-c", KILLED, str(office.pk)]
    killed = subprocess.run(run, cwd=pytestconfig.rootpath, env=os.environ | {"DATABASE_URL": url}, check=False)
    assert (killed.returncode, Contact.objects.count()) == (-9, 0)
    assert take(office, foreign=("Portal", "1")).outcome is Outcome.NEW

"""What arrives is kept, read and taken in, once."""

import base64
from datetime import timedelta
from itertools import pairwise

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from contacts.models import Action, Consent, Contact
from intake import arrivals, taking, tray
from intake.models import Arrival, Inlet, InletKind, Result
from intake.reading.lead import Lead, NotRead
from pipeline import leads
from tests.intake.arriving import NOW, OLGA, inlet, kept, later

OTTO = {"facts": {"last_name": "Otto"}, "phones": [["mobile", "0151 55501234"], ["fax", "040 5550123"]]}


def take(arrival: Arrival, seconds: float = 0) -> Arrival:
    return taking.take(arrival.pk, later(seconds))


def unreadable(raw: bytes, content_type: str, mapping: object) -> list[Lead]:
    raise NotRead("Das ist kein JSON.")


def test_what_arrives_becomes_a_contact_with_its_inquiry(hook):
    taken = take(kept(hook, OLGA))
    contact = Contact.objects.get()
    assert (taken.result, taken.contact, taken.parser) == (Result.NEW, contact, "tests")
    assert (contact.first_name, contact.email, contact.source_detail) == ("Olga", "olga@st.example", "Unsere Website")
    assert Action.objects.get().text == "Bitte!\n\nÜber: Unsere Website"
    assert taken.read["emails"] == ["olga@st.example"]


def test_numbers_keep_their_kind_and_a_fax_is_never_the_first(hook):
    take(kept(hook, OTTO | {"phones": [["fax", "040 5550123"], ["mobile", "0151 55501234"]]}))
    contact = Contact.objects.get()
    assert (contact.phone, contact.phone_kind) == ("0151 55501234", "mobile")
    assert [(one["text"], one["kind"]) for one in contact.more_phones] == [("040 5550123", "fax")]


def test_nothing_that_was_said_is_lost(hook):
    facts = {"last_name": "Otto", "living_area": "sehr groß"}
    take(kept(hook, {"facts": facts, "message": "Hallo", "further": [["Balkon", "ja"]], "campaign": {"gclid": "7"}}))
    contact = Contact.objects.get()
    assert Action.objects.get().text.splitlines()[:2] == ["Hallo", "Wohnfläche in m²: sehr groß"]
    assert (contact.further, contact.campaign) == ([["Balkon", "ja"]], [["gclid", "7"]])


def test_what_a_reader_left_out_is_said(hook):
    take(kept(hook, OLGA | {"left_out": 3}))
    assert "[gekürzt: im Eingang steht, was sonst noch gesendet wurde]" in Action.objects.get().text


def test_the_same_id_of_the_sender_is_taken_in_once_whatever_its_key(hook):
    first, second = (take(kept(hook, OLGA | {"foreign_id": "w-1"})) for _time in range(2))
    assert (second.result, second.contact) == (Result.REPEATED, first.contact)
    assert Action.objects.count() == 1


def test_a_consent_becomes_evidence_and_is_asked_for_once_more(hook):
    given = {
        "channel": "email",
        "granted": True,
        "wording": "Ja, gern.",
        "wording_version": "3",
        "place": "https://x.example",
    }
    arrival = kept(hook, OLGA | {"consents": [given]})
    with_consents = Arrival.objects.get(pk=arrival.pk)
    assert take(with_consents).result == Result.NEW
    (evidence,) = Consent.objects.all()
    assert (evidence.wording, evidence.wording_version, evidence.is_proven) == ("Ja, gern.", "3", False)


def test_the_relay_of_a_portal_is_not_the_address_of_the_person(hook):
    take(kept(hook, OTTO | {"emails": ["x7@relay.example"], "has_own_address": False}))
    assert Contact.objects.get().email == ""
    assert "x7@relay.example" in Action.objects.get().text


def test_the_same_person_inquires_again(hook):
    first, second = take(kept(hook, OLGA)), take(kept(hook, OLGA))
    assert (second.result, second.contact) == (Result.AGAIN, first.contact)
    assert Action.objects.count() == 2


def test_the_same_key_is_kept_and_taken_in_once(hook):
    first = kept(hook, OLGA, key="m1")
    assert take(first).result == Result.NEW
    again = kept(hook, OTTO, key="m1")
    assert (again.pk, take(again).result) == (first.pk, Result.NEW)
    assert (Contact.objects.count(), Action.objects.count()) == (1, 1)


def test_the_same_key_may_come_another_way(hook, anna):
    other = inlet(anna.account)
    assert kept(hook, OLGA, key="m1").pk != kept(other, OLGA, key="m1").pk


def test_what_cannot_be_read_stays_with_its_reason(hook):
    taken = take(kept(hook, unread="Der Anhang ist abgeschnitten."))
    assert (taken.result, taken.reason, taken.contact) == (Result.UNREAD, "Der Anhang ist abgeschnitten.", None)


def test_what_is_no_lead_is_kept_as_such(hook):
    assert take(kept(hook, no_lead="Werbung")).result == Result.DISCARDED


def test_nobody_in_it_and_no_name_are_for_people(hook):
    assert [take(kept(hook)).result, take(kept(hook, {"message": "?"})).result] == [Result.UNREAD] * 2
    assert Contact.objects.count() == 0


def test_a_test_makes_no_contact(hook):
    assert take(kept(hook, OLGA | {"is_test": True})).result == Result.TEST
    assert Contact.objects.count() == 0


def test_a_fault_of_ours_is_tried_again_later_and_given_up_at_last(hook, caplog):
    arrival = take(kept(hook, fault="secret of a person"))
    assert (arrival.result, arrival.attempts) == (Result.WAITING, 1)
    assert taking.take_waiting(now=later(30)) == 0  # its keeper may still be at it
    pauses = []
    for _attempt in range(5):
        pauses.append(Arrival.objects.get().due_at)
        taking.take_waiting(now=pauses[-1])
    assert [after - before for before, after in pairwise(pauses)] == [
        timedelta(minutes=2**number) for number in (1, 2, 3, 4)
    ]
    arrival.refresh_from_db()
    assert (arrival.result, arrival.reason) == (Result.UNREAD, "Beim Lesen trat mehrmals ein Fehler auf.")
    assert taking.take_waiting(now=later(10**6)) == 0
    assert "given up" in caplog.text


def test_a_fault_in_the_middle_of_several_people_takes_in_nobody(hook):
    arrival = take(kept(hook, OLGA, {"facts": {"last_name": "Otto"}, "phones": [["mobile", 7]]}))
    assert (arrival.result, Contact.objects.count(), Arrival.objects.count()) == (Result.WAITING, 0, 1)


def test_several_people_are_a_contact_each_and_erasing_one_erases_what_speaks_of_all(hook):
    first = take(kept(hook, OLGA, OTTO))
    olga, otto = Arrival.objects.order_by("pk")
    assert (olga.pk, olga.contact.last_name, otto.contact.last_name) == (first.pk, "Wagner", "Otto")
    assert (olga.bundle, otto.bundle, bytes(otto.raw)) == (olga.pk, olga.pk, b"")
    assert b"0151" in bytes(olga.raw)
    leads.erase(Contact.objects.of(hook.account).filter(pk=otto.contact_id))
    (left,) = Arrival.objects.all()
    assert (left.pk, bytes(left.raw)) == (olga.pk, b"")
    assert "0151" not in str(left.read)


def test_erasing_a_contact_erases_what_arrived_of_it(hook):
    contact = take(kept(hook, OLGA)).contact
    leads.erase(Contact.objects.of(hook.account).filter(pk=contact.pk))
    assert Arrival.objects.count() == 0


@pytest.mark.parametrize(
    ("sent", "is_erased"),
    [
        ({"emails": ["OLGA@st.example"]}, True),
        ({"phones": [["", "0170 / 123 45 67"]]}, True),
        ({"phones": [["", "+49 170 1234567"]], "facts": {"last_name": "wagner"}}, True),
        ({"emails": ["olga@st.example"], "facts": {"last_name": "Otto"}}, False),  # somebody else at this address
        ({"emails": ["otto@st.example"], "phones": [["", "0170 12345678"]]}, False),
        ({"message": "Ruft mich an"}, False),
    ],
)
def test_erasing_a_contact_erases_what_else_arrived_from_their_address_or_number(hook, sent, is_erased):
    known = take(kept(hook, OLGA | {"phones": [["mobile", "0170 1234567"]]}))
    take(kept(hook, unread="Das ist kein JSON."))
    Arrival.objects.filter(contact=None).update(read=sent)
    leads.erase(Contact.objects.of(hook.account).filter(pk=known.contact_id))
    assert Arrival.objects.exists() is not is_erased


@pytest.mark.parametrize(
    ("raw", "is_erased"),
    [
        (b"\xff Olga@ST.example, bitte anrufen", True),
        (b"Von: olga=40st.example", True),
        (b"a=olga%40st.example&b", True),
        (base64.encodebytes(b"x" * 60 + b" olga@st.example " + b"x" * 60), True),
        (b"An: olga@st.example,\r\n  <x@y.example>\r\nhallo", False),  # whom it went to
        (b"Von: anna@krueger.example; niemand@st.example", False),
    ],
)
def test_erasing_a_contact_erases_what_names_their_address_though_nobody_could_read_it(
    hook, monkeypatch, raw, is_erased
):
    known = take(kept(hook, OLGA | {"emails": ["olga@st.example", "anna@krueger.example"]}))
    monkeypatch.setitem(taking.READERS, InletKind.HOOK, unreadable)
    arrival = arrivals.keep(inlet=hook, key="x", raw=raw, content_type="text/plain", now=NOW)
    arrival = taking.take(arrival.pk, NOW)
    assert arrival.result == Result.UNREAD
    assert tray.lead_of(arrival) is None
    leads.erase(Contact.objects.of(hook.account).filter(pk=known.contact_id))
    assert Arrival.objects.exists() is not is_erased


def test_the_same_id_is_the_same_thing_whatever_its_inlet_is_called_by_now(hook):
    take(kept(hook, OLGA | {"foreign_id": "w-1"}))
    Inlet.objects.filter(pk=hook.pk).update(name="Neue Website")
    assert take(kept(hook, OLGA | {"foreign_id": "w-1"})).result == Result.REPEATED
    assert Contact.objects.get().foreign_ids == [["Unsere Website", "w-1"]]


def test_the_same_id_of_another_inlet_of_that_name_is_another_thing(hook, anna):
    take(kept(hook, OLGA | {"foreign_id": "w-1"}))
    other = inlet(anna.account)
    assert take(kept(other, OTTO | {"foreign_id": "w-1"})).result == Result.NEW
    assert take(kept(other, OTTO | {"foreign_id": "w-1"})).result == Result.REPEATED
    assert Contact.objects.get(last_name="Otto").foreign_ids == [[f"Unsere Website {other.pk}", "w-1"]]


def test_what_arrived_is_kept_for_ninety_days(hook):
    take(kept(hook, OLGA))
    assert arrivals.forget(now=NOW + timedelta(days=90)) == 0
    assert arrivals.forget(now=NOW + timedelta(days=90, seconds=1)) == 1
    assert Contact.objects.count() == 1


def test_what_is_forgotten_goes_in_batches_and_each_writes_once_into_its_office(hook, monkeypatch):
    monkeypatch.setattr(arrivals, "BATCH", 2)
    for _number in range(5):
        take(kept(hook, unread="x"))
    account = hook.account

    def waiting() -> int:
        account.refresh_from_db()
        return account.to_look_at

    assert waiting() == 5
    with CaptureQueriesContext(connection) as queries:
        assert arrivals.forget(now=NOW + timedelta(days=91)) == 5
    assert len([one for one in queries if "DELETE FROM intake_arrival" in one["sql"]]) == 4
    assert waiting() == 0


def test_the_number_that_waits_is_written_once_for_each_statement(hook):
    for _number in range(3):
        take(kept(hook, unread="x"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_get_xact_tuples_updated('accounts_account'::regclass)")
        (before,) = cursor.fetchone()
        cursor.execute("UPDATE intake_arrival SET result = 'discarded'")
        cursor.execute("UPDATE intake_arrival SET result = 'unread'")
        cursor.execute("DELETE FROM intake_arrival")
        cursor.execute("SELECT pg_stat_get_xact_tuples_updated('accounts_account'::regclass)")
        assert cursor.fetchone() == (before + 3,)


@pytest.fixture
def narrow(hook, monkeypatch):
    monkeypatch.setitem(arrivals.LIMITS, hook.kind, arrivals.Limit(2, 3, 400))
    return hook


def test_what_is_beyond_the_limits_is_dropped_and_counted(narrow):
    for second in (1, 2):
        kept(narrow, OLGA, now=later(second))
    with pytest.raises(arrivals.TooMuch) as refusal:
        kept(narrow, OLGA, now=later(20))
    assert refusal.value.seconds == 40
    kept(narrow, OTTO, now=later(60))
    with pytest.raises(arrivals.TooMuch) as refusal:
        kept(narrow, OLGA, now=later(3600))
    assert refusal.value.seconds == 3600
    narrow.refresh_from_db()
    assert (Arrival.objects.count(), narrow.dropped, narrow.last_arrival_at) == (3, 2, later(60))


def test_a_day_has_room_for_so_many_bytes(narrow):
    assert 0 < kept(narrow, OLGA).size < 200
    with pytest.raises(arrivals.TooMuch) as refusal:
        kept(narrow, OLGA | {"message": "x" * 300})
    assert refusal.value.seconds == 3600


def test_a_retry_beyond_the_limit_finds_what_was_kept(narrow):
    first = kept(narrow, OLGA, key="a")
    kept(narrow, OLGA)
    assert kept(narrow, OLGA, key="a").pk == first.pk


def test_more_than_anybody_reads_is_refused(hook):
    with pytest.raises(arrivals.TooLarge):
        arrivals.keep(inlet=hook, key="k", raw=b"x" * 1_000_001, content_type="", now=NOW)


def test_nothing_is_kept_for_an_inlet_of_another_office(hook, paul):
    forged = Inlet(pk=hook.pk, account=paul.account, kind=hook.kind)
    with pytest.raises(arrivals.TooMuch):
        kept(forged, OLGA)
    assert Arrival.objects.count() == 0


def test_taking_in_and_marking_are_one_transaction(hook):
    arrival = kept(hook, OLGA)
    with connection.cursor() as cursor:  # marking fails after everything else is done
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE intake_arrival ADD CONSTRAINT stuck CHECK (result = 'waiting')")
    assert take(arrival).result == Result.WAITING
    assert Contact.objects.count() == 0

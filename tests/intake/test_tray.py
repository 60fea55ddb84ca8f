"""The tray: what arrived, what became of it, and what people decide about the rest."""

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection
from django.http import QueryDict
from django.utils import timezone

from base.refusals import Conflict
from contacts.models import Action, Contact
from funnel import opt_in
from funnel.models import OptIn
from intake import arrivals, deciding, taking, tray
from intake.mail.keeping import keep_mail
from intake.models import Arrival, Result
from intake.reading import api
from intake.reading.lead import Lead
from pipeline import leads
from tests.factories import ContactFactory
from tests.intake.arriving import NOW, OLGA, inlet, kept, later
from tests.markup import page_of

OTTO = {"facts": {"last_name": "Otto"}, "phones": [["mobile", "0151 55501234"]]}


def take(arrival: Arrival) -> Arrival:
    return taking.take(arrival.pk, NOW)


@pytest.fixture
def unread(hook) -> Arrival:
    return take(kept(hook, unread="Das ist kein JSON.", note="<script>alert(1)</script>"))


def waiting(account) -> int:
    account.refresh_from_db()
    return account.to_look_at


def test_a_line_says_who_when_where_and_what_became_of_it(hook, mehmet, login):
    new = take(kept(hook, OLGA))
    text = page_of(login(mehmet).get("/intake/"))
    assert f'data-intake="{new.pk}" data-result="new"' in text
    assert all(word in text for word in ("Olga Wagner", "Bitte!", "Unsere Website", f"/contacts/{new.contact_id}/"))


def test_a_mail_that_was_not_read_is_known_by_its_sender_and_subject(anna, board, login):
    place = inlet(anna.account, "mailbox")
    raw = "From: =?utf-8?q?J=C3=B6rg_S=C3=BC=C3=9F?= <j@suess.example>\r\nSubject: Frage zum Garten\r\n"
    raw += "Content-Type: text/html\r\n\r\n<p>Grüße <b>aus Köln</b></p><script>x</script>"
    take(keep_mail(inlet=place, raw=raw.encode(), now=NOW))
    text = page_of(login(anna).get("/intake/"))
    assert "Jörg Süß" in text and "Frage zum Garten" in text and "Unbekannt" not in text
    note = deciding.proposal(deciding.find(anna, Arrival.objects.get().pk))["note"]
    assert note == "Von: Jörg Süß <j@suess.example>\nBetreff: Frage zum Garten\n\nGrüße aus Köln"


def test_a_colleague_sees_which_fields_of_a_program_cannot_be_understood(anna, board):
    place = inlet(anna.account, "api")
    body = json.dumps({"person": {"last_name": "Kern", "email": "x"}}).encode()
    values = {"key": "a", "raw": body, "content_type": "application/json", "now": NOW}
    arrival = take(arrivals.keep(inlet=place, **values))
    assert tray.lines(arrival) == [("person.email", api.NEEDS_EMAIL)]


def test_what_was_read_stands_in_the_order_of_a_contacts_facts(hook):
    sent = {"facts": {"city": "Köln", "last_name": "Wagner", "first_name": "Olga", "street": "Am Ring 1"}}
    arrival = Arrival.objects.get(pk=take(kept(hook, sent)).pk)
    assert [value for _label, value in tray.lines(arrival)][:4] == ["Olga", "Wagner", "Am Ring 1", "Köln"]


def test_pages_are_filtered_by_inlet_and_result(hook, anna, unread, login):
    other = inlet(anna.account)
    new, elsewhere = take(kept(hook, OLGA)), take(kept(other, unread="x"))
    client = login(anna)

    def found(query: str) -> set[int]:
        return {one.pk for one in client.get(f"/intake/?{query}").context["tray"].arrivals}

    assert found("") == found("result=nonsense&inlet=0") == {new.pk, unread.pk, elsewhere.pk}
    assert found("result=open") == found("result=unread") == {unread.pk, elsewhere.pk}
    assert found(f"inlet={hook.pk}") == {new.pk, unread.pk}
    assert found(f"inlet={hook.pk}&result=new") == {new.pk}


def test_pages_follow_each_other_and_keep_the_filter(hook, anna, login, monkeypatch):
    monkeypatch.setattr(tray, "PAGE", 2)
    ids = [take(kept(hook, unread="x")).pk for _number in range(5)][::-1]
    client, address, seen = login(anna), f"?inlet={hook.pk}", []
    while address:
        shown = client.get(f"/intake/{address}").context["tray"]
        seen.append([one.pk for one in shown.arrivals])
        address = shown.next
    assert seen == [ids[:2], ids[2:4], ids[4:]]
    assert client.get(f"/intake/{shown.previous}").context["tray"].wanted.inlet == hook.pk
    assert client.get("/intake/?after=7.OTk5OTk5OTk5OTk5OTk5OTk5OTk5").status_code == 200


def test_the_number_on_the_navigation_is_what_waits_for_people(hook, anna, sofia, unread, login):
    take(kept(hook, OLGA))
    assert waiting(anna.account) == 1
    assert 'class="mainnav__number" title="wartet auf Sie">1<' in page_of(login(anna).get("/contacts/"))
    assert "wartet auf Sie" not in page_of(login(sofia).get("/contacts/"))
    deciding.discard(user=anna, arrival_id=unread.pk)
    assert waiting(anna.account) == 0
    assert "wartet auf Sie" not in page_of(login(anna).get("/contacts/"))


def test_what_is_forgotten_waits_no_longer(anna, unread):
    Arrival.objects.all().delete()
    assert waiting(anna.account) == 0


def test_open_board_and_list_get_the_number_with_other_changes(anna, sofia, unread, login):
    for address in ("/contacts/board/changes/?cards=", "/contacts/rows/?rows="):
        assert 'id="to-look-at"' in page_of(login(anna).get(address))
        assert 'id="to-look-at"' not in page_of(login(sofia).get(address))


def test_a_raw_text_is_shown_as_text_and_only_its_beginning(hook, anna, unread, login, monkeypatch):
    monkeypatch.setattr(tray, "SHOWN", 80)
    text = page_of(login(anna).get(f"/intake/{unread.pk}/"))
    assert "&lt;script&gt;" in text and "<script>alert" not in text
    assert "Hier steht nur der Anfang." in text


def test_what_was_read_is_shown_with_the_names_of_the_fields(hook, anna, login):
    found = take(kept(hook, OLGA | {"further": [["Balkon", "ja"]], "facts": OLGA["facts"] | {"city": "Bonn"}}))
    assert tray.lines(found) == [
        *(("Vorname", "Olga"), ("Nachname", "Wagner"), ("Ort", "Bonn")),
        *(("E-Mail-Adresse", "olga@st.example"), ("Nachricht", "Bitte!"), ("Balkon", "ja")),
    ]
    assert login(anna).get(f"/intake/{found.pk}/").status_code == 200


def test_a_person_makes_a_contact_of_it(hook, anna, board, login):
    arrival = take(kept(hook, {"message": "Ruft mich an", "further": [["Wo", "im Garten"]]}))
    client, where = login(anna), f"/intake/{arrival.pk}/contact/"
    form = client.get(where).context["form"]
    assert form.initial["note"] == "Ruft mich an"
    assert f'action="{where}"' in page_of(client.get(where))
    sent = {"last_name": "Otto", "source": "form", "column": board["Nicht erreicht"].pk, "note": form.initial["note"]}
    answer = client.post(where, sent)
    contact = Contact.objects.get()
    arrival.refresh_from_db()
    assert (answer["Location"], arrival.contact, arrival.result) == (f"/contacts/{contact.pk}/", contact, Result.NEW)
    assert (Action.objects.get().text, contact.further) == ("Ruft mich an", [["Wo", "im Garten"]])
    assert client.get(where)["Location"] == f"/contacts/{contact.pk}/"
    client.post(where, sent)
    assert Contact.objects.count() == 1


def test_the_form_is_filled_in_with_what_was_read(hook, anna, login):
    arrival = take(kept(hook, OTTO))
    Arrival.objects.update(contact=None, result=Result.REFUSED)
    initial = login(anna).get(f"/intake/{arrival.pk}/contact/").context["form"].initial
    assert (initial["last_name"], initial["phone"], initial["phone_kind"]) == ("Otto", "0151 55501234", "mobile")


def test_a_contact_that_a_person_makes_has_what_the_door_would_have_kept(hook, anna, board):
    said = {
        "foreign_id": "w-1",
        "occurred_at": later(-3600).isoformat(),
        "campaign": {"gclid": "7"},
        "further": [["Balkon", "ja"], ["Garten", "x" * 1001]],
        "consents": [{"channel": "email", "granted": True, "wording": "Ja, gern.", "place": "https://x.example"}],
    }
    refused, names = take(kept(hook, unread="x")), ("foreign_ids", "campaign", "further", "email")
    Arrival.objects.filter(pk=refused.pk).update(read=Lead.from_json(OLGA | said).as_json())
    entry = {"key": None, "anyway": False, "column": board["Neue Kontakte"], "assignee": None, "now": later(60)}
    values = {"last_name": "Wagner", "email": "olga@st.example", "source": "form"}
    made, _twins = deciding.enter(user=anna, arrival_id=refused.pk, values=values, **entry)
    kept_by_hand, evidence = [getattr(made, name) for name in names], _said_of(made)
    assert "Garten: xxx" in Action.objects.get(kind="note").text
    leads.erase(Contact.objects.of(hook.account).filter(pk=made.pk))
    contact = take(kept(hook, OLGA | said)).contact
    assert [getattr(contact, name) for name in names] == kept_by_hand
    assert _said_of(contact) == evidence and evidence[0] == later(-3600)


def _said_of(contact):
    (given,) = contact.consents.all()
    inquiry = contact.actions.get(kind="inquiry")
    return [inquiry.performed_at, given.occurred_at, given.address, given.wording, given.place, given.is_proven]


def test_an_id_that_another_contact_has_stands_in_a_note(hook, anna, board):
    take(kept(hook, OLGA | {"foreign_id": "w-1"}))
    refused = take(kept(hook, {"foreign_id": "w-1"}))
    Arrival.objects.filter(pk=refused.pk).update(
        contact=None, result=Result.UNREAD, read=Lead(foreign_id="w-1").as_json()
    )
    entry = {"key": None, "anyway": False, "column": board["Neue Kontakte"], "assignee": None, "now": later(60)}
    made, _twins = deciding.enter(user=anna, arrival_id=refused.pk, values={"last_name": "Wels"}, **entry)
    assert made.foreign_ids == [] and made.actions.get(kind="note").text == "Unsere Website: w-1"


def test_the_form_warns_of_who_is_there_already(hook, anna, board, login):
    take(kept(hook, OLGA))
    arrival = take(kept(hook, unread="x"))
    sent = {"last_name": "Wagner", "email": "olga@st.example", "source": "form", "column": board["Nicht erreicht"].pk}
    client, where = login(anna), f"/intake/{arrival.pk}/contact/"
    assert client.post(where, sent).status_code == 409
    assert client.post(where, sent | {"anyway": "1"}).status_code == 302
    assert Contact.objects.count() == 2


def test_it_is_read_once_more_and_taken_in(hook, anna, login):
    arrival = take(kept(hook, OLGA))
    Contact.objects.all().update(trashed_at=None)
    Arrival.objects.update(contact=None, result=Result.REFUSED)
    login(anna).post(f"/intake/{arrival.pk}/reading/")
    arrival.refresh_from_db()
    assert (arrival.result, arrival.contact) == (Result.AGAIN, Contact.objects.get())


def test_what_has_become_a_contact_is_decided(hook, anna):
    arrival = take(kept(hook, OLGA))
    with pytest.raises(Conflict):
        deciding.discard(user=anna, arrival_id=arrival.pk)


@pytest.mark.django_db(transaction=True)
def test_two_clicks_at_once_are_one_contact_and_the_same_answer(hook, anna, board, login):
    """On the button of the form, and on that which reads again."""
    form = {"last_name": "Otto", "source": "form", "column": board["Nicht erreicht"].pk}
    for part, sent in (("contact", form), ("reading", {})):
        Contact.objects.all().delete()
        arrival = kept(hook, OLGA)
        Arrival.objects.filter(pk=arrival.pk).update(contact=None, result=Result.UNREAD)
        clients, at_once = [login(anna), login(anna)], Barrier(2)

        def click(client, where=f"/intake/{arrival.pk}/{part}/", sent=sent, at_once=at_once):
            at_once.wait()
            try:
                answer = client.post(where, sent)
                return answer.status_code, answer["Location"]
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as pool:
            first, second = pool.map(click, clients)
        assert first == second and first[0] == 302
        assert Contact.objects.count() == 1
        Arrival.objects.all().delete()


def arrive(hook, *hours: int) -> None:
    for hour in hours:
        kept(hook, OLGA, now=later(hour * 3600))


@pytest.mark.parametrize(
    ("hours", "silent_at", "sentence"),
    [
        ((0, 24, 48, 60, 72), 72 + 48, ""),  # as long as two of its pauses
        ((0, 24, 48, 60, 72), 72 + 49, "Seit 2 Tagen nichts von „Unsere Website“"),
        ((0, 1, 2, 3, 4), 4 + 24, ""),  # nobody wonders within a day
        ((0, 1, 2, 3, 4), 4 + 25, "Seit 1 Tag nichts von „Unsere Website“"),
        ((0, 1, 2, 3), 1000, ""),  # too few to know what is usual
    ],
)
def test_an_inlet_that_is_silent_for_longer_than_usual_says_so(hook, anna, hours, silent_at, sentence):
    arrive(hook, *hours)
    shown = tray.load(anna, QueryDict(), NOW + timedelta(hours=silent_at))
    assert shown.silences == ([sentence] if sentence else [])


def test_the_tray_says_when_nobody_is_asked_for_consent_any_more(hook, anna, board, login, monkeypatch):
    monkeypatch.setattr(opt_in, "MAX_PER_OFFICE", 1)
    asked = {"account": anna.account, "contact": ContactFactory(account=anna.account), "address": "o@st.example"}
    OptIn.objects.create(**asked, asked_at=NOW, asked_by=anna)
    assert not tray.load(anna, QueryDict(), NOW).asks_nobody  # what colleagues ask for counts by itself
    OptIn.objects.create(**asked, asked_at=NOW)
    assert tray.load(anna, QueryDict(), NOW).asks_nobody
    assert not tray.load(anna, QueryDict(), NOW + timedelta(hours=24)).asks_nobody
    OptIn.objects.update(asked_at=timezone.now())
    assert "data-asks-nobody" in page_of(login(anna).get("/intake/"))


def test_a_trashed_contact_is_named_without_a_link(hook, anna, login):
    contact = take(kept(hook, OLGA)).contact
    Contact.objects.filter(pk=contact.pk).update(trashed_at=NOW)
    text = page_of(login(anna).get("/intake/"))
    assert "Olga Wagner, im Papierkorb" in text and f"/contacts/{contact.pk}/" not in text
    Contact.objects.filter(pk=contact.pk).update(trashed_at=None)

"""Consents in a file: evidence with day, words and place, or none; and the series of those who gave one."""

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from contacts.models import Consent, Contact
from funnel.models import Enrolment, Message
from funnel.replies import withdrawal
from funnel.series import maintenance
from pipeline import leads
from pipeline.imports import jobs
from pipeline.imports import steps as imports
from tests.factories import ContactFactory
from tests.funnel.mailing import MONDAY, grant, live, move, ready, states, steps
from tests.markup import page_of
from tests.pipeline.importing import checked, imported, outcomes, received, report

HEAD = "Nachname;E-Mail;Einwilligung E-Mail am;Wortlaut der Einwilligung;Einwilligung wo\n"
ADA = "Öztürk;ada@post.example;01.10.2026 14:30;Ja, schreiben Sie mir.;Tag der offenen Tür\n"


@pytest.fixture
def series(board, krueger):
    ready(krueger)
    steps(board["Neue Kontakte"].sequence, 0, 1)
    steps(board["Erfolgreich kontaktiert"].sequence, 0, 3, 7)
    return board


def ada():
    return Contact.objects.get(email="ada@post.example")


def text_of(client, address):
    return " ".join(re.sub(r"<[^>]+>", " ", page_of(client.get(address))).split())


def test_day_words_and_place_become_evidence(anna, series):
    source = imported(anna, HEAD + ADA)
    row = Consent.objects.get(contact=ada())
    assert (row.channel, row.granted, row.method) == ("email", True, "import")
    assert (row.wording, row.place) == ("Ja, schreiben Sie mir.", "Tag der offenen Tür")
    assert row.occurred_at == datetime(2026, 10, 1, 12, 30, tzinfo=UTC)
    assert (row.recorded_by, row.recorded_at) == (anna, ada().created_at)
    assert (outcomes(source), Message.objects.count()) == (["created"], 0)


def test_a_place_that_is_not_named_is_the_file(anna, series):
    imported(anna, "E-Mail;Einwilligung am;Einwilligungstext\nada@post.example;1.10.2026;Ja\n")
    assert Consent.objects.get().place == "Importierte Datei kontakte.csv"


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("Ada;ada@post.example;01.10.2026;;Messe\n", "Der Wortlaut fehlt."),
        ("Ada;ada@post.example;;Ja, gern.;\n", "Das Datum fehlt."),
        ("Ada;ada@post.example;;;Messe\n", "Das Datum fehlt."),
    ],
)
def test_incomplete_evidence_is_not_recorded_but_reported(anna, series, row, sentence):
    source = imported(anna, HEAD + row, enrol=True)
    assert report(source) == [
        (2, "created", f"Einwilligung nicht übernommen: {sentence} Keine Mails: Einwilligung fehlt.")
    ]
    assert (Consent.objects.count(), Message.objects.count()) == (0, 0)


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("ja", "Einwilligung nicht übernommen: Das Datum fehlt."),
        ("01.10.2199", "Einwilligung nicht übernommen: Das Datum liegt in der Zukunft."),
    ],
)
def test_a_plain_yes_and_a_future_day_are_no_evidence(anna, series, cell, sentence):
    source = imported(anna, HEAD + f"Ada;ada@post.example;{cell};Ja, gern.;\n")
    assert outcomes(source) == ["created"]
    assert sentence in report(source)[0][2]
    assert Consent.objects.count() == 0


def test_a_wording_that_applies_to_the_entire_file_is_typed_once(anna, series, login):
    source = received(anna, "E-Mail;Einwilligung am\nada@post.example;1.10.2026\n")
    client = login(anna)
    address = f"/contacts/import/{source.pk}/mapping/"
    assert "Wortlaut der Einwilligung, wo ihn die Datei nicht nennt" in text_of(client, address)
    data = {"column-0": "email", "column-1": "consent_at", "consent_wording": "Ja, ich will Mails."}
    assert client.post(address, data).status_code == 302
    jobs.check(import_id=source.pk, now=timezone.now())
    assert "Ja, ich will Mails." in page_of(client.get(address))
    assert client.post(address, data | {"consent_wording": "x" * 2001}).status_code == 422
    source.refresh_from_db()
    imports.start(source=source)
    jobs.run(import_id=source.pk, now=timezone.now())
    assert Consent.objects.get().wording == "Ja, ich will Mails."


def test_the_wording_of_a_row_takes_precedence_over_that_of_the_file(anna, series):
    rows = "Ben;ben@post.example;2.10.2026;;\n"
    imported(anna, HEAD + ADA + rows, consent_wording="Für alle.")
    words = dict(Consent.objects.values_list("contact__email", "wording"))
    assert words == {"ada@post.example": "Ja, schreiben Sie mir.", "ben@post.example": "Für alle."}


def test_three_thousand_with_consent_get_their_series_on_request(anna, series):
    rows = "".join(f"N{n};n{n}@post.example;01.10.2026;Ja, gern.;\n" for n in range(3000))
    source = checked(anna, HEAD + rows)
    new = str(series["Neue Kontakte"].pk)
    assert source.mails == {"columns": {new: [3000, 6000]}, "refused": {}}
    assert imported(anna, HEAD + rows, enrol=True, now=MONDAY).mails == source.mails
    planned = Message.objects.values_list("state", "planned_by").distinct()
    assert (list(planned), Message.objects.count()) == ([("planned", None)], 6000)
    assert Message.objects.earliest("planned_for").planned_for == MONDAY + timedelta(minutes=10)


def test_consent_without_the_request_for_series_mails_nobody(anna, series):
    imported(anna, HEAD + ADA)
    assert (Enrolment.objects.count(), Message.objects.count()) == (0, 0)


def test_the_same_file_twice_adds_no_evidence_and_mails_nobody_twice(anna, series):
    imported(anna, HEAD + ADA, enrol=True)
    again = imported(anna, HEAD + ADA, enrol=True)
    assert (outcomes(again), again.mails) == (["unchanged"], {})
    assert (Consent.objects.count(), len(live(ada()))) == (1, 2)


def test_two_rows_of_one_person_add_one_consent_and_start_one_series(anna, series):
    source = imported(anna, HEAD + ADA + ADA, enrol=True)
    assert outcomes(source) == ["created", "unchanged"]
    assert (Consent.objects.count(), len(live(ada()))) == (1, 2)


def test_two_persons_with_one_address_get_each_mail_once(anna, series):
    head = HEAD.replace("Nachname;", "Kontakt-ID;Nachname;")
    imported(anna, f"{head}1;{ADA}2;{ADA.replace('Öztürk', 'Yılmaz')}", enrol=True)
    assert Contact.objects.filter(email="ada@post.example").count() == 2
    assert sorted(Message.objects.values_list("state", flat=True)) == ["planned"] * 2 + ["skipped"] * 2


def test_a_known_contact_gains_a_consent(anna, series):
    known = ContactFactory(column=series["Nicht erreicht"], last_name="Öztürk", email="ada@post.example")
    text = HEAD.replace("\n", ";Status\n") + ADA.replace("\n", ";Erfolgreich kontaktiert\n")
    assert [mails for _contacts, mails in checked(anna, text).mails["columns"].values()] == [3]
    source = imported(anna, text, enrol=True)
    assert report(source) == [(2, "updated", "Geändert: Status, Einwilligung E-Mail am. E-Mail-Serie begonnen.")]
    assert (Consent.objects.get(contact=known).method, len(live(known))) == ("import", 3)


def test_a_later_withdrawal_wins_over_the_file(anna, series):
    """B41: what was withdrawn after the day in the file stays withdrawn."""
    known = grant(ContactFactory(column=series["Nicht erreicht"], last_name="Öztürk", email="ada@post.example"))
    Consent.objects.filter(contact=known).update(granted=False)
    text = HEAD.replace("\n", ";Status\n") + ADA.replace("\n", ";Neue Kontakte\n")
    assert checked(anna, text).mails["refused"] == {"no_consent": 1}
    source = imported(anna, text, enrol=True)
    assert source.mails["refused"] == {"no_consent": 1}
    assert states(known) == []


def test_an_objection_wins_over_the_file(anna, series):
    imported(anna, HEAD + ADA)
    withdrawal.object_to(user=anna, contact_id=ada().pk, method="spoken", now=timezone.now())
    leads.trash(user=anna, contact_ids=[ada().pk], now=timezone.now() - timedelta(days=31))
    leads.erase_expired(now=timezone.now())
    source = imported(anna, HEAD + ADA, enrol=True)
    assert report(source) == [(2, "created", "E-Mail-Adresse gesperrt (Werbewiderspruch): wird nie angeschrieben.")]
    assert (source.mails["refused"], states(ada())) == ({"suppressed": 1}, [])


def test_a_series_that_waits_for_consent_is_named_because_it_will_start(anna, series, login):
    known = ContactFactory(column=series["Nicht erreicht"], last_name="Öztürk", email="ada@post.example")
    move(anna, known, series["Erfolgreich kontaktiert"])
    source = checked(anna, HEAD + ADA)
    assert source.mails == {"columns": {}, "refused": {}, "waiting": 1}
    said = "Bei 1 Kontakt wartet eine Serie auf die Einwilligung aus dieser Datei; sie beginnt dann von selbst."
    assert said in text_of(login(anna), f"/contacts/import/{source.pk}/")
    imported(anna, HEAD + ADA)
    assert maintenance.resume_ready(now=MONDAY) == 1
    assert len(live(known)) == 3


def test_the_evidence_of_another_office_is_not_known_here(anna, paul, series):
    theirs = grant(ContactFactory(account=paul.account, last_name="Öztürk", email="ada@post.example"))
    imported(anna, HEAD + ADA)
    methods = Consent.objects.order_by("pk").values_list("account", "contact", "method")
    mine = Contact.objects.of(anna.account).get()
    assert list(methods) == [
        (paul.account_id, theirs.pk, "form"),
        (anna.account_id, mine.pk, "import"),
    ]

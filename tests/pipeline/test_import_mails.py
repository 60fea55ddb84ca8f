"""An import that starts series on request: who is mailed, and what the dry run announces."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from base.refusals import NotUnderstood
from contacts.models import Contact
from funnel.models import Enrolment, EnrolmentChange, EnrolmentState, Message
from funnel.permission.suppression import address_hash, suppress
from funnel.series import enrolments
from pipeline import leads
from pipeline.columns import verbs as columns
from pipeline.imports import jobs, mails
from pipeline.imports import steps as imports
from pipeline.imports.jobs import Progress
from pipeline.models import Card, Import, ImportState, Move
from tests.factories import ContactFactory, UserFactory
from tests.funnel.mailing import MONDAY, grant, lead, live, move, ready, states, steps
from tests.markup import page_of
from tests.pipeline.importing import checked, imported, outcomes, report

HEAD = "Nachname;E-Mail;Status\n"
TAKEOVER = "/contacts/import/%d/takeover/"


@pytest.fixture
def series(board, krueger):
    """Four steps for new contacts, three after „Erfolgreich kontaktiert“."""
    ready(krueger)
    steps(board["Neue Kontakte"].sequence, 0, 1, 2, 3)
    steps(board["Erfolgreich kontaktiert"].sequence, 0, 3, 7)
    return board


@pytest.fixture
def known(series):
    """Contacts that may be mailed, in a status of their own, and rows that move them into one with a series."""
    people = [lead(series["Nicht erreicht"], last_name=f"Lead{number}") for number in range(3)]
    rows = "".join(f"{one.last_name};{one.email};Erfolgreich kontaktiert\n" for one in people)
    return people, HEAD + rows


def text_of(client, source):
    page = page_of(client.get(f"/contacts/import/{source.pk}/"))
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


def test_without_the_request_nobody_is_mailed_and_the_page_says_so(anna, known, login):
    people, text = known
    source = imported(anna, text)
    assert Card.objects.filter(column__key="contacted").count() == len(people)
    assert (Enrolment.objects.count(), Message.objects.count()) == (0, 0)
    assert "Die neuen Kontakte erhalten keine Mails des Funnels" in text_of(login(anna), source)


def test_on_request_series_start_for_contacts_that_enter_a_status(anna, known, login):
    people, text = known
    source = imported(anna, text, enrol=True, now=MONDAY)
    for contact in people:
        assert live(contact) == ["Mail 1", "Mail 2", "Mail 3"]
    assert report(source) == [(line, "updated", "Geändert: Status. E-Mail-Serie begonnen.") for line in (2, 3, 4)]
    page = text_of(login(anna), source)
    assert "E-Mail-Serien haben begonnen: „ Erfolgreich kontaktiert “ 3 Kontakte, 9 Mails." in page


def test_the_first_mail_is_held_as_after_a_single_move_and_names_its_change(anna, known):
    people, text = known
    imported(anna, text, enrol=True, now=MONDAY)
    first = Message.objects.filter(contact=people[0]).earliest("planned_for")
    assert first.planned_for == MONDAY + timedelta(minutes=10)
    assert first.planned_by == Move.objects.get(contact=people[0]).pk
    assert (
        EnrolmentChange.objects.values_list("actor", flat=True).distinct().get(),
        EnrolmentChange.objects.count(),
    ) == (anna.pk, 3)


def test_the_dry_run_shows_the_number_of_mails_and_who_gets_none(anna, known, series, krueger, login):
    _people, text = known
    place = series["Nicht erreicht"]
    paused = lead(place, last_name="Pausiert", email="paused@post.example")
    move(anna, paused, series["Erfolgreich kontaktiert"])
    enrolments.pause(user=anna, contact_id=paused.pk, now=MONDAY)
    move(anna, paused, place)
    lead(place, last_name="Nein", email="nein@post.example")
    digest = address_hash(krueger.pk, "nein@post.example")
    suppress(account_id=krueger.pk, digest=digest, reason="objection", now=MONDAY)
    text += "".join(
        f"{row};Erfolgreich kontaktiert\n"
        for row in (
            "Pausiert;paused@post.example",
            "Nein;nein@post.example",
            "Stumm;",
            "Neu;neu@post.example",
        )
    )
    source = checked(anna, text + "Eigen;eigen@post.example;Nicht erreicht\nErst;erst@post.example;\n")
    assert source.mails == {
        "columns": {str(series["Erfolgreich kontaktiert"].pk): [3, 9]},
        "refused": {"manual": 1, "suppressed": 1, "no_address": 1, "no_consent": 2},
    }
    page = text_of(login(anna), source)
    assert (
        "3 Kontakte dürfen E-Mails bekommen."
        " Bei 4 Kontakten fehlt die Einwilligung oder die E-Mail-Adresse, oder die Adresse ist gesperrt"
        " (keine Einwilligung: 2, keine gültige E-Mail-Adresse: 1, Adresse gesperrt: 1)."
        " Bei 1 Kontakt ist die Serie von Hand pausiert."
        " Geplant würden höchstens: „ Erfolgreich kontaktiert “ 3 Kontakte, 9 Mails."
        " Ohne Haken bekommt niemand eine E-Mail."
    ) in page


def test_the_import_does_what_the_dry_run_announced(anna, known, series):
    _people, text = known
    text += "Ohne;ohne@post.example;Neue Kontakte\nStumm;;Neue Kontakte\n"
    source = checked(anna, text)
    said = source.mails
    assert imported(anna, text, enrol=True).mails == said
    assert said["refused"] == {"no_consent": 1, "no_address": 1}


def test_without_consent_nothing_is_planned_and_nothing_waits_even_if_asked(anna, series, login):
    """B39, with the tick."""
    rows = "".join(f"Name{n};p{n}@lead.example;Neue Kontakte\n" for n in range(1200))
    source = imported(anna, HEAD + rows, enrol=True)
    assert Contact.objects.of(anna.account).count() == 1200
    assert (Enrolment.objects.count(), Message.objects.count()) == (0, 0)
    assert report(source)[0] == (2, "created", "Keine Mails: Einwilligung fehlt.")
    page = text_of(login(anna), source)
    assert "Für niemanden hat eine E-Mail-Serie begonnen." in page
    assert "Bei 1.200 Kontakten fehlt die Einwilligung oder die E-Mail-Adresse" in page


def test_the_box_is_disabled_if_nobody_could_be_mailed(anna, series, login):
    source = checked(anna, HEAD + "Ohne;ohne@post.example;\n")
    page = page_of(login(anna).get(f"/contacts/import/{source.pk}/"))
    assert re.search(r'<input type="checkbox" name="enrol"[^>]* disabled>', page)
    source = checked(anna, HEAD + "Ohne;ohne@post.example;Nicht erreicht\n")
    page = page_of(login(anna).get(f"/contacts/import/{source.pk}/"))
    assert 'name="enrol"' not in page
    assert "Importierte Kontakte erhalten keine Mails des Funnels" in page


def test_a_suppressed_address_is_never_mailed_even_if_asked(anna, series, krueger):
    """B41, with the tick."""
    contact = lead(series["Nicht erreicht"], last_name="Nein", email="nein@post.example")
    digest = address_hash(krueger.pk, "nein@post.example")
    suppress(account_id=krueger.pk, digest=digest, reason="unsubscribed", now=MONDAY)
    source = imported(anna, HEAD + "Nein;nein@post.example;Erfolgreich kontaktiert\n", enrol=True)
    assert report(source) == [
        (2, "updated", "Geändert: Status. E-Mail-Adresse gesperrt (abgemeldet): wird nie angeschrieben.")
    ]
    assert states(contact) == []


def test_contacts_that_keep_their_status_are_not_mailed(anna, series):
    stays = lead(series["Neue Kontakte"], last_name="Bleibt", email="bleibt@post.example")
    source = imported(anna, "Nachname;E-Mail;Status;Ort\nBleibt;bleibt@post.example;Neue Kontakte;Bonn\n", enrol=True)
    assert (outcomes(source), states(stays), source.mails) == (["updated"], [], {})


def test_the_same_file_twice_mails_nobody_twice(anna, known):
    _people, text = known
    imported(anna, text, enrol=True)
    before = list(Message.objects.order_by("pk").values())
    again = imported(anna, text, enrol=True)
    assert (outcomes(again), again.mails) == (["unchanged"] * 3, {})
    assert list(Message.objects.order_by("pk").values()) == before


def test_leaving_a_status_ends_its_mails_with_and_without_the_request(anna, series):
    contact = lead(series["Nicht erreicht"], last_name="Lead", email="lead@post.example")
    silent = ContactFactory(column=series["Nicht erreicht"], last_name="Stumm", email="stumm@post.example")
    for one in (contact, silent):
        move(anna, one, series["Erfolgreich kontaktiert"])
    text = HEAD + "Lead;lead@post.example;Neue Kontakte\nStumm;stumm@post.example;Neue Kontakte\n"
    imported(anna, text, enrol=True)
    assert [state for _subject, state in states(contact)] == ["cancelled"] * 3 + ["planned"] * 4
    assert Enrolment.objects.get(contact=silent).state == EnrolmentState.ENDED


def test_the_trash_ends_what_an_import_started(anna, known):
    people, text = known
    imported(anna, text, enrol=True)
    leads.trash(user=anna, contact_ids=[contact.pk for contact in people], now=timezone.now())
    assert set(Message.objects.values_list("state", flat=True)) == {"cancelled"}
    assert set(Enrolment.objects.values_list("state", "reason")) == {("ended", "trashed")}


def test_an_import_that_fails_late_mails_nobody(anna, known, series, monkeypatch):
    """A column is deleted while the file is being written, after the first series have begun."""
    _people, text = known
    source = checked(anna, text + "Letzter;letzter@post.example;Termin vereinbart\n")
    imports.start(source=source, enrol=True)
    begun = []

    def report_and_check(self: Progress, done: int) -> None:
        if self.stage and not begun:
            begun.append(Contact.objects.filter(last_name="Letzter").count())
            columns.remove(user=anna, column_id=series["Termin vereinbart"].pk)

    monkeypatch.setattr(Progress, "__call__", report_and_check)
    jobs.run(import_id=source.pk, now=timezone.now())
    source.refresh_from_db()
    assert (begun, source.state) == ([1], ImportState.FAILED)
    assert "Eine Spalte, in die Kontakte sollen, gibt es nicht mehr." in source.error
    assert (Enrolment.objects.count(), Message.objects.count(), Move.objects.count()) == (0, 0, 0)


def test_too_many_series_are_refused_before_anything_is_written(anna, known, login, unwritten, monkeypatch):
    _people, text = known
    monkeypatch.setattr(mails, "MAX_STARTED", 2)
    source = checked(anna, text)
    client = login(anna)
    with unwritten():
        refused = client.post(TAKEOVER % source.pk, {"enrol": "1"})
    assert refused.status_code == 422
    assert "Ein Import startet E-Mail-Serien für höchstens 2 Kontakte." in page_of(refused)
    with pytest.raises(NotUnderstood):
        imports.start(source=source, enrol=True)
    page = page_of(client.get(f"/contacts/import/{source.pk}/"))
    assert re.search(r'<input type="checkbox" name="enrol"[^>]* disabled>', page)
    assert "höchstens 2 Kontakte" in page
    assert client.post(TAKEOVER % source.pk).status_code == 302  # without mails the file is welcome


def test_the_tick_of_the_page_reaches_the_worker(anna, known, login):
    people, text = known
    source = checked(anna, text)
    client = login(anna)
    assert client.post(TAKEOVER % source.pk, {"enrol": "1"}).status_code == 302
    jobs.run(import_id=source.pk, now=timezone.now())
    assert [live(contact) for contact in people] == [["Mail 1", "Mail 2", "Mail 3"]] * 3
    state = page_of(client.get(f"/contacts/import/{source.pk}/", headers={"HX-Request": "true"}))
    assert "0 Kontakte angelegt, 3 aktualisiert. Für 3 Kontakte hat die E-Mail-Serie begonnen." in state


@pytest.mark.parametrize("role", ["agent", "marketing"])
def test_users_who_may_not_import_cannot_request_series(anna, known, login, unwritten, role):
    _people, text = known
    source = checked(anna, text)
    client = login(UserFactory(account=anna.account, role=role))
    with unwritten():
        assert client.post(TAKEOVER % source.pk, {"enrol": "1"}).status_code == 403


def test_another_offices_consent_and_series_do_not_count(anna, paul, series):
    grant(ContactFactory(account=paul.account, last_name="Drüben", email="lead@post.example"))
    source = imported(anna, HEAD + "Lead;lead@post.example;Neue Kontakte\n", enrol=True)
    assert (source.mails["refused"], Message.objects.count()) == ({"no_consent": 1}, 0)


def test_the_number_of_statements_per_batch_is_constant(anna, series):
    """The batches grow with the file, the statements of a batch do not."""

    def statements(count: int) -> int:
        place = series["Nicht erreicht"]
        people = [lead(place, last_name=f"N{number}") for number in range(count)]
        text = HEAD + "".join(f"{one.last_name};{one.email};Erfolgreich kontaktiert\n" for one in people)
        source = checked(anna, text)
        imports.start(source=source, enrol=True)
        with CaptureQueriesContext(connection) as queries:
            jobs.run(import_id=source.pk, now=MONDAY)
        assert Import.objects.get(pk=source.pk).mails["columns"].popitem()[1] == [count, 3 * count]
        return len(queries)

    assert statements(40) == statements(400)

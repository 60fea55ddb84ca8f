"""The page „E-Mail-Funnel“, the editor of a step, its preview and the test mail."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.core.cache import cache
from django.utils import timezone

from contacts import actions
from contacts.kinds import Kind
from funnel import figures
from funnel.letters.defaults import CONTACTED, WON
from funnel.models import Figures, Message, Sender, Step
from funnel.series import sequences
from tests.factories import ContactFactory
from tests.funnel.mailing import lead, move, ready, steps, went
from tests.markup import page_of

STEP = {"subject": "Guten Tag", "body": "{{anrede}},\n\nbis bald.", "delay_days": "2", "send_at": "09:00"}


@pytest.fixture
def series(krueger, board):
    sequence = board["Erfolgreich kontaktiert"].sequence
    steps(sequence, 0, 3)
    return sequence


@pytest.fixture
def step(series):
    return Step.objects.of(series.account).get(sequence=series, position=0)


@pytest.fixture
def client(login, anna):
    return login(anna)


def cells(html: str, step: Step) -> list[int]:
    """Return the counts of a step: planned, sent, skipped, failed, replied and unsubscribed."""
    row = html.split(f'id="step-{step.pk}"')[1].split("</tr>")[0]
    return [int(number) for number in re.findall(r'class="steps__number[^>]*>(\d+)', row)]


def test_lists_show_no_placeholders(client, step):
    Step.objects.filter(pk=step.pk).update(subject="Grüße von {{buero}} für {{vorname|Sie}}")
    html = page_of(client.get("/funnel/"))
    assert ("{{" in html, "Grüße von Krüger Immobilien für Sie" in html) == (False, True)


def test_each_step_shows_its_counts(client, krueger, sofia, board, series, step):
    ready(krueger)
    people = [lead(board["Nicht erreicht"]) for _ in range(4)]
    for person in people:
        move(sofia, person, board["Erfolgreich kontaktiert"])
    now = timezone.now()
    for person in people[:3]:
        went(person, "Mail 1", now - timedelta(days=2))
    skipped = Message.objects.filter(step=step, contact=people[3])
    skipped.update(state="skipped", reason="no_consent", finished_at=now)
    for kind in (Kind.MAIL_IN, Kind.MAIL_IN):
        actions.perform(contact=people[0], kind=kind, actor=None, now=now)
    actions.perform(contact=people[1], kind=Kind.OPT_OUT, actor=None, now=now)
    html = page_of(client.get("/funnel/"))
    assert cells(html, step) == [0, 3, 1, 0, 1, 1]
    assert cells(html, Step.objects.get(sequence=series, position=1)) == [4, 0, 0, 0, 0, 0]
    assert html.count('<rect class="plot__bar plot__bar--2"') == 1
    assert "3 Mails in 90 Tagen" in html


def test_mails_older_than_90_days_are_not_in_the_plot(client, krueger, sofia, board, series, step):
    ready(krueger)
    person = lead(board["Nicht erreicht"])
    move(sofia, person, board["Erfolgreich kontaktiert"])
    long_ago = timezone.now() - timedelta(days=91)
    went(person, "Mail 1", long_ago)
    html = page_of(client.get("/funnel/"))
    assert cells(html, step) == [0, 1, 0, 0, 0, 0]
    assert "Noch keine Mail." in html


def test_an_office_with_many_mails_is_counted_in_advance(client, krueger, sofia, board, series, step, monkeypatch):
    ready(krueger)
    people = [lead(board["Nicht erreicht"]) for _ in range(2)]
    for person in people:
        move(sofia, person, board["Erfolgreich kontaktiert"])
    went(people[0], "Mail 1", timezone.now() - timedelta(days=2))
    actions.perform(contact=people[0], kind=Kind.MAIL_IN, actor=None, now=timezone.now())
    at_once = page_of(client.get("/funnel/"))
    figures.keep(now=timezone.now())
    assert not Figures.objects.exists()
    monkeypatch.setattr(figures, "MANY", 3)
    figures.keep(now=timezone.now())
    counted = page_of(client.get("/funnel/"))
    assert "Gezählt am" in counted and "Gezählt am" not in at_once
    assert cells(counted, step) == cells(at_once, step) == [1, 1, 0, 0, 1, 0]
    assert "1 Mails in 90 Tagen" in counted and "1 Mails in 90 Tagen" in at_once
    went(people[1], "Mail 1", timezone.now())
    assert cells(page_of(client.get("/funnel/")), step) == [1, 1, 0, 0, 1, 0]
    figures.keep(now=timezone.now())
    assert cells(page_of(client.get("/funnel/")), step) == [0, 2, 0, 0, 1, 0]


@pytest.mark.parametrize("count", [1, 30])
def test_the_number_of_statements_is_constant(client, krueger, sofia, board, count, django_assert_num_queries):
    ready(krueger)
    steps(board["Erfolgreich kontaktiert"].sequence, *[1] * count)
    for _ in range(count):
        move(sofia, lead(board["Nicht erreicht"]), board["Erfolgreich kontaktiert"])
    client.get("/funnel/")
    with django_assert_num_queries(7):
        client.get("/funnel/")


def test_missing_fields_of_the_impressum_are_shown(client, login, mara, krueger):
    html = page_of(client.get("/funnel/"))
    assert "Es geht noch keine Mail hinaus" in html and 'href="/settings/sender/"' in html
    assert 'class="link" href="/settings/sender/"' not in page_of(login(mara).get("/funnel/"))
    ready(krueger)
    assert "Es geht noch keine Mail hinaus" not in page_of(client.get("/funnel/"))


@pytest.mark.parametrize(
    ("column", "first", "count"),
    [
        ("Neue Kontakte", "Ihre Anfrage bei {{buero}}", 4),
        ("Erfolgreich kontaktiert", CONTACTED[0].subject, 3),
        ("Auftrag erhalten", WON[0].subject, 3),
    ],
)
def test_an_empty_series_offers_the_suggested_texts(login, mara, board, column, first, count):
    client, sequence = login(mara), board[column].sequence
    where = f"/funnel/sequences/{sequence.pk}/suggestions/"
    assert where not in page_of(client.get("/funnel/"))
    for step in sequence.steps.all():
        sequences.remove(user=mara, step_id=step.pk, now=timezone.now())
    assert where in page_of(client.get("/funnel/"))
    answer = client.post(where, follow=True)
    assert answer.redirect_chain == [(f"/funnel/#sequence-{sequence.pk}", 302)]
    assert f"{count} Vorschlagstexte eingefügt." in page_of(answer)
    present = sequence.steps.filter(removed_at=None)
    assert [step.position for step in present] == list(range(count))
    assert present[0].subject == first
    assert where not in page_of(answer)


def test_a_series_with_steps_gets_no_suggested_texts(client, series, unwritten):
    with unwritten():
        answer = client.post(f"/funnel/sequences/{series.pk}/suggestions/")
    assert answer.status_code == 409
    assert "Diese Serie hat schon Mails." in page_of(answer)


def test_a_step_is_added_edited_shifted_copied_switched_and_removed(login, mara, series):
    client = login(mara)
    client.post(f"/funnel/sequences/{series.pk}/steps/new/", STEP)
    new = Step.objects.get(subject="Guten Tag")
    assert (new.body, new.delay_days, new.send_at.hour, new.position) == ("{{anrede}},\n\nbis bald.", 2, 9, 2)
    answer = client.post(f"/funnel/steps/{new.pk}/", STEP | {"subject": "Anders", "send_at": "", "version": "1"})
    assert answer.headers["Location"] == f"/funnel/#step-{new.pk}"
    client.post(f"/funnel/steps/{new.pk}/place/", {"direction": "up"})
    client.post(f"/funnel/steps/{new.pk}/copy/")
    client.post(f"/funnel/steps/{new.pk}/switch/", {"on": "0"})
    present = Step.objects.filter(sequence=series).order_by("position")
    assert [(one.subject, one.is_on) for one in present] == [
        ("Mail 1", True),
        ("Anders", False),
        ("Anders", False),
        ("Mail 2", True),
    ]
    for headers in ({}, {"HX-Request": "true"}):
        question = page_of(client.get(f"/funnel/steps/{new.pk}/removal/", headers=headers))
        assert "Schritt entfernen" in question and ("<html" in question) == (not headers)
    client.post(f"/funnel/steps/{new.pk}/removal/")
    assert client.get(f"/funnel/steps/{new.pk}/").status_code == 410
    assert "Anders" in page_of(client.get("/funnel/"))
    client.post(f"/funnel/sequences/{series.pk}/switch/", {"on": "0"})
    assert "angehalten" in page_of(client.get("/funnel/"))


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("body", "Hallo {{ user.password }}", "Unbekannter Platzhalter"),
        ("body", "{% load x %}", "Unbekannter Platzhalter"),
        ("body", "{contact.__class__}", "Unbekannter Platzhalter"),
        ("body", "Hallo {{vorname}}", "Rückfalltext fehlt"),
        ("body", "  \n ", "Der Text fehlt."),
        ("body", "a\x00b", "Nullzeichen"),
        ("subject", "Hallo\r\nBcc: x@y.de", "Der Betreff ist eine einzige Zeile."),
        ("subject", "", "erforderlich"),
        ("subject", "x" * 151, "150"),
        ("delay_days", "-1", "0"),
        ("delay_days", "366", "365"),
        ("delay_days", "bald", "ganze Zahl"),
        ("send_at", "25:00", "gültige Uhrzeit"),
    ],
)
def test_invalid_input_keeps_the_typed_text(client, step, field, value, said, unwritten):
    typed = {"subject": "Mein Betreff", "body": "Mein langer Text"} | {"delay_days": "4", "version": "1"}
    with unwritten():
        answer = client.post(f"/funnel/steps/{step.pk}/", typed | {field: value})
    html = page_of(answer)
    assert answer.status_code == 422
    assert said in html
    assert ("Mein langer Text" in html) == (field != "body")
    assert ("Mein Betreff" in html) == (field != "subject")


@pytest.mark.parametrize(
    ("address", "body"),
    [("place", {"direction": "left"}), ("place", {}), ("switch", {"on": "2"}), ("switch", {})],
)
def test_an_invalid_order_is_refused(client, step, address, body, unwritten):
    with unwritten():
        assert client.post(f"/funnel/steps/{step.pk}/{address}/", body).status_code == 422


def test_after_a_concurrent_edit_both_texts_are_shown_and_may_be_overwritten(client, mara, step, unwritten):
    content = sequences.Content("Von Mara", "Maras Text", 1)
    sequences.edit(user=mara, step_id=step.pk, version=1, content=content)
    with unwritten():
        answer = client.post(f"/funnel/steps/{step.pk}/", STEP | {"version": "1"})
    html = page_of(answer)
    assert answer.status_code == 409
    assert "Maras Text" in html and "bis bald." in html
    version = re.search(r'name="version" value="(\d+)"', html)[1]
    assert client.post(f"/funnel/steps/{step.pk}/", STEP | {"version": version}).status_code == 302
    step.refresh_from_db()
    assert (step.subject, step.version) == ("Guten Tag", 3)


def test_an_edit_shows_the_number_of_planned_mails_it_changes(client, krueger, sofia, board, step):
    ready(krueger)
    for _ in range(2):
        move(sofia, lead(board["Nicht erreicht"]), board["Erfolgreich kontaktiert"])
    assert "Das betrifft 2 geplante Mails." in page_of(client.get(f"/funnel/steps/{step.pk}/"))
    answer = client.post(f"/funnel/steps/{step.pk}/", STEP | {"version": "1"}, follow=True)
    assert "Gespeichert. Das betrifft 2 geplante Mails." in page_of(answer)


def test_only_the_editor_may_show_frames(client, step):
    policy = client.get(f"/funnel/steps/{step.pk}/").headers["Content-Security-Policy"]
    assert "frame-src 'self'" in policy and "frame-ancestors 'none'" in policy
    assert "frame-src" not in client.get("/funnel/").headers["Content-Security-Policy"]
    answer = client.post("/funnel/preview/", STEP)
    assert answer.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'; sandbox" in answer.headers["Content-Security-Policy"]


@pytest.fixture
def brandes(board, sofia):
    return ContactFactory(
        column=board["Nicht erreicht"],
        salutation="mr",
        first_name="",
        last_name="Özdemir",
        email="t.oezdemir@post.example",
        assignee=sofia,
    )


def preview(client, **typed: str) -> str:
    return page_of(client.post("/funnel/preview/", STEP | typed))


def test_the_preview_shows_the_mail_for_a_contact_and_writes_nothing(client, krueger, brandes, unwritten):
    ready(krueger)
    with unwritten():
        html = preview(client, who="oezd", body="{{anrede}},\n\nliebe Grüße an {{vorname|alle}}")
    assert "Sehr geehrter Herr Özdemir" in html and "Sofia Vogt" in html and "Amtsgericht Köln" in html
    assert "„vorname“ ist hier nicht bekannt; es steht „alle“." in html
    assert "Musterperson" not in html
    text = preview(client, who="oezd", format="text")
    assert "<pre" in text and "Sehr geehrter Herr Özdemir" in text


def test_without_a_contact_the_preview_uses_the_sample_contact(client, brandes):
    assert "Sehr geehrte Frau Dr. Brandes" in preview(client)
    html = preview(client, who="niemand")
    assert "Dazu passt kein Kontakt" in html and "Sehr geehrte Frau Dr. Brandes" in html


def test_marketing_never_sees_a_real_person(login, mara, brandes, step):
    client = login(mara)
    assert "Özdemir" not in preview(client, who="oezd")
    assert page_of(client.get("/funnel/preview/contacts/?who=oezd")).strip() == ""
    assert 'name="who"' not in page_of(client.get(f"/funnel/steps/{step.pk}/"))


def test_contacts_are_suggested_while_typing(client, brandes, paul, hansen):
    stranger = ContactFactory(account=hansen, last_name="Özkan")
    html = page_of(client.get("/funnel/preview/contacts/?who=oez"))
    assert 'value="Özdemir t.oezdemir@post.example"' in html
    assert stranger.last_name not in html
    assert page_of(client.get("/funnel/preview/contacts/")).strip() == ""


def test_the_preview_says_why_a_mail_would_not_be_sent(client, krueger):
    assert "So ginge die Mail nicht hinaus:" in preview(client)
    ready(krueger)
    assert "So ginge die Mail nicht hinaus:" not in preview(client)


def test_the_preview_refuses_text_that_cannot_be_saved(client):
    answer = client.post("/funnel/preview/", STEP | {"body": "{{ user.password }}"})
    assert answer.status_code == 422
    assert "Unbekannter Platzhalter" in page_of(answer)


def test_a_mail_without_a_subject_can_be_previewed(client, krueger, unwritten, limits):
    ready(krueger)
    with unwritten():
        answer = client.post("/funnel/preview/", STEP | {"subject": " "})
    assert answer.status_code == 200
    assert "Sehr geehrte Frau Dr. Brandes" in page_of(answer)
    assert "Der Betreff ist leer." in page_of(answer)
    assert client.post("/funnel/test-mails/", STEP | {"subject": " "}).status_code == 422
    assert mail.outbox == []


def test_markup_in_names_is_shown_as_text(client, brandes):
    html = preview(client, who="<img src=x onerror=y>", subject="<b>fett</b>")
    assert "<img src=x" not in html and "&lt;b&gt;fett" in html


@pytest.fixture
def limits():
    cache.clear()
    yield
    cache.clear()


def test_a_test_mail_is_sent_only_to_the_user(client, anna, krueger, brandes, limits):
    ready(krueger)
    answer = client.post("/funnel/test-mails/", STEP | {"who": "oezd", "to": "x@evil.example"})
    assert f"Die Testmail an {anna.email} ist unterwegs." in page_of(answer)
    (sent,) = mail.outbox
    assert (sent.recipients(), sent.subject) == ([anna.email], "[Test] Guten Tag")
    assert "Sehr geehrter Herr Özdemir" in sent.body
    assert sent.extra_headers["List-Unsubscribe"] == "<http://testserver/u/>"
    assert Message.objects.count() == 0


def test_test_mails_are_limited_to_ten_an_hour(client, limits):
    statuses = [client.post("/funnel/test-mails/", STEP).status_code for _ in range(11)]
    assert statuses == [200] * 10 + [429]
    assert len(mail.outbox) == 10


def test_a_refusal_of_the_mail_server_is_shown(client, settings, limits):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    answer = client.post("/funnel/test-mails/", STEP)
    assert answer.status_code == 502
    assert "Der Mailserver nimmt die Testmail nicht an." in page_of(answer)


def test_agents_are_refused(login, sofia, series, step, unwritten):
    client = login(sofia)
    assert 'href="/funnel/"' not in page_of(client.get("/contacts/"))
    with unwritten():
        assert client.get("/funnel/").status_code == 403
        assert client.post(f"/funnel/steps/{step.pk}/", STEP | {"version": "1"}).status_code == 403
        assert client.post("/funnel/test-mails/", STEP).status_code == 403
        assert client.post("/settings/sender/", {}).status_code == 403
    assert Sender.objects.of(sofia.account).get().is_on
    assert mail.outbox == []


def test_other_offices_get_a_404(login, paul, series, step, unwritten):
    client = login(paul)
    with unwritten():
        for address in (
            f"/funnel/steps/{step.pk}/",
            f"/funnel/steps/{step.pk}/removal/",
            f"/funnel/steps/{step.pk}/switch/",
            f"/funnel/sequences/{series.pk}/steps/new/",
            f"/funnel/sequences/{series.pk}/switch/",
        ):
            assert client.post(address, STEP | {"version": "1", "on": "0"}).status_code == 404
    assert "Mail 1" not in page_of(client.get("/funnel/"))

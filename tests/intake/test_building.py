"""Building a form: who may, what is kept, and what the page of the builder shows."""

import re
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection, transaction
from django.test import Client

from accounts.models import Account
from base.refusals import Conflict, NotUnderstood, Overtaken
from base.sql import one_row
from funnel.models import Sender
from intake.models import Form, Inlet, Question, Wording
from intake.website import building
from intake.website.origins import origin_of
from tests.funnel.consenting import with_imprint
from tests.intake.forms import address, online, send
from tests.markup import page_of

WAITING = "SELECT count(*) FROM pg_locks WHERE NOT granted"


@pytest.fixture
def form(anna):
    with_imprint(anna.account)
    return online(anna)


def order(form):
    return list(Question.objects.filter(form=form).order_by("position").values_list("fact", flat=True))


def test_a_first_form_gives_the_office_its_name_in_addresses(anna, paul):
    first, second = online(anna, name="Fürs Häusle"), online(anna, name="Fürs Häusle")
    assert address(first) == "/f/krueger-immobilien/fuers-haeusle/"
    assert address(second) == "/f/krueger-immobilien/fuers-haeusle-2/"
    paul.account.name = "Krüger Immobilien"
    paul.account.save()
    assert address(online(paul)) == "/f/krueger-immobilien-2/bewertung/"


@pytest.mark.django_db(transaction=True)
def test_two_offices_of_one_name_make_their_first_form_in_one_instant(anna, paul):
    """The second waits for what the first has not committed yet, and then takes the next name."""
    Account.objects.update(name="Krüger Immobilien")

    def second() -> str:
        try:
            return online(paul).account.slug
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            online(anna)
            made = pool.submit(second)
            while not made.done() and not one_row(WAITING, {})[0]:
                time.sleep(0.01)
        assert made.result() == "krueger-immobilien-2"


def test_a_form_is_made_by_clicking(anna, login):
    client = login(anna)
    made = client.post("/settings/forms/new/", {"name": "Bewertung", "title": "Ihr Haus", "language": "de"})
    form = Form.objects.get()
    assert made["Location"] == f"/settings/forms/{form.pk}/"
    assert not Inlet.objects.get(pk=form.inlet_id).is_active
    client.post(f"{made['Location']}switch/", {"on": "1"})
    assert Client().get("/f/krueger-immobilien/bewertung/").status_code == 200


def test_fields_are_chosen_and_ordered(form, anna, login):
    client, page = login(anna), f"/settings/forms/{form.pk}/"
    client.post(f"{page}questions/", {"fact": "city"})
    city = Question.objects.get(fact="city")
    moved = client.post(f"/settings/forms/questions/{city.pk}/place/", {"direction": "up"})
    assert order(form) == ["first_name", "last_name", "email", "phone", "city", "message"]
    again = page_of(client.get(moved["Location"]))
    assert re.search(r'<button class="icon-button" name="direction" value="up"[^>]*Ort[^>]*autofocus', again)
    client.post(f"/settings/forms/questions/{city.pk}/removal/")
    assert order(form) == ["first_name", "last_name", "email", "phone", "message"]
    assert client.post(f"{page}questions/", {"fact": "email"}).status_code == 422  # asked for already
    assert client.post(f"{page}questions/", {"fact": "assignee"}).status_code == 422


def test_an_own_question_needs_its_answers(form, anna, login):
    client, page = login(anna), f"/settings/forms/{form.pk}/"
    assert client.post(f"{page}questions/", {"fact": ""})["Location"] == f"{page}questions/new/"
    body = {"label": "Heizung", "kind": "choice", "options": "Gas"}
    assert client.post(f"{page}questions/new/", body).status_code == 422
    assert client.post(f"{page}questions/new/", body | {"options": "Gas\n\nÖl\nGas"}).status_code == 302
    assert Question.objects.get(label="Heizung").answers == ["Gas", "Öl"]


def test_moving_stays_within_the_form(form, anna):
    first = Question.objects.get(form=form, fact="first_name")
    building.move_question(user=anna, question_id=first.pk, steps=-1)
    assert order(form)[0] == "first_name"
    building.move_question(user=anna, question_id=first.pk, steps=99)
    assert order(form)[-1] == "first_name"


def test_each_change_of_a_wording_is_a_version_and_none_is_lost(form, anna, login):
    client = login(anna)
    first = Wording.objects.get(form=form, channel="email").text
    for text in ("Ja, gern.", "Ja, gern.", ""):
        client.post(f"/settings/forms/{form.pk}/wording/", {"channel": "email", "text": text})
    kept = Wording.objects.filter(form=form, channel="email").order_by("version")
    assert [(one.version, one.text) for one in kept] == [(1, first), (2, "Ja, gern."), (3, "")]
    assert [one.channel for one in building.wordings(form)] == ["phone"]
    page = page_of(client.get(f"/settings/forms/{form.pk}/"))
    earlier = page[page.index("<details") : page.index("</details>")]
    assert first in earlier and "Ja, gern." in earlier and "Anna Krüger" in earlier
    assert 'name="c-email"' not in page_of(Client().get(address(form)))


def test_a_form_that_nobody_could_answer_is_not_online(form, anna):
    building.remove_question(user=anna, question_id=Question.objects.get(form=form, fact="phone").pk)
    email = Question.objects.get(form=form, fact="email")
    with pytest.raises(NotUnderstood):
        building.remove_question(user=anna, question_id=email.pk)
    building.switch(user=anna, form_id=form.pk, on=False)
    building.remove_question(user=anna, question_id=email.pk)
    with pytest.raises(NotUnderstood):
        building.switch(user=anna, form_id=form.pk, on=True)


def test_two_at_once_do_not_overwrite_each_other(form, anna, login):
    page = f"/settings/forms/{form.pk}/settings/"
    body = {"name": "Neu", "title": "T", "source": "form", "version": form.version}
    assert login(anna).post(page, body).status_code == 302
    assert login(anna).post(page, body | {"title": "U"}).status_code == 409
    assert Form.objects.get().title == "T"
    with pytest.raises(Overtaken):
        building.save(user=anna, form_id=form.pk, name="x", values={"title": "V"}, version=1)


def test_too_many_forms_and_fields_are_refused(form, anna, monkeypatch):
    monkeypatch.setattr(building, "MAX_FORMS", 1)
    with pytest.raises(Conflict):
        online(anna, name="Noch eins")
    monkeypatch.setattr(building.asking, "MAX_QUESTIONS", 5)
    with pytest.raises(Conflict):
        building.add_question(user=anna, form_id=form.pk, values={"fact": "city"})


def test_marketing_builds_and_sees_nothing_of_what_is_sent(form, anna, mara, login):
    send(form)
    builder, leader = (page_of(login(user).get(f"/settings/forms/{form.pk}/")) for user in (mara, anna))
    assert "In den letzten 30 Tagen" in leader and "In den letzten 30 Tagen" not in builder
    lists = [page_of(login(user).get("/settings/forms/")) for user in (mara, anna)]
    assert ["1 Anfrage in 30 Tagen" in page for page in lists] == [False, True]


def test_what_the_impressum_lacks_is_said_where_the_form_is_built(anna, form, login):
    page = f"/settings/forms/{form.pk}/"
    assert "keine Bestätigungsmail" not in page_of(login(anna).get(page))
    Sender.objects.update(street="")
    lacking = page_of(login(anna).get(page))
    assert "keine Bestätigungsmail" in lacking and 'href="/settings/sender/"' in lacking


def test_the_preview_is_the_page_and_sends_nothing(form, anna, login):
    page = login(anna).get(f"/settings/forms/{form.pk}/preview/")
    assert "frame-ancestors 'self'" in page["Content-Security-Policy"]
    assert re.search(r"<form[^>]* inert", page_of(page))
    assert "frame-src 'self'" in login(anna).get(f"/settings/forms/{form.pk}/")["Content-Security-Policy"]


def test_the_snippet_is_text_with_our_addresses(form, anna, login, settings):
    settings.BASE_URL = "https://kontakte.example"
    Form.objects.update(title='Haus "am See" <b>')
    page = login(anna).get(f"/settings/forms/{form.pk}/").content.decode()
    source = "https://kontakte.example/f/krueger-immobilien/bewertung/?frame"
    assert f"&lt;iframe src=&quot;{source}&quot;" in page
    assert "https://kontakte.example/static/js/embed.js" in page
    assert "&amp;quot;am See&amp;quot; &amp;lt;b&amp;gt;" in page


@pytest.mark.parametrize(
    ("text", "origin"),
    [
        ("www.krueger.example", "https://www.krueger.example"),
        ("https://Krüger.example/haus?x#y", "https://xn--krger-lva.example"),
        ("http://localhost:8000/", "http://localhost:8000"),
        ("https://a.example:8443", "https://a.example:8443"),
        ("https://a.example;script-src", ""),
        ("https://*.example", ""),
        ("https://a b.example", ""),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("ftp://a.example", ""),
        ("https://user@a.example", ""),
        ("https://a.example:99999", ""),
        ("https://a.example'", ""),
        ("", ""),
    ],
)
def test_an_origin_is_one_that_a_policy_may_name(text, origin):
    assert origin_of(text) == origin


def test_a_policy_cannot_be_written_by_a_site(form, anna, login):
    page = f"/settings/forms/{form.pk}/settings/"
    body = {"name": "N", "title": "T", "source": "form", "version": form.version}
    for wrong in ("https://a.example; script-src *", "https://*", "'self'"):
        assert login(anna).post(page, body | {"frame_origins": wrong}).status_code == 422
    assert login(anna).post(page, body | {"frame_origins": "a.example\nA.example/x"}).status_code == 302
    assert Form.objects.get().frame_origins == "https://a.example"

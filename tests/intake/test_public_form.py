"""The public page of a form: what it shows, what it refuses, and what becomes of what is sent."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from contacts.models import Contact
from funnel.models import Sender
from intake.models import Arrival, Question, Result
from intake.website import asking, building
from pipeline.models import Card
from tests.cast import rows_written
from tests.funnel.consenting import with_imprint
from tests.intake.forms import address, send, token, typed
from tests.intake.forms import online as online_form
from tests.markup import page_of


@pytest.fixture
def form(anna):
    with_imprint(anna.account)
    return online_form(anna)


def own(form, anna, **values):
    """Add a question of the office's own."""
    given = {"label": "Wie alt ist die Heizung?", "kind": "line"} | values
    return building.add_question(user=anna, form_id=form.pk, values=given)


def test_a_form_that_is_off_says_so_and_there_is_no_other(form, anna):
    building.switch(user=anna, form_id=form.pk, on=False)
    off = Client().get(address(form))
    assert off.status_code == 404 and "zurzeit nicht online" in page_of(off) and "<form" not in page_of(off)
    assert Client().get("/f/krueger-immobilien/anderes/").status_code == 404
    assert Client().get("/f/niemand/bewertung/").status_code == 404
    assert Client().post(address(form), typed(form)).status_code == 404


def test_who_had_it_open_when_it_went_offline_is_still_heard(form, anna):
    shown = token(form)
    building.switch(user=anna, form_id=form.pk, on=False)
    sent = Client().post(address(form), {"token": shown} | typed(form))
    assert (sent.status_code, Contact.objects.count()) == (302, 1)
    assert Client().get(sent["Location"]).status_code == 200


def test_who_had_it_open_for_longer_than_a_day_is_not(form, anna):
    shown = token(form, seconds=25 * 3600)
    building.switch(user=anna, form_id=form.pk, on=False)
    assert Client().post(address(form), {"token": shown} | typed(form)).status_code == 404
    assert Arrival.objects.count() == 0


def test_a_draft_that_was_never_online_is_unknown_outside(form, anna):
    draft = building.create(user=anna, name="Entwurf", title="Noch geheim", language="de", now=timezone.now())
    for answer in (
        Client().get(address(draft)),
        Client().get(f"{address(draft)}thanks/"),
        Client().post(address(draft), {"token": token(draft)} | typed(draft)),
    ):
        assert answer.status_code == 404 and "Noch geheim" not in page_of(answer)
    assert Arrival.objects.count() == 0


def test_hostile_text_where_nobody_types_does_no_harm(form, settings):
    """In hidden fields, and in fields that are none."""
    form.frame_origins = "https://www.krueger.example"
    form.save()
    odd = "\x00\x1b\u202e<script>'\"" + "x" * 3000
    body = {"token": token(form), "c-phone": "on", "page": f"https://www.krueger.example/{odd}", "q999999": odd}
    body |= {"utm_source": odd, "gclid": "\x00", "c-fax": "on", "qx": "1", "account": "1"} | typed(form)
    assert Client().post(address(form), body).status_code == 302
    assert Arrival.objects.get().result == Result.NEW
    assert (
        Client().post(address(form), {"token": odd, "page": "https://www.krueger.example.evil.example/"}).status_code
        == 422
    )


def test_the_page_around_is_evidence_without_what_its_address_carries(form):
    form.frame_origins = "https://www.krueger.example"
    form.save()
    send(form, c_phone="on", page="https://www.krueger.example/bewertung/?session=geheim&utm_source=google#ada")
    assert Contact.objects.get().consents.get().place == "https://www.krueger.example/bewertung/"


def test_the_page_asks_in_the_chosen_order_and_ticks_nothing(form, anna):
    page = page_of(Client().get(address(form)))
    labels = re.findall(r'<label for="id_q\d+">([^<]+)', page)
    assert [label.strip() for label in labels] == ["Vorname", "Nachname", "E-Mail-Adresse", "Telefon", "Ihre Nachricht"]
    moved = Question.objects.get(form=form, fact="phone")
    building.move_question(user=anna, question_id=moved.pk, steps=-3)
    page = page_of(Client().get(address(form)))
    assert re.findall(r'<label for="id_q\d+">([^<]+)', page)[0].strip() == "Telefon"
    assert page.count('type="checkbox"') == 2 and "checked" not in page
    assert "Krüger Immobilien" in page and "Impressum" not in page


def test_looking_writes_nothing_and_leaves_no_cookie(form):
    client = Client()
    client.get(address(form))
    before = rows_written()
    pages = [client.get(where) for where in (address(form), f"{address(form)}?frame", f"{address(form)}thanks/")]
    assert [page.status_code for page in pages] == [200] * 3
    assert rows_written() == before
    assert dict(client.cookies) == {} and "no-store" in pages[0]["Cache-Control"]
    assert not any("Set-Cookie" in page for page in pages)


def test_what_is_sent_is_a_new_red_card_on_top(form, board):
    answer = send(form, message="Bitte rufen Sie an.", utm_source="google")
    assert (answer.status_code, answer["Location"]) == (302, f"{address(form)}thanks/")
    contact = Contact.objects.get()
    assert (contact.first_name, contact.last_name, contact.email) == ("Ada", "Lenz", "ada@post.example")
    assert contact.phone_e164 == "+491701234567"
    assert (contact.source, contact.source_detail) == ("form", "Was ist mein Haus wert?")
    first = Card.objects.filter(column=board["Neue Kontakte"]).order_by("rank").first()
    assert first.pk == contact.pk
    arrival = Arrival.objects.get()
    assert (arrival.result, arrival.contact_id) == (Result.NEW, contact.pk)
    assert contact.actions.get().text.startswith("Bitte rufen Sie an.")


def test_the_same_once_more_is_one(form):
    """A double click, and a page that is loaded again."""
    body = {"token": token(form)} | typed(form)
    answers = [Client().post(address(form), body) for _ in range(3)]
    assert {answer.status_code for answer in answers} == {302}
    assert (Arrival.objects.count(), Contact.objects.count()) == (1, 1)


def test_who_goes_back_and_corrects_a_number_is_heard_again(form):
    shown = token(form)
    Client().post(address(form), {"token": shown} | typed(form))
    Client().post(address(form), {"token": shown} | typed(form, phone="0170 7654321"))
    assert (Arrival.objects.count(), Contact.objects.count()) == (2, 1)
    assert "7654321" in str(Contact.objects.get().more_phones)


def test_bad_input_is_named_beside_its_field_and_nothing_typed_is_lost(form, anna):
    own(form, anna)
    shown = token(form)
    names = {one.fact: one.pk for one in Question.objects.filter(form=form)}
    body = {"token": shown, f"q{names['']}": "17 Jahre", "c-email": "on", "website": ""}
    body |= typed(form, last_name="", email="ada@", first_name="Ada <b>", phone="")
    answer = Client().post(address(form), body)
    page = page_of(answer)
    assert answer.status_code == 422 and Arrival.objects.count() == 0
    for pk in (names["last_name"], names["email"]):
        field = re.search(rf'<input[^>]*id="id_q{pk}"[^>]*>', page)[0]
        assert 'aria-invalid="true"' in field and f'aria-describedby="id_q{pk}_error"' in field
        assert f'id="id_q{pk}_error"' in page and f'href="#id_q{pk}"' in page
    assert 'value="17 Jahre"' in page and 'value="ada@"' in page and "Ada &lt;b&gt;" in page
    assert re.search(r'<input[^>]*name="c-email"[^>]*checked', page)
    assert f'name="token" value="{shown}"' in page  # it was shown then, not now
    assert page.count('role="alert"') == 1


def test_one_way_to_answer_is_needed(form, anna):
    email = Question.objects.get(form=form, fact="email")
    building.change_question(user=anna, question_id=email.pk, values={"is_required": False})
    assert send(form, email="", phone="").status_code == 422
    assert send(form, email="").status_code == 302


def test_what_was_typed_into_a_field_that_went_meanwhile_is_kept(form, anna):
    gone = own(form, anna)
    building.remove_question(user=anna, question_id=gone.pk)
    body = {"token": token(form), f"q{gone.pk}": "17 Jahre"} | typed(form)
    assert Client().post(address(form), body).status_code == 302
    assert "17 Jahre" in str(Arrival.objects.get().read)


def test_all_kinds_of_questions_arrive(form, anna):
    kinds = {
        "line": "12",
        "lines": "eins\nzwei",
        "choice": "Gas",
        "several": ["Gas", "Öl"],
        "yes": "Ja",
    }
    rows = {kind: own(form, anna, label=f"Frage {kind}", kind=kind, options="Gas\nÖl") for kind in kinds}
    facts = ("salutation", "property_kind", "living_area", "year_built", "street", "postal_code", "city")
    for fact in facts:
        building.add_question(user=anna, form_id=form.pk, values={"fact": fact})
    body = {"token": token(form)} | {f"q{rows[kind].pk}": value for kind, value in kinds.items()}
    house = {"salutation": "mrs", "property_kind": "house", "living_area": "142,5", "year_built": "1987"}
    home = {"street": "Am Deich 7", "postal_code": "21029", "city": "Hamburg"}
    assert Client().post(address(form), body | typed(form, **house, **home)).status_code == 302
    contact = Contact.objects.get()
    assert (contact.salutation, contact.property_kind, contact.year_built) == ("mrs", "house", 1987)
    assert (str(contact.living_area), contact.city) == ("142.50", "Hamburg")
    said = str(Arrival.objects.get().read)
    assert all(f"Frage {kind}" in said for kind in kinds) and "Gas, Öl" in said


def test_everything_offered_can_be_asked(form, anna):
    """Each in a page, with a label of its own."""
    asked = {one.fact for one in Question.objects.filter(form=form)}
    for fact in asking.offered():
        if fact not in asked:
            building.add_question(user=anna, form_id=form.pk, values={"fact": fact})
    page = page_of(Client().get(address(form)))
    ids = re.findall(r'<(?:input|select|textarea)[^>]* id="(id_q\d+)"', page)
    assert len(ids) == len(list(asking.offered()))
    assert all(f'<label for="{one}">' in page for one in ids)


def test_an_english_form_speaks_english(anna):
    with_imprint(anna.account)
    form = online_form(anna, language="en", name="Valuation", title="What is my house worth?")
    page = page_of(Client().get(address(form)))
    assert '<html lang="en"' in page
    assert all(words in page for words in ("Last name", "Your message", "Send", "I agree"))
    refused = page_of(send(form, last_name=""))
    assert "Please fill in." in refused
    assert "Thank you" in page_of(Client().get(f"{address(form)}thanks/"))


def test_nobody_is_promised_a_mail_that_cannot_go_out(form, anna):
    assert "zu bestätigen" in page_of(Client().get(f"{address(form)}thanks/"))
    Sender.objects.filter(account=anna.account).update(legal_name="")
    assert "zu bestätigen" not in page_of(Client().get(f"{address(form)}thanks/"))


def test_an_office_may_thank_on_its_own_page(form, anna):
    form.thanks_address = "https://www.krueger.example/danke?x=1"
    form.save()
    assert send(form)["Location"] == form.thanks_address
    framed = Client().post(f"{address(form)}?frame", {"token": token(form)} | typed(form))
    assert framed["Location"] == f"{address(form)}thanks/?frame"
    assert 'target="_top"' in page_of(Client().get(framed["Location"]))


def test_the_policy_names_only_the_sites_of_the_office(form):
    page = Client().get(address(form))
    assert "frame-ancestors 'none'" in page["Content-Security-Policy"] and page["X-Frame-Options"] == "DENY"
    form.frame_origins = "https://www.krueger.example\nhttps://krueger.example"
    form.thanks_address = "https://www.krueger.example/danke"
    form.save()
    page = Client().get(address(form))
    policy = dict(part.strip().split(" ", 1) for part in page["Content-Security-Policy"].split(";"))
    assert policy["frame-ancestors"] == "https://www.krueger.example https://krueger.example"
    assert policy["form-action"] == "'self' https://www.krueger.example"
    assert policy["default-src"] == "'none'" and policy["script-src"] == "'self'" and "connect-src" not in policy
    assert "X-Frame-Options" not in page

"""Consent on the contact's page: what may be mailed, objecting, asking by mail, the proof."""

import re
from datetime import timedelta

import pytest
from django.utils import timezone

from accounts.models import Account
from contacts.models import Consent
from funnel import opt_in
from funnel.models import OptIn, Suppression
from funnel.permission import eligibility
from funnel.permission.tokens import opt_in_token
from tests.cast import words_of
from tests.factories import ContactFactory
from tests.funnel.consenting import consenting, ended, enrol, series, with_imprint
from tests.markup import page_of

FETCH = {"HX-Request": "true"}


@pytest.fixture
def klara(krueger):
    with_imprint(krueger)
    return consenting(krueger, "klara@lead.example", last_name="Lead")


@pytest.fixture
def nora(krueger):
    """A contact without consent."""
    with_imprint(krueger)
    return ContactFactory(account=krueger, email="nora@lead.example")


def without_token(answer):
    return re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", words_of(answer))


@pytest.fixture
def page(login, sofia, klara):
    client = login(sofia)
    return lambda: page_of(client.get(f"/contacts/{klara.pk}/"))


def test_the_page_offers_objection_and_proof(page, klara):
    html = page()
    assert f'href="/contacts/{klara.pk}/objection/" data-dialog' in html
    assert f'href="/contacts/{klara.pk}/consent/"' in html
    assert "data-suppressed" not in html


def test_asking_for_consent_is_offered_only_if_it_is_missing(login, sofia, klara, nora, krueger):
    asking = ContactFactory(account=krueger, email="nein@lead.example")
    login(sofia).post(f"/contacts/{asking.pk}/objection/")
    silent = ContactFactory(account=krueger, email="")
    offered = {
        contact.pk
        for contact in (klara, nora, asking, silent)
        if f"/contacts/{contact.pk}/opt-in/" in page_of(login(sofia).get(f"/contacts/{contact.pk}/"))
    }
    assert offered == {nora.pk}


def test_asking_for_existing_consent_is_refused(login, sofia, klara, unwritten):
    client = login(sofia)
    with unwritten():
        answer = client.post(f"/contacts/{klara.pk}/opt-in/", headers=FETCH)
    assert answer.status_code == 409
    assert "Die Einwilligung für E-Mails liegt schon vor." in page_of(answer)
    assert not OptIn.objects.exists()


def test_a_changed_address_may_be_asked_until_it_has_consent_of_its_own(page, klara, krueger, login, sofia):
    """B53."""
    enrol(klara, series(krueger), now=timezone.now())
    klara.email = "neu@lead.example"
    klara.save(update_fields=["email"])
    assert "/opt-in/" in page()
    assert login(sofia).post(f"/contacts/{klara.pk}/opt-in/", headers=FETCH).status_code == 200
    assert "data-moved" in page()
    opt_in.confirm(token=opt_in_token(OptIn.objects.get()), now=timezone.now())
    assert "/opt-in/" not in page() and "data-moved" not in page()
    assert login(sofia).post(f"/contacts/{klara.pk}/opt-in/", headers=FETCH).status_code == 409


def test_an_office_may_ask_two_hundred_times_a_day(login, sofia, nora, krueger, unwritten):
    now = timezone.now()
    asked = {"account": krueger, "contact": nora, "wording": "Ja?", "asked_by": sofia}
    OptIn.objects.bulk_create(
        OptIn(address=f"{number}@lead.example", asked_at=now, **asked) for number in range(opt_in.MAX_PER_OFFICE)
    )
    client = login(sofia)
    with unwritten():
        answer = client.post(f"/contacts/{nora.pk}/opt-in/", headers=FETCH)
    assert answer.status_code == 429
    assert "in den letzten 24 Stunden schon 200 Mal um Einwilligung gebeten" in page_of(answer)
    OptIn.objects.filter(address="7@lead.example").update(asked_at=now - timedelta(days=1))
    assert client.post(f"/contacts/{nora.pk}/opt-in/", headers=FETCH).status_code == 200
    assert client.post(f"/contacts/{nora.pk}/opt-in/", headers=FETCH).status_code == 429


def test_what_strangers_have_us_ask_uses_up_nothing_of_colleagues(login, sofia, nora, krueger):
    asked = {"account": krueger, "contact": nora, "wording": "Ja?", "asked_at": timezone.now()}
    OptIn.objects.bulk_create(OptIn(address=f"{number}@lead.example", **asked) for number in range(200))
    assert login(sofia).post(f"/contacts/{nora.pk}/opt-in/", headers=FETCH).status_code == 200


def test_an_objection_takes_one_dialog_and_is_shown_at_once(page, klara, login, sofia, krueger):
    enrol(klara, series(krueger), now=timezone.now())
    client = login(sofia)
    dialog = page_of(client.get(f"/contacts/{klara.pk}/objection/", headers=FETCH))
    assert "Widerspruch erfassen" in dialog
    answer = client.post(f"/contacts/{klara.pk}/objection/", headers=FETCH)
    html = page_of(answer)
    assert answer.status_code == 200
    assert 'data-suppressed="objection"' in html
    assert 'data-bubble="opt_out"' in html
    assert "widerrufen" in html
    assert ended(klara) == "objection"
    assert eligibility.missing(klara) == "suppressed"
    assert "Werbewiderspruch" in page()
    assert "data-suppressed" in page()
    assert "/opt-in/" not in page()


def test_without_javascript_the_objection_redirects_back(klara, login, sofia):
    client = login(sofia)
    assert "<html" in page_of(client.get(f"/contacts/{klara.pk}/objection/"))
    answer = client.post(f"/contacts/{klara.pk}/objection/", {"method": "written"})
    assert answer.headers["Location"] == f"/contacts/{klara.pk}/"
    assert Consent.objects.filter(contact=klara).latest("pk").method == "written"


def test_only_administrators_may_lift_a_suppression(klara, login, sofia, anna):
    login(sofia).post(f"/contacts/{klara.pk}/objection/")
    where = f"/contacts/{klara.pk}/suppression/"
    assert where not in page_of(login(sofia).get(f"/contacts/{klara.pk}/"))
    assert login(sofia).post(where, {"method": "spoken", "wording": "Ja."}).status_code == 403
    assert where in page_of(login(anna).get(f"/contacts/{klara.pk}/"))
    assert login(anna).post(where, {"method": "spoken"}).status_code == 422
    assert Suppression.objects.count() == 1
    answer = login(anna).post(where, {"method": "spoken", "wording": "Ja."}, headers=FETCH)
    assert answer.status_code == 200
    assert "data-suppressed" not in page_of(answer)
    assert eligibility.missing(klara) == ""
    assert login(anna).post(where, {"method": "spoken", "wording": "Ja."}).status_code == 409


def test_the_response_to_asking_is_always_the_same(nora, login, sofia):
    """B48."""
    client = login(sofia)
    answers = [client.post(f"/contacts/{nora.pk}/opt-in/", headers=FETCH) for _ in range(9)]
    assert {answer.status_code for answer in answers} == {200}
    assert len({without_token(answer) for answer in answers}) == 1
    assert OptIn.objects.count() == 1
    assert "data-asked" in page_of(answers[0])


def test_a_changed_address_is_shown_during_a_series(page, klara, krueger):
    """B53."""
    enrol(klara, series(krueger), now=timezone.now())
    assert "data-moved" not in page()
    klara.email = "neu@lead.example"
    klara.save(update_fields=["email"])
    assert "data-moved" in page()


def test_the_proof_lists_every_piece_of_evidence(klara, login, sofia):
    login(sofia).post(f"/contacts/{klara.pk}/objection/", {"method": "spoken", "place": "am Telefon"})
    html = page_of(login(sofia).get(f"/contacts/{klara.pk}/consent/"))
    assert html.count("data-evidence") == 2
    for text in ("Ja, gern.", "Formular", "am Telefon", "mündlich", "Sofia Vogt", "Krüger Immobilien GmbH"):
        assert text in html
    assert html.index("Ja, gern.") < html.index("am Telefon")
    assert "klara@lead.example" in html


def test_a_contact_hidden_from_an_agent_is_a_404(krueger, login, sofia, jan):
    Account.objects.filter(pk=krueger.pk).update(agents_see=Account.Sight.OWN)
    hidden = ContactFactory(account=krueger, email="x@lead.example", assignee=jan)
    for name in ("objection", "opt-in"):
        assert login(sofia).post(f"/contacts/{hidden.pk}/{name}/").status_code == 404
    assert login(sofia).get(f"/contacts/{hidden.pk}/consent/").status_code == 404
    assert not Suppression.objects.exists()

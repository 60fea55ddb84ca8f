"""Public pages: GET writes nothing, POST works without cookies, and a bad link reveals nothing."""

import re
from datetime import timedelta

import pytest
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from procrastinate.contrib.django.models import ProcrastinateJob

from contacts.models import Action, Change, Consent
from funnel import opt_in, tasks
from funnel.models import OptIn, Suppression
from funnel.permission import eligibility
from funnel.permission.tokens import opt_in_token, unsubscribe_token
from tests.cast import rows_written, words_of
from tests.factories import ContactFactory
from tests.funnel.consenting import consenting, ended, enrol, series, states, with_imprint
from tests.markup import page_of

ADDRESS, NORA = "klara@lead.example", "nora@lead.example"


@pytest.fixture
def mails(klara, krueger):
    return enrol(klara, series(krueger), now=timezone.now())


@pytest.fixture
def klara(krueger):
    with_imprint(krueger)
    return consenting(krueger, ADDRESS)


@pytest.fixture
def link(mails):
    return f"/u/{unsubscribe_token(mails[0])}/"


@pytest.fixture
def question(krueger, sofia):
    """A request for consent to a contact without it."""
    with_imprint(krueger)
    nora = ContactFactory(account=krueger, email=NORA)
    opt_in.ask(user=sofia, contact_id=nora.pk, now=timezone.now())
    return OptIn.objects.get()


def browser():
    """A mail program: no cookies, and CSRF is checked as in production."""
    return Client(enforce_csrf_checks=True)


def test_a_hundred_gets_and_heads_write_nothing(link, question, klara):
    """B44: scanners and prefetching write nothing, not even a session."""
    confirm = f"/c/{opt_in_token(question)}/"
    scanner, before = browser(), rows_written()
    for address, times, status in (
        (link, 100, 200),
        (confirm, 100, 200),
        ("/u/", 3, 200),
        ("/u/forged/", 3, 404),
    ):
        answers = {getattr(scanner, way)(address).status_code for way in ("get", "head") for _ in range(times)}
        assert answers == {status}
    assert rows_written() == before
    assert not scanner.cookies
    assert eligibility.missing(klara) == ""


def test_the_page_shows_the_office_the_masked_address_and_one_button(link):
    html = page_of(browser().get(link))
    assert "Krüger Immobilien GmbH" in html
    assert "k•••@l•••.example" in html
    assert ADDRESS not in html
    assert "Klara" not in html
    assert html.count("<button") == 1
    assert "Geschäftsführung: Anna Krüger" in html
    assert browser().get(link).headers["Cache-Control"].startswith("max-age=0, no-cache, no-store")


def test_a_second_click_gets_the_same_response(link, klara):
    """B45, RFC 8058: no cookie, no CSRF token, no redirect."""
    first = browser().post(link, "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded")
    assert eligibility.missing(klara) == "suppressed"
    assert ended(klara) == "unsubscribed"
    assert states(klara) == ["cancelled"] * 3
    second = browser().post(link)
    assert first.status_code == second.status_code == 200
    assert first.content == second.content
    assert Action.objects.filter(kind="opt_out").count() == 1
    assert "Sie sind abgemeldet" in page_of(second)
    assert "Sie sind abgemeldet" in page_of(browser().get(link))


def test_the_link_acts_for_its_recipient_whoever_is_logged_in(link, klara, login, sofia):
    """B46: forwarded to a colleague."""
    own = consenting(klara.account, sofia.email)
    assert login(sofia).post(link).status_code == 200
    assert eligibility.missing(klara) == "suppressed"
    assert eligibility.missing(own) == ""


@pytest.mark.parametrize("way", ["get", "post", "head"])
def test_a_bad_link_is_a_404_that_reveals_nothing_and_offers_the_objection(way, link, klara):
    """B43: altered, truncated, signed with another key, SQL: the same response."""
    token = link.split("/")[2]
    body, _dot, signature = token.partition(".")
    bad = [
        token[:-1],
        token[1:],
        f"{body}.{signature[::-1]}",
        f"{body[:-2]}AA.{signature}",
        "'%20OR%201=1--",
        "x",
    ]
    answers = [getattr(browser(), way)(f"/u/{one}/") for one in bad]
    assert {answer.status_code for answer in answers} == {404}
    assert len({words_of(answer) for answer in answers}) == 1
    assert eligibility.missing(klara) == ""
    if way == "get":
        html = page_of(answers[0])
        assert '<form class="form" method="post" action="/u/"' in html
        assert "Krüger" not in html


def test_another_offices_token_changes_only_that_office(link, klara, hansen):
    theirs = consenting(hansen, ADDRESS)
    (first, *_) = enrol(theirs, series(hansen), now=timezone.now())
    browser().post(f"/u/{unsubscribe_token(first)}/")
    assert eligibility.missing(theirs) == "suppressed"
    assert eligibility.missing(klara) == ""


def test_other_methods_are_not_allowed(link):
    assert [getattr(browser(), way)(link).status_code for way in ("put", "delete", "patch")] == [405] * 3


def ask(address, **how):
    """Enter an address, and run the worker."""
    answer = Client(enforce_csrf_checks=True, **how).post("/u/", {"address": address})
    for job in ProcrastinateJob.objects.filter(task_name="send_links"):
        tasks.send_links(**job.args)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs WHERE task_name = 'send_links'")
    return answer


def links_in(body):
    return re.findall(r"http://testserver(/u/\S+)", body)


def test_a_typed_address_has_no_effect_until_its_owner_uses_the_link(klara):
    assert ask(ADDRESS.upper()).status_code == 200
    assert (eligibility.missing(klara), Suppression.objects.count()) == ("", 0)
    [message] = mail.outbox
    assert (message.to, "Krüger Immobilien GmbH" in message.body) == ([ADDRESS], True)
    [link] = links_in(message.body)
    assert browser().get(link).status_code == 200
    assert eligibility.missing(klara) == ""
    browser().post(link)
    assert eligibility.missing(klara) == "suppressed"


def test_each_office_that_knows_the_address_has_its_own_link(klara, krueger, hansen):
    with_imprint(hansen)
    theirs = consenting(hansen, ADDRESS)
    enrol(theirs, series(hansen), now=timezone.now())
    ask(ADDRESS)
    links = links_in(mail.outbox[0].body)
    assert len(links) == 2
    browser().post(links[0])
    assert sorted([eligibility.missing(klara), eligibility.missing(theirs)]) == ["", "suppressed"]
    browser().post(links[1])
    assert [eligibility.missing(klara), eligibility.missing(theirs)] == ["suppressed", "suppressed"]


def test_the_history_shows_that_somebody_entered_the_address(klara, login, sofia):
    ask(ADDRESS)
    ask(ADDRESS)
    assert Change.objects.filter(contact=klara, kind="links_asked").count() == 2
    page = page_of(login(sofia).get(f"/contacts/{klara.pk}/history/"))
    assert page.count("Links zum Abbestellen angefordert, noch nichts bestätigt") == 2


def test_an_address_gets_three_of_these_mails_a_day_and_then_the_same_page(klara):
    answers = [ask(ADDRESS, REMOTE_ADDR=f"10.0.0.{number}") for number in range(6)]
    assert {(answer.status_code, answer.content) for answer in answers} == {(200, answers[0].content)}
    assert len(mail.outbox) == 3


def test_known_and_unknown_addresses_get_the_same_page_with_the_same_statements(klara):
    def work(address):
        with CaptureQueriesContext(connection) as captured:
            answer = browser().post("/u/", {"address": address})
        said = [" ".join(one["sql"].split()[:2]) for one in captured if "SAVEPOINT" not in one["sql"]]
        return answer.status_code, answer.content, said

    work("jemand@nirgends.example")  # from now on the store of the limits is not empty
    assert work(ADDRESS) == work("niemand@nirgends.example")


def test_an_unknown_address_is_neither_mailed_nor_stored(klara):
    browser().post("/u/", {"address": "niemand@nirgends.example"})
    assert [job.args for job in ProcrastinateJob.objects.all()] == [{"contact_id": None, "message_id": None}]
    ask("niemand@nirgends.example")
    assert mail.outbox == []


def test_an_invalid_address_is_refused(klara):
    for address in ("", "a", "a@b.de, c@d.de", "x" * 400):
        assert browser().post("/u/", {"address": address}).status_code == 422
    assert not Suppression.objects.exists()


def test_objections_by_address_are_limited(klara):
    answers = [browser().post("/u/", {"address": f"x{n}@nirgends.example"}).status_code for n in range(8)]
    assert answers == [200] * 5 + [429] * 3


def test_the_confirmation_page_shows_the_wording_and_acts_on_its_button(question):
    link = f"/c/{opt_in_token(question)}/"
    html = page_of(browser().get(link))
    assert question.wording in html
    assert NORA not in html
    assert html.count("<button") == 1
    answers = [browser().post(link) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].content == answers[1].content
    assert Consent.objects.filter(method="double_opt_in").count() == 1
    assert "Danke" in page_of(browser().get(link))


def test_an_expired_request_is_renewed_only_by_its_button(question):
    """B47."""
    link = f"/c/{opt_in_token(question)}/"
    OptIn.objects.update(asked_at=timezone.now() - timedelta(days=8))
    html = page_of(browser().get(link))
    assert "abgelaufen" in html
    assert 'name="again"' in html
    assert browser().post(link).status_code == 200
    assert OptIn.objects.count() == 1
    answers = [browser().post(link, {"again": "1"}).content for _ in range(2)]
    assert answers[0] == answers[1]
    assert OptIn.objects.count() == 2
    assert not Consent.objects.filter(method="double_opt_in").exists()


def test_after_an_objection_the_page_says_that_it_stays_in_force(question):
    ask(NORA)
    browser().post(links_in(mail.outbox[-1].body)[0])
    html = page_of(browser().post(f"/c/{opt_in_token(question)}/"))
    assert "Es bleibt bei Ihrem Nein" in html
    assert not Consent.objects.filter(method="double_opt_in").exists()


def test_a_forged_confirmation_link_is_a_404(question):
    for token in (opt_in_token(question)[:-1], "x", "%27%20OR%201=1"):
        assert browser().get(f"/c/{token}/").status_code == 404
        assert browser().post(f"/c/{token}/").status_code == 404


@pytest.mark.parametrize("ask", ["get", "post"])
def test_a_broken_link_of_a_request_offers_no_login(db, ask, unwritten):
    with unwritten():
        answer = getattr(Client(), ask)("/c/broken/")
    page = page_of(answer)
    assert answer.status_code == 404
    assert "Dieser Link funktioniert nicht" in page
    assert "<a " not in page.split("<main")[1].split("</main>")[0]

"""„War dieser Artikel hilfreich?“: once for each user and article, with a comment on no."""

from threading import Barrier, Thread

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from help.models import Vote
from tests.factories import UserFactory
from tests.markup import page_of

ADDRESS = "/help/pipeline/vote/"
THANKS = "Danke, Ihre Antwort ist gespeichert."
QUESTION = "War dieser Artikel hilfreich?"


def kept(user: User) -> list[tuple]:
    votes = Vote.objects.of(user.account).filter(user=user).order_by("article")
    return list(votes.values_list("article", "helpful", "comment"))


@pytest.mark.parametrize("role", ["anna", "mehmet", "sofia", "mara", "paul"])
def test_everybody_votes(login, role, request):
    user = request.getfixturevalue(role)
    assert login(user).post(ADDRESS, {"helpful": "yes"}).status_code == 302
    assert kept(user) == [("pipeline", True, "")]


def test_without_scripts_the_vote_leads_back_and_thanks(login, sofia):
    client = login(sofia)
    assert QUESTION in page_of(client.get("/help/pipeline/"))
    response = client.post(ADDRESS, {"helpful": "yes"}, follow=True)
    assert response.redirect_chain == [("/help/pipeline/#vote", 302)]
    assert THANKS in page_of(response)
    assert "Antwort ändern" in page_of(response)


def test_with_scripts_the_answer_replaces_the_question(login, sofia):
    response = login(sofia).post(ADDRESS, {"helpful": "yes"}, headers={"HX-Request": "true"})
    assert response.status_code == 200
    assert THANKS in page_of(response)
    assert "<html" not in page_of(response)


def test_a_no_may_have_a_comment(login, sofia):
    login(sofia).post(ADDRESS, {"helpful": "no", "comment": "Ein Bild\r\nfehlt"})
    login(sofia).post("/help/list/vote/", {"helpful": "no"})
    assert kept(sofia) == [("list", False, ""), ("pipeline", False, "Ein Bild\nfehlt")]


def test_a_second_vote_replaces_the_first(login, sofia):
    client = login(sofia)
    client.post(ADDRESS, {"helpful": "no", "comment": "zu lang"})
    response = client.post(ADDRESS, {"helpful": "yes"}, follow=True)
    assert THANKS in page_of(response)
    assert kept(sofia) == [("pipeline", True, "")]


def test_votes_of_others_are_separate(login, sofia, jan, paul):
    for user in (jan, paul):
        login(user).post(ADDRESS, {"helpful": "no", "comment": "Geheim-Kommentar"})
    page = page_of(login(sofia).get("/help/pipeline/"))
    assert QUESTION in page
    assert "Geheim-Kommentar" not in page
    login(sofia).post(ADDRESS, {"helpful": "yes"})
    assert kept(sofia) == [("pipeline", True, "")]
    assert kept(paul) == [("pipeline", False, "Geheim-Kommentar")]


def test_a_vote_is_always_that_of_the_user(login, sofia, jan):
    login(sofia).post(
        ADDRESS,
        {"helpful": "yes", "user": jan.pk, "account": 1, "article": "list", "created_at": "2020-01-01"},
    )
    assert kept(sofia) == [("pipeline", True, "")]
    assert kept(jan) == []


@pytest.mark.parametrize("answer", [{}, {"helpful": ""}, {"helpful": "maybe"}, {"helpful": "yes\0"}])
def test_an_invalid_answer_is_refused(login, sofia, answer, unwritten):
    client = login(sofia)
    with unwritten():
        assert client.post(ADDRESS, answer).status_code == 422


@pytest.mark.parametrize(
    ("comment", "status"), [("x" * 2000, 302), ("x" * 2001, 422), ("a\0b", 422), ("z\r\n" * 999 + "xx", 302)]
)
def test_comments_have_a_limit(login, sofia, comment, status):
    assert login(sofia).post(ADDRESS, {"helpful": "no", "comment": comment}).status_code == status
    assert len(kept(sofia)) == (status == 302)


def test_a_refused_comment_stays_in_its_field(login, sofia):
    for headers in ({}, {"HX-Request": "true"}):
        data = {"helpful": "no", "comment": "<b>" + "x" * 2000}
        response = login(sofia).post(ADDRESS, data, headers=headers)
        page = page_of(response)
        assert response.status_code == 422
        assert "&lt;b&gt;xxx" in page
        assert "<details open>" in page
        assert 'class="error"' in page


@pytest.mark.parametrize("method", ["get", "head", "put", "delete"])
def test_voting_requires_post(login, sofia, method, unwritten):
    client = login(sofia)
    with unwritten():
        response = getattr(client, method)(ADDRESS)
    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"


def test_voting_requires_a_login(client, db, unwritten):
    with unwritten():
        assert client.post(ADDRESS, {"helpful": "yes"}).status_code == 401


def test_the_database_refuses_a_vote_across_offices(krueger, paul):
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(account=krueger, user=paul, article="pipeline", helpful=True)


@pytest.mark.django_db(transaction=True)
def test_eight_votes_at_once_are_one(login):
    user = UserFactory()
    clients = [login(user) for _ in range(8)]
    start = Barrier(len(clients))
    statuses = []

    def post(client):
        start.wait()
        statuses.append(client.post(ADDRESS, {"helpful": "yes"}).status_code)
        connection.close()

    threads = [Thread(target=post, args=[client]) for client in clients]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert statuses == [302] * 8
    assert kept(user) == [("pipeline", True, "")]

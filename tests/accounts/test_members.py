"""Inviting, accepting, roles, closing and opening logins: by the pages and by the verbs."""

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test import Client

from accounts import invitations, members
from accounts.models import Account, Role, User
from base.refusals import Refusal
from contacts.models import Contact
from tests.accounts.test_sign_in import work
from tests.cast import Login, words_of
from tests.factories import AccountFactory, ContactFactory, UserFactory
from tests.markup import page_of

NEW = "ein-ganz-neues-Passwort"
INVITATION = {"email": "Neu@Krueger.example", "first_name": "Nina", "last_name": "Neu", "role": "agent"}
ACCEPTANCE = {"first_name": "Nina", "last_name": "Neumann", "password": NEW}


def invite(client: Client, **changes: str) -> User:
    answer = client.post("/settings/members/new/", INVITATION | changes)
    assert (answer.status_code, answer["Location"]) == (302, "/settings/members/")
    return User.objects.get(email="neu@krueger.example")


def path_in(body: str) -> str:
    link = re.search(r"http://testserver(/invitation/\S+)", body)
    assert link, body
    return link[1]


def test_an_invited_member_logs_in_by_the_link(anna: User, login: Login) -> None:
    user = invite(login(anna))
    assert (user.account, user.role, user.is_invited) == (anna.account, Role.AGENT, True)
    [message] = mail.outbox
    assert (message.subject, message.to) == ("Ihre Einladung zu Krüger Immobilien", ["neu@krueger.example"])
    assert message.body.startswith("Guten Tag,\n\nAnna Krüger (anna@krueger.example) lädt Sie in die ")
    assert "Nina" not in message.body  # nothing that the inviter typed about the recipient
    path = path_in(message.body)
    page = Client().get(path)
    assert page.status_code == 200
    assert "Anna Krüger (anna@krueger.example) lädt Sie in das Büro „Krüger Immobilien“ ein." in page_of(page)
    arrived = Client()
    answer = arrived.post(path, ACCEPTANCE)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert arrived.get("/settings/profile/").context["user"] == user
    user.refresh_from_db()
    assert (user.full_name, user.is_invited) == ("Nina Neumann", False)
    client = Client()
    client.post("/accounts/login/", {"login": user.email, "password": NEW})
    assert client.get("/settings/profile/").status_code == 200


def test_an_address_gets_at_most_five_invitations_a_day(anna: User, login: Login) -> None:
    """B72."""
    client = login(anna)
    user = invite(client)
    statuses = [client.post(f"/settings/members/{user.pk}/invitation/").status_code for _ in range(60)]
    assert statuses == [302] * 4 + [429] * 56
    assert len(mail.outbox) == 5


def test_the_page_names_who_invited_last(anna: User, sofia: User, login: Login) -> None:
    user = invite(login(anna))
    members.change_role(actor=anna, member_id=sofia.pk, role=Role.ADMINISTRATOR)
    login(sofia).post(f"/settings/members/{user.pk}/invitation/")
    page = page_of(Client().get(path_in(mail.outbox[-1].body)))
    assert f"{sofia.full_name} ({sofia.email}) lädt Sie" in page


def test_an_office_sends_forty_invitations_a_day(anna: User, login: Login) -> None:
    client = login(anna)
    for number in range(40):
        form = INVITATION | {"email": f"neu{number}@krueger.example"}
        assert client.post("/settings/members/new/", form).status_code == 302
    assert client.post("/settings/members/new/", INVITATION).status_code == 429
    assert not User.objects.filter(email="neu@krueger.example").exists()
    assert len(mail.outbox) == 40


@pytest.mark.parametrize("field", ["first_name", "last_name"])
@pytest.mark.parametrize(
    "name",
    [
        "https://evil.example",
        "Gewinn auf evil.example",
        "www.evil",
        "a@evil.example",
        "evil.example/x",
        "Nina\nNeu",
    ],
)
def test_a_name_with_a_link_or_a_line_break_is_refused(
    anna: User, login: Login, unwritten: Any, field: str, name: str
) -> None:
    client = login(anna)
    with unwritten():
        assert client.post("/settings/members/new/", INVITATION | {field: name}).status_code == 422
        assert client.post("/settings/profile/", ACCEPTANCE | {field: name}).status_code == 422
    assert mail.outbox == []


@pytest.mark.parametrize("name", ["J. R. R.", "O'Neil-Groß", "Dr. Müller", "von der A.", "St. Pauli"])
def test_names_of_people_are_accepted(anna: User, login: Login, name: str) -> None:
    assert invite(login(anna), last_name=name).last_name == name


@pytest.mark.parametrize(
    ("name", "status"), [("Haus24.de GmbH", 302), ("https://evil.example", 422), ("evil.example/jetzt", 422)]
)
def test_the_name_of_an_office_may_be_a_domain_but_not_a_link(anna: User, login: Login, name: str, status: int) -> None:
    form = {"name": name, "time_zone": "Europe/Berlin", "agents_see": "all"}
    assert login(anna).post("/settings/office/", form).status_code == status


def test_opening_the_link_writes_nothing(anna: User, login: Login, unwritten: Any) -> None:
    path = path_in(invite_and_read(login(anna)))
    with unwritten():
        for _ in range(3):
            assert Client().get(path).status_code == 200
            assert Client().head(path).status_code == 200


def invite_and_read(client: Client) -> str:
    invite(client)
    return mail.outbox[-1].body


def test_link_works_once(anna: User, login: Login, unwritten: Any) -> None:
    path = path_in(invite_and_read(login(anna)))
    Client().post(path, ACCEPTANCE)
    with unwritten():
        for answer in (
            Client().get(path),
            Client().post(path, ACCEPTANCE | {"password": "noch-eins-danach"}),
        ):
            assert answer.status_code == 410
            assert "abgelaufen oder wurde schon benutzt" in page_of(answer)


def test_link_holds_three_days(anna: User, monkeypatch: pytest.MonkeyPatch) -> None:
    user = members.invite(account=anna.account, email="neu@krueger.example", role=Role.AGENT)
    now = invitations.tokens._now()
    for age, status in ((timedelta(days=2, hours=23), 200), (timedelta(days=3, minutes=1), 410)):
        monkeypatch.setattr(invitations.InvitationTokens, "_now", lambda self, age=age: now - age)
        link = invitations.link(user)
        monkeypatch.undo()
        assert Client().get(link.removeprefix("http://testserver")).status_code == status


def test_altered_and_foreign_links_get_the_same_refusal(anna: User, login: Login, sofia: User) -> None:
    path = path_in(invite_and_read(login(anna)))
    member, token = path.strip("/").split("/")[1:]
    wrong = [
        f"/invitation/{member}/{token[:-1]}{'0' if token[-1] != '0' else '1'}/",
        f"/invitation/{sofia.pk}/{token}/",
        f"/invitation/zzzzzzzzzzzz/{token}/",
        f"/invitation/%C3%BC/{token}/",
        f"/invitation/{member}/x/",
    ]
    bodies = {words_of(Client().get(address)) for address in wrong}
    assert [Client().get(address).status_code for address in wrong] == [410] * 5
    assert len(bodies) == 1


def test_a_reset_link_does_not_work_as_invitation(anna: User, login: Login) -> None:
    user = invite(login(anna))
    Client().post("/accounts/password/reset/", {"email": user.email})
    work()
    token = re.search(r"/key/(\w+)-(\S+)/", mail.outbox[-1].body)
    assert token
    assert Client().get(f"/invitation/{token[1]}/{token[2]}/").status_code == 410


def test_link_of_a_deactivated_invitation_is_refused(anna: User, login: Login) -> None:
    path = path_in(invite_and_read(login(anna)))
    members.deactivate(actor=anna, member_id=User.objects.get(email="neu@krueger.example").pk)
    assert Client().get(path).status_code == 410


@pytest.mark.parametrize("password", ["", "kurz", "1234567890", "Nina-Neumann"])
def test_weak_password_is_refused_and_names_are_kept(anna: User, login: Login, password: str) -> None:
    path = path_in(invite_and_read(login(anna)))
    answer = Client().post(path, ACCEPTANCE | {"password": password})
    assert answer.status_code == 422
    assert "Neumann" in page_of(answer)
    assert User.objects.get(email="neu@krueger.example").is_invited


def test_accepting_logs_somebody_else_out_of_this_browser(anna: User, login: Login) -> None:
    client = login(anna)
    client.post(path_in(invite_and_read(client)), ACCEPTANCE)
    assert client.get("/settings/profile/").context["user"].email == "neu@krueger.example"


def test_invitation_can_be_sent_again_until_it_is_accepted(anna: User, login: Login) -> None:
    client = login(anna)
    user = invite(client)
    client.post(f"/settings/members/{user.pk}/invitation/")
    assert [message.to for message in mail.outbox] == [["neu@krueger.example"]] * 2
    Client().post(path_in(mail.outbox[1].body), ACCEPTANCE)
    answer = client.post(f"/settings/members/{user.pk}/invitation/")
    assert answer.status_code == 409
    assert len(mail.outbox) == 2


def test_the_invitation_stays_valid_when_the_mail_server_is_down(anna: User, login: Login, settings: Any) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    client = login(anna)
    invite(client)
    assert "sobald der Mailserver wieder Mails annimmt" in page_of(client.get("/settings/members/"))


def test_used_address_is_refused_without_naming_the_other_office(
    anna: User, sofia: User, paul: User, login: Login
) -> None:
    client = login(anna)
    own = client.post("/settings/members/new/", INVITATION | {"email": "SOFIA@krueger.example"})
    other = client.post("/settings/members/new/", INVITATION | {"email": paul.email})
    assert (own.status_code, other.status_code) == (422, 422)
    assert "gehört schon zu Ihrem Büro" in page_of(own)
    assert "kann nicht eingeladen werden" in page_of(other)
    assert "Hansen &amp; Partner" not in page_of(other)
    assert mail.outbox == []


@pytest.mark.parametrize(
    "changes",
    [
        {"email": "a@b"},
        {"email": "a@b.de,c@d.de"},
        {"email": ""},
        {"first_name": "Nina\r\nBcc: x@y.de"},
        {"last_name": "Neu\x00"},
        {"last_name": "\u202eueN"},
        {"last_name": "N" * 81},
        {"role": "owner"},
        {"role": ""},
    ],
)
def test_invitation_that_is_not_understood_writes_nothing(
    anna: User, login: Login, unwritten: Any, changes: dict[str, str]
) -> None:
    client = login(anna)
    with unwritten():
        assert client.post("/settings/members/new/", INVITATION | changes).status_code == 422
    assert mail.outbox == []


def test_mass_assignment_is_ignored(anna: User, sofia: User, hansen: Account, login: Login) -> None:
    extra = {
        "account": hansen.pk,
        "account_id": hansen.pk,
        "is_active": "",
        "is_staff": "1",
        "is_superuser": "1",
        "password": "x",
        "hue": "9",
        "id": "1",
        "created_at": "2001-01-01",
    }
    user = invite(login(anna), **extra)
    assert (user.account, user.is_active, user.has_usable_password()) == (anna.account, True, False)
    client = login(sofia)
    form = {
        "first_name": "Sofie",
        "last_name": "Vogt",
        "theme": "dark",
        "role": "administrator",
        "email": "x@y.de",
    }
    assert client.post("/settings/profile/", form | extra).status_code == 302
    before = (sofia.account_id, sofia.role, sofia.email, sofia.hue, sofia.password, sofia.created_at)
    sofia.refresh_from_db()
    assert sofia.full_name == "Sofie Vogt"
    assert (sofia.account_id, sofia.role, sofia.email, sofia.hue, sofia.password, sofia.created_at) == before


def test_role_is_changed(anna: User, sofia: User, login: Login) -> None:
    answer = login(anna).post(f"/settings/members/{sofia.pk}/role/", {"role": "manager", "is_active": ""})
    assert answer.status_code == 302
    sofia.refresh_from_db()
    assert (sofia.role, sofia.is_active) == (Role.MANAGER, True)


def test_unknown_role_is_not_understood(anna: User, sofia: User, login: Login, unwritten: Any) -> None:
    client = login(anna)
    with unwritten():
        assert client.post(f"/settings/members/{sofia.pk}/role/", {"role": "owner"}).status_code == 422


def test_last_administrator_stays(anna: User, sofia: User, login: Login, unwritten: Any) -> None:
    client = login(anna)
    with unwritten():
        demoted = client.post(f"/settings/members/{anna.pk}/role/", {"role": "agent"})
        closed = client.post(f"/settings/members/{anna.pk}/deactivation/")
    assert (demoted.status_code, closed.status_code) == (409, 409)
    assert "letzter Administrator" in page_of(demoted)
    assert "letzter Administrator" in page_of(closed)


def test_neither_an_invited_nor_a_closed_administrator_counts(anna: User, sofia: User, login: Login) -> None:
    client = login(anna)
    invite(client, role="administrator")
    members.change_role(actor=anna, member_id=sofia.pk, role=Role.ADMINISTRATOR)
    members.deactivate(actor=anna, member_id=sofia.pk)
    assert client.post(f"/settings/members/{anna.pk}/deactivation/").status_code == 409
    members.reactivate(actor=anna, member_id=sofia.pk)
    assert client.post(f"/settings/members/{anna.pk}/deactivation/").status_code == 302


def test_administrator_may_step_down_when_another_is_there(anna: User, sofia: User, login: Login) -> None:
    members.change_role(actor=anna, member_id=sofia.pk, role=Role.ADMINISTRATOR)
    client = login(anna)
    answer = client.post(f"/settings/members/{anna.pk}/role/", {"role": "agent"})
    assert answer["Location"] == "/settings/"
    assert client.get("/settings/members/").status_code == 403


def test_deactivated_member_keeps_contacts_and_name(anna: User, jan: User, login: Login) -> None:
    contact = ContactFactory(account=anna.account, assignee=jan)
    client = login(anna)
    assert client.post(f"/settings/members/{jan.pk}/deactivation/").status_code == 302
    assert Contact.objects.get(pk=contact.pk).assignee.full_name == "Jan Thiele"
    page = page_of(client.get("/settings/members/"))
    assert ("Jan Thiele" in page, "ausgeschieden" in page) == (True, True)
    assert client.post(f"/settings/members/{jan.pk}/deactivation/").status_code == 302
    assert client.post(f"/settings/members/{jan.pk}/reactivation/").status_code == 302
    jan.refresh_from_db()
    assert jan.is_active


@pytest.mark.parametrize("page", ["", "role/", "invitation/", "deactivation/", "reactivation/"])
@pytest.mark.parametrize("member_id", ["foreign", "0", str(10**9), str(2**63), "１", "-1", "1e3", "%00"])
def test_members_of_others_do_not_exist(
    anna: User, paul: User, login: Login, unwritten: Any, page: str, member_id: str
) -> None:
    client = login(anna)
    address = f"/settings/members/{paul.pk if member_id == 'foreign' else member_id}/{page}"
    with unwritten():
        answer = client.post(address, {"role": "agent"}) if page else client.get(address)
    assert answer.status_code == 404
    assert paul.email not in page_of(answer)


def test_the_list_shows_only_the_users_office_in_a_constant_number_of_statements(
    anna: User, paul: User, login: Login, django_assert_num_queries: Any
) -> None:
    client = login(anna)
    with django_assert_num_queries(2):
        assert client.get("/settings/members/").status_code == 200
    UserFactory.create_batch(29, account=anna.account)
    with django_assert_num_queries(2):
        page = client.get("/settings/members/")
    assert page_of(page).count("data-member=") == 30
    assert paul.email not in page_of(page)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("verb", ["demote", "deactivate"])
def test_two_administrators_removing_each_other_at_once_leave_one(verb: str) -> None:
    for _ in range(8):
        account = AccountFactory()
        both = UserFactory.create_batch(2, account=account, role=Role.ADMINISTRATOR)
        outcomes = at_once([lambda me=me, you=you: remove(verb, me, you) for me, you in (both, both[::-1])])
        assert sorted(outcomes) == [200, 409]
        left = User.objects.of(account).filter(role=Role.ADMINISTRATOR, is_active=True)
        assert left.count() == 1


def remove(verb: str, me: User, you: User) -> int:
    try:
        if verb == "demote":
            members.change_role(actor=me, member_id=you.pk, role=Role.AGENT)
        else:
            members.deactivate(actor=me, member_id=you.pk)
    except Refusal as refusal:
        return refusal.status
    return 200


def at_once(calls: list[Any]) -> list[int]:
    """Run the calls at once, each in its own thread and connection, and return their results."""
    start, results = threading.Barrier(len(calls)), []

    def run(call: Any) -> None:
        start.wait()
        try:
            results.append(call())
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[call]) for call in calls]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def test_a_demoted_administrator_is_refused_even_past_the_gate(
    anna: User, sofia: User, jan: User, unwritten: Any
) -> None:
    members.change_role(actor=anna, member_id=sofia.pk, role=Role.ADMINISTRATOR)
    sofia.refresh_from_db()
    members.change_role(actor=anna, member_id=sofia.pk, role=Role.AGENT)
    for act in (
        lambda: members.change_role(actor=sofia, member_id=jan.pk, role=Role.ADMINISTRATOR),
        lambda: members.deactivate(actor=sofia, member_id=jan.pk),
        lambda: members.reactivate(actor=sofia, member_id=jan.pk),
        lambda: members.invite(account=sofia.account, actor=sofia, email="x@y.de", role=Role.ADMINISTRATOR),
    ):
        with unwritten(), pytest.raises(Refusal) as refusal:
            act()
        assert refusal.value.status == 403


def test_a_refusal_as_a_page_links_back(anna: User, login: Login) -> None:
    client, address = login(anna), f"/settings/members/{anna.pk}/role/"
    for referer, back in (
        (
            f"http://testserver/settings/members/{anna.pk}/?a=1&b=2",
            f"/settings/members/{anna.pk}/?a=1&amp;b=2",
        ),
        ("https://elsewhere.example/settings/", None),
        (f"http://testserver{address}", None),
    ):
        response = client.post(address, {"role": "manager"}, headers={"Referer": referer})
        page = page_of(response)
        assert response.status_code == 409
        assert re.findall(r'<a class="button[^"]*" href="([^"]+)">', page) == [back or "/"]

"""Whether an open page is still as it was: every verb alters the answer, and nothing hidden or foreign does."""

import re
from datetime import date, timedelta

import pytest
from django.db import transaction

from accounts.models import Account, User
from contacts import assignment, due
from contacts.kinds import Kind
from contacts.models import Action, Contact
from intake.models import Inlet
from pipeline.deeds import apply
from pipeline.fingerprint import fingerprint
from tests.factories import ContactFactory, put_in_trash
from tests.funnel.mailing import move as moved
from tests.markup import page_of
from tests.told import NOW, VERBS, Office

TODAY = date(2026, 11, 27)
# What changes nothing that board, list or the page of a contact show.
ELSEWHERE = {
    "accounts.offices.settle": "in the head of each page; what agents see decides who sees which contacts",
    "accounts.session_store.SessionStore.delete": "the next question is answered with 401",
    "funnel.transport.holds": "on the pages of mails",
    **dict.fromkeys(
        ("pipeline.imports." + name for name in ("steps", "jobs.read", "jobs.fail", "undo.ask", "undoing.give_up")),
        "on the page of the import, which writes no contact yet",
    ),
}
SHOWN = sorted(name for name in VERBS if not name.startswith(tuple(ELSEWHERE)))


pytestmark = pytest.mark.breaks_invariants


@pytest.fixture
def office(krueger, anna, sofia, board, settings) -> Office:
    settings.EMAIL_URL, settings.MAIL_IN = "smtp://x", "antwort@kontakte.example"
    settings.IMAP_URL = "imaps://post:x@imap.kontakte.example/INBOX"
    return Office(krueger, anna, sofia, board)


def seen(user: User) -> dict[int | None, str]:
    """Return the fingerprints of the board, and of the page of each contact."""
    user = User.objects.select_related("account").get(pk=user.pk)
    ids = list(Contact.objects.of(user.account).order_by("pk").values_list("pk", flat=True))
    return {contact: fingerprint(user, ids, contact, TODAY).mark for contact in (None, *ids)}


@pytest.mark.parametrize("name", SHOWN)
def test_a_verb_alters_what_pages_are_told(name, office, monkeypatch):
    if name == "pipeline.deeds.jobs._advance":
        monkeypatch.setattr(apply, "AT_ONCE", 1)
    act = VERBS[name](office)
    before = seen(office.anna)
    assert seen(office.anna) == before
    with transaction.atomic():  # whose number differs from those that made the scene
        act()
    assert seen(office.anna) != before


def test_the_day_alters_what_pages_are_told(office):
    tomorrow = TODAY + timedelta(days=1)
    assert fingerprint(office.anna, [], None, TODAY).mark != fingerprint(office.anna, [], None, tomorrow).mark


@pytest.fixture
def own(office, jan) -> dict[str, Contact]:
    """Contacts of Sofia, of nobody, and of Jan, while agents see their own."""
    Account.objects.filter(pk=office.account.pk).update(agents_see=Account.Sight.OWN)
    column = office.board["Nicht erreicht"]
    people = {"mine": office.sofia, "nobodys": None, "hidden": jan}
    return {name: ContactFactory(column=column, assignee=person) for name, person in people.items()}


@pytest.mark.parametrize(("whose", "is_told"), [("mine", True), ("nobodys", True), ("hidden", False)])
def test_what_an_agent_does_not_see_alters_nothing(whose, is_told, own, office, anna, jan):
    contact, column = own[whose], office.board["Termin vereinbart"]
    before, leaders = seen(office.sofia), seen(anna)
    with transaction.atomic():
        due.set_due(contact=contact, actor=anna, due_on=TODAY, now=NOW)
        moved(anna, contact, column)
        ContactFactory(column=column, assignee=jan)
    assert (without_new(seen(office.sofia), before) != before) is is_told
    assert seen(anna) != leaders


def without_new(found: dict[int | None, str], before: dict[int | None, str]) -> dict[int | None, str]:
    return {key: value for key, value in found.items() if key in before}


def test_a_contact_that_leaves_or_enters_sight_is_told(own, office, anna, jan):
    before = seen(office.sofia)
    with transaction.atomic():
        assignment.assign(contact=own["mine"], actor=anna, assignee=jan, now=NOW)
    between = seen(office.sofia)
    with transaction.atomic():
        assignment.assign(contact=own["hidden"], actor=anna, assignee=office.sofia, now=NOW)
    assert len({before[None], between[None], seen(office.sofia)[None]}) == 3


def test_leaders_are_told_of_what_arrives_and_of_what_waits_for_them(office, anna):
    def marks() -> list[str]:
        return [seen(user)[None] for user in (anna, office.sofia)]

    place, found = Inlet.objects.create(account=office.account, kind="hook", name="X", created_at=NOW), [marks()]
    for act in (
        lambda: Inlet.objects.filter(pk=place.pk).update(last_arrival_at=NOW),  # as keeping does
        lambda: Account.objects.filter(pk=office.account.pk).update(to_look_at=1),
    ):
        with transaction.atomic():
            act()
        found.append(marks())
    annas, sofias = zip(*found, strict=True)
    assert (len({*annas}), len({*sofias})) == (3, 1)


def test_no_other_office_alters_anything(office, paul):
    before = seen(office.anna)
    with transaction.atomic():
        ContactFactory(account=paul.account, card=False)
    assert seen(office.anna) == before


def test_a_page_asks_for_two_statements_and_is_answered_with_nothing_new(office, login, django_assert_num_queries):
    contact = office.contact()
    client, query = login(office.anna), {"contacts": f"{contact.pk},x,", "contact": str(contact.pk)}
    client.get("/settings/profile/")
    with django_assert_num_queries(2):
        answer = client.get("/changes/", query)
    assert (answer.status_code, answer.content) == (200, b"")
    again = client.get("/changes/", query, headers={"If-None-Match": answer["ETag"]})
    assert (again.status_code, again["ETag"]) == (304, answer["ETag"])
    with transaction.atomic():
        due.set_due(contact=contact, actor=office.anna, due_on=TODAY, now=NOW)
    later = client.get("/changes/", query, headers={"If-None-Match": answer["ETag"]})
    assert later.status_code == 200
    assert later["ETag"] != answer["ETag"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("address", ["/contacts/board/", "/contacts/", "/contacts/{}/"])
def test_the_first_question_of_a_page_is_told_whether_anything_was_written_since_it_was_read(address, office, login):
    contact = office.contact()
    client = login(office.anna)

    def looked() -> dict[str, str]:
        seen = re.search(r'data-seen="(\w+)"', page_of(client.get(address.format(contact.pk))))
        return {"contacts": str(contact.pk), "seen": seen[1]} if seen else {}

    # Tests that run beside this one write into the same server, but not all the time.
    query = next(query for query in (looked() for _ in range(200)) if client.get("/changes/", query).content == b"")
    with transaction.atomic():
        due.set_due(contact=contact, actor=office.anna, due_on=TODAY, now=NOW)
    assert client.get("/changes/", query).content == b"changed"
    assert client.get("/changes/", query | {"seen": ""}).content == b"changed"
    assert client.get("/changes/", {"contacts": str(contact.pk)}).content == b""


def told_by_address(login, user: User, contact: Contact) -> str:
    query = {"contacts": str(contact.pk), "contact": str(contact.pk)}
    return str(login(user).get("/changes/", query)["ETag"])


def test_whoever_does_not_work_contacts_learns_nothing_of_what_is_done_with_one(office, mara, login):
    contact = office.contact()
    before, annas = (told_by_address(login, user, contact) for user in (mara, office.anna))
    with transaction.atomic():
        Action.objects.create(account=office.account, contact=contact, kind=Kind.NOTE, performed_at=NOW, created_at=NOW)
    assert told_by_address(login, mara, contact) == before
    assert told_by_address(login, office.anna, contact) != annas


def test_nobody_learns_of_what_becomes_of_a_contact_in_the_trash(office, login):
    contact = office.contact()
    put_in_trash(contact)
    before = told_by_address(login, office.anna, contact)
    with transaction.atomic():
        Contact.objects.filter(pk=contact.pk).update(phone="040 1")
        Action.objects.create(account=office.account, contact=contact, kind=Kind.NOTE, performed_at=NOW, created_at=NOW)
    assert told_by_address(login, office.anna, contact) == before


@pytest.mark.parametrize(
    "query", ["", "contacts=", "contacts=x&contact=x", "contact=0", "contact=99999999999999999999"]
)
def test_whatever_is_no_id_is_left_out(query, office, login):
    assert login(office.anna).get(f"/changes/?{query}").status_code == 200

"""Each verb tells open pages what it changes: on its commit, in its office, once, with who may see it; nothing else."""

import ast
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection, transaction
from django.http import Http404
from django.urls import reverse

from base import notices
from base.notices import Kind
from base.refusals import Refusal
from base.sql import all_rows
from contacts import due, telling
from funnel.sending import worker
from pipeline.deeds import apply, reversible
from pipeline.imports import jobs
from tests import told
from tests.factories import PASSWORD
from tests.house import code
from tests.listening import Listener, listening
from tests.pipeline.importing import checked
from tests.told import NOW, UNTOLD, VERBS, Act, Office

CHECKOUT = Path(__file__).resolve().parent.parent
# What pages show, with what nobody sees of it; of whom a row is, where it is a contact's.
TABLES = {
    "accounts_account": "*",
    "accounts_user": "id, first_name, last_name, role, is_active, email",
    "django_session": "session_key",
    **dict.fromkeys(("contacts_action", "contacts_change", "contacts_consent", "contacts_contact"), "*"),
    **dict.fromkeys(("funnel_holiday", "funnel_hold", "funnel_optin", "funnel_sender", "funnel_sequence"), "*"),
    **dict.fromkeys(("funnel_step", "funnel_suppression"), "*"),
    "funnel_enrolment": "id, contact_id, sequence_id, state, reason, address, changed_at",
    "funnel_message": "id, contact_id, CASE state WHEN 'claimed' THEN 'planned' ELSE state END, reason, planned_for,"
    " is_urgent, answer, came_back, is_in_doubt",
    "pipeline_card": "contact_id, column_id, rank, version, asked_again_at, waits_since, chosen_by",
    "pipeline_column": "*",
    "pipeline_import": "*",
    "pipeline_move": "*",
}
MOST = {  # notices of a verb
    **dict.fromkeys(("accounts.members.deactivate", "accounts.members.reactivate"), 2),  # access, and looks
    "pipeline.duplicates.merging.merge": 2,  # one goes, one stays
    "pipeline.duplicates.undoing.undo": 2,
    "pipeline.deeds.jobs._advance": 2,  # one for each part
}
Rows = dict[tuple[str, int | None], frozenset[str]]


def rows_of(account_id: int) -> Rows:
    """All rows that pages show, as text, by table and contact."""
    found: dict[tuple[str, int | None], set[str]] = {}
    with connection.cursor() as cursor:
        for table, columns in TABLES.items():
            fields = {field.name for field in connection.introspection.get_table_description(cursor, table)}
            owner = "contact_id" if "contact_id" in fields else "id" if table == "contacts_contact" else "NULL"
            cursor.execute(f"SELECT {owner}, row(shown.*)::text FROM (SELECT {columns} FROM {table}) AS shown")
            for contact, text in cursor.fetchall():
                found.setdefault((table, contact), set()).add(text)
    return {key: frozenset(texts) for key, texts in found.items()}


def changed(before: Rows, after: Rows) -> set[tuple[str, int | None]]:
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}


def assignees(account_id: int) -> dict[int, int | None]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id, assignee_id FROM contacts_contact WHERE account_id = %s", [account_id])
        return dict(cursor.fetchall())


def complaints(office: Office, act: Act, listener: Listener, most: int = 1) -> list[str]:
    """Call it in a transaction that is rolled back, then in one that is not. Return what is told wrongly."""
    account_id = office.account.pk
    rows, owners = rows_of(account_id), assignees(account_id)
    listener.heard()
    for keeps in (False, True):
        with transaction.atomic():
            _call(act)
            transaction.set_rollback(not keeps)
            early = listener.heard()
        if early:
            return [f"told before the commit: {early}"]
        if not keeps and (rolled_back := listener.heard()):
            return [f"told, though it was rolled back: {rolled_back}"]
    return _wrong(listener.heard(), office, changed(rows, rows_of(account_id)), owners, most)


def _call(act: Act) -> None:
    try:
        with transaction.atomic():
            act()
    except (Refusal, Http404):
        return


def _wrong(
    heard: list[dict[str, Any]],
    office: Office,
    keys: set[tuple[str, int | None]],
    before: dict[int, int | None],
    most: int = 1,
) -> list[str]:
    if not keys:
        return [f"told, though nothing changed: {heard}"] if heard else []
    if not heard:
        return [f"changed and not told: {sorted({table for table, _contact in keys})}"]
    found = [f"told {len(heard)} times: {heard}"] if len(heard) > most else []
    found += [f"of office {one['office']}" for one in heard if one["office"] != office.account.pk]
    found += [f"of no kind: {one}" for one in heard if one["kind"] not in set(Kind)]
    if any(one["contacts"] is None for one in heard):
        return found
    after = assignees(office.account.pk)
    named = {pk: (was, now) for one in heard for pk, was, now, _version in one["contacts"]}
    for pk in {contact for _table, contact in keys if contact is not None}:
        seen = (before.get(pk, after.get(pk)), after.get(pk, before.get(pk)))
        if named.get(pk) != seen:
            found.append(f"contact {pk}: told {named.get(pk)} instead of {seen}")
    return found


@contextmanager
def calls() -> Iterator[set[str]]:
    """Collect the names of the functions that are called inside, in this thread."""
    names: set[str] = set()

    def note(frame: Any, event: str, _argument: Any) -> None:
        if event == "call":
            names.add(f"{frame.f_globals.get('__name__')}.{frame.f_code.co_qualname}")

    sys.setprofile(note)
    try:
        yield names
    finally:
        sys.setprofile(None)


@pytest.fixture
def listener(transactional_db: None) -> Iterator[Listener]:
    with listening() as listener:
        yield listener


@pytest.fixture
def office(listener, krueger, anna, sofia, board, settings, monkeypatch) -> Office:
    settings.EMAIL_URL, settings.MAIL_IN = "smtp://x", "antwort@kontakte.example"
    settings.IMAP_URL = "imaps://post:x@imap.kontakte.example/INBOX"
    return Office(krueger, anna, sofia, board)


@pytest.mark.breaks_invariants
@pytest.mark.parametrize("name", sorted(VERBS))
def test_a_verb_tells_what_it_changes_on_its_commit_and_nothing_when_it_is_repeated(
    name, office, listener, monkeypatch
):
    if name == "pipeline.deeds.jobs._advance":
        monkeypatch.setattr(apply, "AT_ONCE", 1)
    act = VERBS[name](office)
    with calls() as called:
        assert complaints(office, act, listener, MOST.get(name, 1)) == []
    assert name in called
    assert complaints(office, act, listener) == []


@pytest.mark.parametrize("kind", told.REVERSED)
def test_the_reversal_of_a_deed_tells_once_what_it_changes(kind, office, listener):
    act = told.REVERSED[kind](office)
    rows, owners = rows_of(office.account.pk), assignees(office.account.pk)
    listener.heard()
    act()
    heard = listener.heard()
    assert len(heard) == 1
    assert _wrong(heard, office, changed(rows, rows_of(office.account.pk)), owners) == []


@pytest.mark.breaks_invariants
def test_a_mail_that_a_dead_worker_had_claimed_is_told_as_planned_again(office, listener):
    """A page that was loaded meanwhile says that it is being prepared, and would for days."""
    message = office.claimed()
    listener.heard()
    assert worker.reconcile(now=NOW + timedelta(hours=1)) == 0
    (heard,) = listener.heard()
    assert (heard["kind"], heard["contacts"]) == ("mailed", [[message.contact_id, *[office.sofia.pk] * 2, None]])
    assert worker.reconcile(now=NOW + timedelta(hours=1)) == 0
    assert listener.heard() == []


# Verbs by which users change what a contact is mailed.
BY_HAND = [
    *(f"funnel.series.enrolments.{name}" for name in ("pause", "resume")),
    *(f"funnel.series.manual.{name}" for name in ("send_now", "cancel", "send_again")),
]


@pytest.mark.breaks_invariants
@pytest.mark.parametrize("name", BY_HAND)
def test_a_verb_waits_for_an_assignment_under_way_so_that_it_tells_whose_the_contact_is(name, office, listener):
    act = VERBS[name](office)
    with listener.wire.transaction(force_rollback=True):
        listener.wire.execute("UPDATE contacts_contact SET assignee_id = NULL")
        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
            all_rows("SELECT set_config('lock_timeout', %s, true)", ["100ms"])
            act()


def atomic_verbs(path: str, source: str) -> list[str]:
    """The functions of a module that open a transaction, by their dotted names."""
    module = path.removesuffix(".py").removesuffix("/__init__").replace("/", ".")
    found = set()
    for spot in code._spots(source).get(ast.Attribute, ()):
        if spot.node.attr == "atomic" and isinstance(spot.node.value, ast.Name) and spot.node.value.id == "transaction":
            found.add(f"{module}.{spot.place}")
    return sorted(found)


def untold(path: str, source: str) -> list[str]:
    """Those that are neither among the examples nor among those that need not tell."""
    reasons = {name.removesuffix("*") for name in UNTOLD}
    return [
        name
        for name in atomic_verbs(path, source)
        if name not in VERBS
        and name not in UNTOLD
        and not any(name.startswith(one) for one in reasons if one[-1] == ".")
    ]


def sources() -> dict[str, str]:
    """Those of the product; the demo fills an office that nobody has open."""
    paths = [path for room in code.ROOMS if room != "demo" for path in (CHECKOUT / room).rglob("*.py")]
    return {path.relative_to(CHECKOUT).as_posix(): path.read_text() for path in paths if "migrations" not in path.parts}


def test_every_verb_has_an_example_here_or_a_reason_to_tell_nothing():
    found = sources()
    names = [name for path, source in found.items() for name in atomic_verbs(path, source)]
    assert len(names) > 100
    assert [name for path, source in found.items() for name in untold(path, source)] == []
    known = {name for one in UNTOLD for name in names if name == one or (one[-1] == "*" and name.startswith(one[:-1]))}
    assert {
        one for one in UNTOLD if not any(name == one or name.startswith(one.rstrip("*")) for name in known)
    } == set()


def test_a_new_verb_without_an_example_is_caught():
    decorated = "@transaction.atomic\ndef forget(x):\n    pass\n"
    inside = "class Verbs:\n    def forget(self):\n        with transaction.atomic():\n            pass\n"
    assert untold("contacts/due.py", decorated) == ["contacts.due.forget"]
    assert untold("contacts/due.py", inside) == ["contacts.due.Verbs.forget"]
    assert untold("contacts/due.py", decorated.replace("forget", "set_due")) == []
    assert untold("help/feedback.py", decorated) == []


def _silent(*_arguments: Any, **_named: Any) -> None:
    return


def _at_once(kind: Kind, contact: Any, actor: Any = None) -> None:
    """Tell on a connection of its own, so before the commit."""
    with listening() as other:
        text = notices.payload(kind, contact.account_id, [notices.Seen.kept(contact.pk, contact.assignee_id)])
        other.wire.execute("SELECT pg_notify(%s, %s)", [notices.CHANNEL, text])


def _elsewhere(kind: Kind, contact: Any, actor: Any = None) -> None:
    notices.tell(kind, contact.account_id + 1, [notices.Seen.kept(contact.pk, contact.assignee_id)])


def _of_another(kind: Kind, contact: Any, actor: Any = None) -> None:
    notices.tell(kind, contact.account_id, [notices.Seen.kept(contact.pk, None)])


BREAKAGES = {
    "changed and not told: ['contacts_change', 'contacts_contact'": _silent,
    "told before the commit": _at_once,
    "of office": _elsewhere,
    "contact": _of_another,
}


@pytest.mark.parametrize(("complaint", "broken"), BREAKAGES.items())
def test_a_verb_that_tells_wrongly_is_caught(complaint, broken, office, listener, monkeypatch):
    act = VERBS["contacts.due.set_due"](office)
    monkeypatch.setattr(due, "tell_of", broken)
    first, *_others = complaints(office, act, listener)
    assert first.startswith(complaint)


def test_a_verb_that_always_tells_is_caught(office, listener, monkeypatch):
    contact = office.contact(due_on=NOW.date())

    def again() -> None:
        due.set_due(contact=contact, due_on=NOW.date(), actor=office.anna, now=NOW)
        telling.tell_of(Kind.DUE, contact)

    (complaint,) = complaints(office, again, listener)
    assert complaint.startswith("told, though nothing changed")


def test_a_notice_names_the_tab_of_its_request_and_no_other_request_does(office, listener, login, board):
    contact, client = office.contact(), login(office.anna)
    body = {"column": board["Kein Auftrag"].pk, "after": "", "version": 1, "key": "k", "via": "board"}
    listener.heard()
    client.post(f"/cards/{contact.pk}/position/", body, headers={"X-Tab": "k3f9", "HX-Request": "true"})
    body |= {"column": board["Nicht erreicht"].pk, "version": 2, "key": "l"}
    client.post(f"/cards/{contact.pk}/position/", body, headers={"X-Tab": "k3 f9", "HX-Request": "true"})
    shown = [
        (told["kind"], told["origin"], told["user"], told["contacts"], len(told["columns"]))
        for told in listener.heard()
    ]
    seen = [contact.pk, office.sofia.pk, office.sofia.pk]
    assert shown == [
        ("moved", "k3f9", office.anna.pk, [[*seen, 2]], 2),
        ("moved", "", office.anna.pk, [[*seen, 3]], 2),
    ]


def test_a_large_change_is_one_notice_that_names_nobody(office, listener, board):
    ids = [office.contact().pk for _number in range(101)]
    listener.heard()
    reversible.move(user=office.anna, contact_ids=ids, column_id=board["Kein Auftrag"].pk, enrol=False, now=NOW)
    (heard,) = listener.heard()
    assert (heard["kind"], heard["contacts"], len(heard["columns"])) == ("moved", None, 2)


@pytest.mark.parametrize("ends", ["account_logout", "account_change_password", "usersessions_list"])
def test_whose_session_ends_is_told(ends, office, listener, login):
    client = login(office.sofia)
    if ends == "usersessions_list":
        login(office.sofia)  # elsewhere, which is ended
    words = {"oldpassword": PASSWORD, "password1": "ein neues langes", "password2": "ein neues langes"}
    listener.heard()
    assert client.post(reverse(ends), words).status_code == 302
    told = {(one["kind"], one["office"], one["of"]) for one in listener.heard()}
    assert told == {("access", office.account.pk, office.sofia.pk)}


def test_how_far_an_import_is_is_told_to_nobody_because_its_page_asks(office, listener, monkeypatch):
    source = checked(office.anna, "Nachname\nNeu\nAlt\nJung\n")
    listener.heard()
    monkeypatch.setattr(jobs.Progress, "PAUSE", 0)
    with jobs.Progress(source) as report:
        source.rows_done = report.shown = 0
        report(2)
    source.refresh_from_db()
    assert source.rows_done == 2
    assert listener.heard() == []


def test_no_tab_is_taken_for_the_assignee_that_a_statement_reads(listener):
    with notices.coming_from("assignee"):
        text = telling.about(Kind.MAILED, 3, 17)
    all_rows(f"SELECT {telling.sending('5')}", {"notice": text})
    (heard,) = listener.heard()
    assert (heard["origin"], heard["contacts"]) == ("assignee", [[17, 5, 5, None]])

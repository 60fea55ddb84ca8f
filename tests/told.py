"""An example of each verb that changes what somebody can see, and why the others tell open pages nothing.

An example prepares and returns what calls the verb, so that `tests/test_told.py` can see what the call itself changes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from itertools import count
from typing import Any
from uuid import UUID

from allauth.usersessions.models import UserSession
from django.test import Client
from django.utils import timezone

from accounts import members, offices
from accounts.models import Account, Role, User
from accounts.plans import Plan
from accounts.session_store import SessionStore
from contacts import actions, assignment, consent, due, facts
from contacts.kinds import Kind
from contacts.models import Consent, Contact
from funnel import lost_links, office, opt_in
from funnel.incoming.classify import Received, ReceivedKind
from funnel.models import Hold, HoldKind, Message, MessageState, OptIn, Sender, SuppressionReason
from funnel.permission import tokens
from funnel.permission.suppression import address_hash, suppress
from funnel.replies import doubts, processing, withdrawal
from funnel.sending import availability, claiming, delivery, worker
from funnel.series import bulk_enrolments, enrolments, maintenance, manual, sequences, undoing
from funnel.series.enrolments import Effect
from funnel.series.sequences import Content
from funnel.transport import holds, verification
from intake import deciding, taking
from intake.hooks import fetching, learning
from intake.models import Arrival, Inlet
from pipeline import entering, follow_up, inquiries, leads, reminders
from pipeline.cards import bulk, moves
from pipeline.columns import verbs
from pipeline.deeds import jobs as deed_jobs
from pipeline.deeds import reversible, reversible_columns
from pipeline.duplicates import merging
from pipeline.duplicates import undoing as duplicates_undoing
from pipeline.imports import jobs, steps, undo
from pipeline.imports import undoing as import_undoing
from pipeline.imports.plan import mapping_of
from pipeline.models import Column, Move
from tests.factories import ContactFactory, UserFactory, put_in_trash
from tests.funnel.mailing import MONDAY, grant, lead, mailed, ready
from tests.funnel.mailing import move as moved
from tests.funnel.mailing import steps as with_steps
from tests.pipeline.importing import checked, imported, received, upload_of

NOW = MONDAY
LATER = NOW + timedelta(minutes=11)  # a mail planned at NOW may leave
Act = Callable[[], Any]
FILE = "Nachname;E-Mail;Ort\nNeu;neu@st.example;Bonn\nWagner;olga@st.example;Ulm\n"


@dataclass
class Office:
    """Somebody to call the verbs, and whom they are called on."""

    account: Account
    anna: User
    sofia: User
    board: dict[str, Column]

    def contact(self, column: str = "Nicht erreicht", **facts: Any) -> Contact:
        return ContactFactory(column=self.board[column], assignee=self.sofia, **facts)

    def lead(self, **facts: Any) -> Contact:
        """A contact that may be mailed."""
        ready(self.account)
        with_steps(self.board["Erfolgreich kontaktiert"].sequence, 0, 1)
        return lead(self.board["Nicht erreicht"], assignee=self.sofia, **facts)

    def running(self, **facts: Any) -> Contact:
        """A contact whose series runs."""
        contact = self.lead(**facts)
        moved(self.anna, contact, self.board["Erfolgreich kontaktiert"])
        return contact

    def message(self, contact: Contact, state: str = MessageState.PLANNED) -> Message:
        first = Message.objects.filter(contact=contact).order_by("planned_for")[0]
        Message.objects.filter(pk=first.pk).update(state=state, claimed_at=NOW)
        return Message.objects.select_related("contact", "account__sender").get(pk=first.pk)

    def claimed(self) -> Message:
        return self.message(self.running(), MessageState.CLAIMED)

    def step(self):  # type: ignore[no-untyped-def]
        self.running()
        return self.board["Erfolgreich kontaktiert"].sequence.steps.order_by("position")[0]


VERBS: dict[str, Callable[[Office], Act]] = {}
# Verbs by name, or "module.*", with the reason why nobody is told.
UNTOLD = {
    "accounts.sessions.touch": "when a session was last used is no sight of others",
    "accounts.members.invite": "the page of members is not live, and lists of colleagues are read when they are opened",
    "accounts.members.invite_again": "as `invite`",
    "accounts.members.be_absent": "as `invite`",
    "accounts.members.choose_theme": "one's own look",
    "accounts.offices.open_office": "nobody is there yet",
    "config.probe.*": "writes nothing of an office",
    "contacts.actions.refresh": "its callers have written the actions, and tell of them",
    "contacts.turns.settle": "weights and rules are set up on a page that is not live",
    "funnel.permission.suppression._insert_or_outweigh": "its callers tell of the contacts that have the address",
    "funnel.replies.inbox.*": "reads the mailbox; what the mails do is told by `processing`",
    "funnel.replies.quarantine.release": "the operator's",
    "funnel.transport.alerts.notify_of_holds": "mails people of holds, which have been told",
    "help.feedback.*": "mails to the operator, which nobody else sees",
    "intake.mail.*": "kept mails are told when they are read; its pages are not live",
    "intake.website.building.*": "forms are built on pages that are not live",
    "intake.website.submitting.submit": "counts what is dropped, which no open page shows; `taking` tells of the rest",
    "intake.hooks.fetching._keep": "what was fetched is told by `taking`, which reads it next",
    "intake.alerting._tell_few": "as `pipeline.alerts`",
    "intake.hooks.learning.teach": "as `making`; what is then read again is told",
    "intake.hooks.making.*": "web hooks are set up on pages that are not live",
    "intake.keys.*": "the page of keys is not live",
    "intake.rest._kept": "frees a key of the sender's; what arrived is told by `taking`",
    "pipeline.alerts.*": "tells people by mail or push, which no page shows; the page of wishes is not live",
    "pipeline.columns.defaults.create_board": "nobody is there yet",
    "pipeline.duplicates.dismissing.dismiss": "the page of duplicates is not live; pages that ask hear of the number",
    "pipeline.duplicates.searching.*": "as `dismissing`",
    "pipeline.deeds.jobs.give_up": "what has been done was told; the page of a deed asks while it runs",
    "pipeline.exports.permit": "one's own download",
    "pipeline.imports.files.forget_old": "forgets files after 30 days, for which nobody waits",
    "pipeline.management.commands.office.*": "made of verbs",
    "pipeline.reminders._few": "as `pipeline.alerts`",
    "pipeline.replaying.replay": "after a restore, before anybody is let in",
    "pipeline.stalled._freed": "jobs of the worker",
}


def verb(name: str) -> Callable[[Callable[[Office], Act]], Callable[[Office], Act]]:
    def registered(example: Callable[[Office], Act]) -> Callable[[Office], Act]:
        assert name not in VERBS
        VERBS[name] = example
        return example

    return registered


def on_contact(name: str, call: Callable[[Office, Contact], Any]) -> None:
    """A verb on a contact that nothing else is needed for."""

    def example(o: Office) -> Act:
        contact = o.contact(email="ada@post.example")
        return lambda: call(o, contact)

    verb(name)(example)


def on_running(name: str, call: Callable[[Office, Contact], Any]) -> None:
    """A verb on a contact whose series runs."""

    def example(o: Office) -> Act:
        contact = o.running()
        return lambda: call(o, contact)

    verb(name)(example)


def on_office(name: str, call: Callable[[Office], Any]) -> None:
    verb(name)(lambda o: lambda: call(o))


# Access


@verb("accounts.members.accept")
def _(o: Office) -> Act:
    user = UserFactory(account=o.account, password="!x")
    return lambda: members.accept(user=user, first_name="Max", last_name="Neu", password="langes passwort")


@verb("accounts.members.reactivate")
def _(o: Office) -> Act:
    user = UserFactory(account=o.account, is_active=False)
    return lambda: members.reactivate(actor=o.anna, member_id=user.pk)


on_office(
    "accounts.members.change_role",
    lambda o: members.change_role(actor=o.anna, member_id=o.sofia.pk, role=Role.MARKETING),
)
on_office("accounts.members.deactivate", lambda o: members.deactivate(actor=o.anna, member_id=o.sofia.pk))
on_office(
    "accounts.members.save_profile",
    lambda o: members.save_profile(user=User.objects.get(pk=o.sofia.pk), first_name="Sofia", last_name="Neu", theme=""),
)
on_office("accounts.offices.change_plan", lambda o: offices.change_plan(account_id=o.account.pk, plan=Plan.STARTER))
on_office(
    "accounts.offices.settle",
    lambda o: offices.settle(
        account=o.account, name="Neu", time_zone="Europe/Berlin", agents_see="own", shows_presence=False
    ),
)


HOURS = {"office_hours": "0800-1200," + ",".join("-" * 6), "late_after": 5, "managers_after": None}
on_office("accounts.offices.settle_hours", lambda o: offices.settle_hours(account=o.account, **HOURS))
on_office("pipeline.reminders.settle", lambda o: reminders.settle(account=o.account, now=NOW, **HOURS))


@verb("accounts.session_store.SessionStore.delete")
def _(o: Office) -> Act:
    client = Client()
    client.force_login(o.sofia)
    key = client.session.session_key
    UserSession.objects.update_or_create(session_key=key, defaults={"user": o.sofia, "ip": "127.0.0.1"})
    return lambda: SessionStore().delete(key)


# Contacts

on_contact(
    "contacts.assignment.assign",
    lambda o, c: assignment.assign(contact=c, assignee=o.anna, actor=o.anna, now=NOW),
)
on_contact(
    "contacts.assignment.assign_many",
    lambda o, c: assignment.assign_many(account=o.account, actor=o.anna, contact_ids=[c.pk], assignee=o.anna, now=NOW),
)
on_contact(
    "contacts.actions.perform",
    lambda o, c: actions.perform(contact=c, kind=Kind.NOTE, actor=o.anna, now=NOW, key=UUID(int=1)),
)
on_contact(
    "contacts.actions.plan",
    lambda o, c: actions.plan(contact=c, kind=Kind.MEETING, actor=o.anna, now=NOW, planned_for=LATER, key=UUID(int=1)),
)
on_contact("contacts.due.set_due", lambda o, c: due.set_due(contact=c, due_on=NOW.date(), actor=o.anna, now=NOW))
on_contact(
    "contacts.facts.save",
    lambda o, c: facts.save(contact=c, values={"city": "Ulm"}, version=None, actor=o.anna, now=NOW),
)
on_contact(
    "contacts.consent.record",
    lambda o, c: consent.record(
        contact=c, channel="email", granted=True, method="spoken", wording="Ja", actor=o.anna, now=NOW
    ),
)
on_contact(
    "contacts.consent.attest",
    lambda o, c: consent.attest(contact=c, channel="email", granted=False, method="form", now=NOW),
)


@verb("contacts.assignment.give_back")
def _(o: Office) -> Act:
    ada, bob = o.contact(), o.contact()
    return lambda: assignment.give_back(actor=o.anna, before={ada.pk: o.anna.pk, bob.pk: None}, now=NOW)


def _action(o: Office, **facts: Any):  # type: ignore[no-untyped-def]
    contact = o.contact()
    if facts:
        return actions.plan(contact=contact, kind=Kind.MEETING, actor=o.anna, now=NOW, **facts)
    return actions.perform(contact=contact, kind=Kind.NOTE, actor=o.anna, now=NOW)


@verb("contacts.actions.done")
def _(o: Office) -> Act:
    action = _action(o, planned_for=NOW)
    return lambda: actions.done(action=action, actor=o.anna, now=LATER)


@verb("contacts.actions.edit")
def _(o: Office) -> Act:
    action = _action(o)
    return lambda: actions.edit(action=action, actor=o.anna, now=LATER, text="Neu")


@verb("contacts.actions.remove")
def _(o: Office) -> Act:
    action = _action(o)
    return lambda: actions.remove(action=action, actor=o.anna)


# Cards and columns


@verb("pipeline.cards.moves.move_card")
def _(o: Office) -> Act:
    contact = o.running()
    target = o.board["Kein Auftrag"].pk
    how = {"user": o.anna, "column_id": target, "version": 2, "key": "k", "via": Move.Via.BOARD, "now": NOW}
    return lambda: moves.move_card(contact_id=contact.pk, **how)


@verb("pipeline.cards.moves._reorder")
def _(o: Office) -> Act:
    below, _above = o.contact(), o.contact()
    column = o.board["Nicht erreicht"].pk
    how = {"user": o.anna, "column_id": column, "version": 1, "key": "k", "via": Move.Via.BOARD, "now": NOW}
    return lambda: moves.move_card(contact_id=below.pk, **how)


@verb("pipeline.cards.moves.reverse")
def _(o: Office) -> Act:
    move = moved(o.anna, o.lead(), o.board["Erfolgreich kontaktiert"]).move
    return lambda: moves.reverse(user=o.anna, move_id=move.pk, now=NOW)


@verb("pipeline.cards.bulk.move_many")
def _(o: Office) -> Act:
    ids = [o.running(email="ada@post.example").pk, o.contact("Bewertung erstellt").pk]
    target = o.board["Kein Auftrag"].pk
    return lambda: bulk.move_many(user=o.anna, contact_ids=ids, column_id=target, now=NOW)


@verb("pipeline.cards.bulk.empty_and_remove")
def _(o: Office) -> Act:
    o.contact(), o.contact()
    column, target = o.board["Nicht erreicht"].pk, o.board["Kein Auftrag"].pk
    return lambda: bulk.empty_and_remove(user=o.anna, column_id=column, target_id=target, now=NOW)


def _column(o: Office) -> int:
    return o.board["Termin vereinbart"].pk


on_office(
    "pipeline.columns.verbs.insert",
    lambda o: verbs.insert(user=o.anna, beside_id=_column(o), side="left", key=UUID(int=1)),
)
on_office("pipeline.columns.verbs.rename", lambda o: verbs.rename(user=o.anna, column_id=_column(o), name="Neu"))
on_office("pipeline.columns.verbs.shift", lambda o: verbs.shift(user=o.anna, column_id=_column(o), direction="right"))
on_office("pipeline.columns.verbs.set_mails", lambda o: verbs.set_mails(user=o.anna, column_id=_column(o), go_on=True))
on_office("pipeline.columns.verbs.remove", lambda o: verbs.remove(user=o.anna, column_id=_column(o)))
on_office(
    "pipeline.deeds.reversible_columns.insert",
    lambda o: reversible_columns.insert(user=o.anna, beside_id=_column(o), side="left", key=UUID(int=1), now=NOW),
)
on_office(
    "pipeline.deeds.reversible_columns.rename",
    lambda o: reversible_columns.rename(user=o.anna, column_id=_column(o), name="Neu", now=NOW),
)
on_office(
    "pipeline.deeds.reversible_columns.shift",
    lambda o: reversible_columns.shift(user=o.anna, column_id=_column(o), direction="right", now=NOW),
)
on_office(
    "pipeline.deeds.reversible_columns.remove",
    lambda o: reversible_columns.remove(user=o.anna, column_id=_column(o), now=NOW),
)


# What arrives


def _arrival(o: Office, **more: Any) -> Arrival:
    inlet = Inlet.objects.create(account=o.account, kind="api", name="Website", created_at=NOW)
    raw = b'{"person": {"last_name": "Otto"}}'
    common = {"inlet": inlet, "key": "k", "arrived_at": NOW, "due_at": NOW, "raw": raw, "size": len(raw)}
    return Arrival.objects.create(account=o.account, **common | more)


@verb("intake.taking._taken")
def _(o: Office) -> Act:
    arrival = _arrival(o)
    return lambda: taking.take(arrival.pk, NOW)


@verb("intake.taking._give_up")
def _(o: Office) -> Act:
    _arrival(o, attempts=5)
    return lambda: taking.take_waiting(now=LATER)


@verb("intake.deciding.discard")
def _(o: Office) -> Act:
    arrival = _arrival(o, result="unread")
    return lambda: deciding.discard(user=o.anna, arrival_id=arrival.pk)


@verb("intake.deciding.read_again")
def _(o: Office) -> Act:
    arrival = _arrival(o, result="unread")
    return lambda: deciding.read_again(user=o.anna, arrival_id=arrival.pk, now=LATER)


@verb("intake.hooks.learning.read_again")
def _(o: Office) -> Act:
    arrival = _arrival(o, result="unread", raw=b'{"name": "Otto Wels"}')
    arrival.inlet.kind, arrival.inlet.token = "hook", "t"
    arrival.inlet.save()
    return lambda: learning.read_again(user=o.anna, inlet_id=arrival.inlet_id, now=LATER)


@verb("intake.hooks.fetching._leave")
def _(o: Office) -> Act:
    _arrival(o, result="announced")
    return lambda: fetching.fetch_due(now=LATER)  # without a token


@verb("intake.deciding.enter")
def _(o: Office) -> Act:
    arrival = _arrival(o, result="unread")
    entry = {"values": {"last_name": "Otto"}, "column": o.board["Nicht erreicht"], "assignee": None}
    how = {"key": None, "anyway": True, "now": NOW}
    return lambda: deciding.enter(user=o.anna, arrival_id=arrival.pk, **entry, **how)


# Deeds

on_running(
    "pipeline.deeds.reversible.assign",
    lambda o, c: reversible.assign(user=o.anna, contact_ids=[c.pk], assignee=o.anna, now=NOW),
)
on_running(
    "pipeline.deeds.reversible.move",
    lambda o, c: reversible.move(user=o.anna, contact_ids=[c.pk], column_id=_column(o), enrol=False, now=NOW),
)
on_running("pipeline.deeds.reversible.trash", lambda o, c: reversible.trash(user=o.anna, contact_ids=[c.pk], now=NOW))


@verb("pipeline.deeds.reversible.empty_and_remove")
def _(o: Office) -> Act:
    o.contact(), o.contact()
    column, target = o.board["Nicht erreicht"].pk, o.board["Kein Auftrag"].pk
    return lambda: reversible.empty_and_remove(user=o.anna, column_id=column, target_id=target, now=NOW)


def _deeds(o: Office) -> dict[str, Callable[[], Any]]:
    """A deed of each kind that is to be reversed."""
    ada, bob, cyd = o.running(email="ada@post.example"), o.contact(), o.contact()
    o.contact("Bewertung erstellt")
    column, target = o.board["Bewertung erstellt"].pk, o.board["Kein Auftrag"].pk
    how: dict[str, Any] = {"user": o.anna, "now": NOW}
    return {
        "assign": lambda: reversible.assign(contact_ids=[ada.pk, bob.pk], assignee=o.anna, **how),
        "move": lambda: reversible.move(contact_ids=[ada.pk, bob.pk], column_id=target, enrol=False, **how),
        "trash": lambda: reversible.trash(contact_ids=[bob.pk, cyd.pk], **how),
        "empty": lambda: reversible.empty_and_remove(column_id=column, target_id=target, **how),
        "insert": lambda: reversible_columns.insert(beside_id=column, side="left", key=None, **how)[1],
        "rename": lambda: reversible_columns.rename(column_id=column, name="Neu", **how)[1],
        "shift": lambda: reversible_columns.shift(column_id=column, direction="right", **how),
        "remove": lambda: reversible_columns.remove(column_id=_column(o), **how),
    }


def _reversed(kind: str) -> Callable[[Office], Act]:
    def example(o: Office) -> Act:
        deed = _deeds(o)[kind]()
        return lambda: reversible.reverse(user=o.anna, deed_id=deed.pk, now=NOW)

    return example


REVERSED = {kind: _reversed(kind) for kind in ("move", "trash", "empty", "insert", "rename", "shift", "remove")}
verb("pipeline.deeds.reversible.reverse")(_reversed("assign"))


@verb("pipeline.deeds.jobs._advance")
def _(o: Office) -> Act:
    """Of a job; `apply.AT_ONCE` is one contact in this test."""
    ids = [o.contact().pk, o.contact().pk]
    deed = reversible.trash(user=o.anna, contact_ids=ids, now=NOW)
    return lambda: deed_jobs.run(deed_id=deed.pk, now=lambda: NOW)


# Arriving and going

VALUES = {"last_name": "Neu", "email": "neu@post.example"}


def _enrolling(o: Office) -> dict[str, Any]:
    o.lead()
    return {"values": VALUES, "now": NOW, "enrol": True}


@verb("pipeline.leads.add")
def _(o: Office) -> Act:
    values = _enrolling(o) | {"column_id": o.board["Erfolgreich kontaktiert"].pk}
    return lambda: leads.add(account=o.account, actor=o.anna, **values)


@verb("pipeline.entering.enter")
def _(o: Office) -> Act:
    values = _enrolling(o) | {"column": o.board["Erfolgreich kontaktiert"], "assignee": o.sofia}
    return lambda: entering.enter(user=o.anna, consent={"wording": "Ja", "method": "spoken"}, **values)


@verb("pipeline.entering.enter_once")
def _(o: Office) -> Act:
    values = _enrolling(o) | {"column": o.board["Erfolgreich kontaktiert"], "assignee": o.sofia}
    return lambda: entering.enter_once(user=o.anna, key=UUID(int=1), anyway=False, **values)


@verb("pipeline.inquiries.take_in")
def _(o: Office) -> Act:
    """The first call is a known contact's, in a lost column."""
    o.contact("Kein Auftrag", last_name="Neu", email="neu@post.example")
    return lambda: inquiries.take_in(account=o.account, values=VALUES | {"city": "Ulm"}, now=NOW)


on_running("pipeline.leads.trash", lambda o, c: leads.trash(user=o.anna, contact_ids=[c.pk], now=NOW))


def _two(o: Office) -> tuple[int, int]:
    return o.running(last_name="Kern", email="a@st.example").pk, o.contact(last_name="Kern", email="b@st.example").pk


@verb("pipeline.duplicates.merging.merge")
def _merge(o: Office) -> Act:
    ids = _two(o)
    seen = merging.load(o.anna, ids).mark
    return lambda: merging.merge(user=o.anna, ids=ids, chosen={}, seen=seen, key=UUID(int=7), now=NOW)


@verb("pipeline.duplicates.undoing.undo")
def _part(o: Office) -> Act:
    merge = _merge(o)()
    return lambda: duplicates_undoing.undo(user=o.anna, merge_id=merge.pk, now=LATER)


@verb("pipeline.leads.restore")
def _(o: Office) -> Act:
    contact = put_in_trash(o.contact())
    return lambda: leads.restore(user=o.anna, contact_ids=[contact.pk], now=NOW)


@verb("pipeline.leads.erase_expired")
def _(o: Office) -> Act:
    put_in_trash(o.contact())
    return lambda: leads.erase_expired(now=timezone.now() + timedelta(days=31))


@verb("pipeline.follow_up.follow_up")
def _(o: Office) -> Act:
    contact = o.lead()
    target = o.board["Erfolgreich kontaktiert"].pk
    how = {"kind": Kind.CALL, "column_id": target, "version": 1, "due_on": NOW.date(), "key": UUID(int=1)}
    return lambda: follow_up.follow_up(user=o.anna, contact=contact, now=NOW, **how)


# Imports


@verb("pipeline.imports.steps.receive")
def _(o: Office) -> Act:
    return lambda: steps.receive(user=o.anna, upload=upload_of(FILE), now=NOW)


@verb("pipeline.imports.jobs.read")
def _(o: Office) -> Act:
    source = steps.receive(user=o.anna, upload=upload_of(FILE), now=NOW)
    return lambda: jobs.read(import_id=source.pk, now=NOW)


@verb("pipeline.imports.steps.read_again")
def _(o: Office) -> Act:
    source = received(o.anna, FILE)
    return lambda: steps.read_again(source=source, header_line=1, repair="")


@verb("pipeline.imports.steps.configure")
def _(o: Office) -> Act:
    source = received(o.anna, FILE)
    return lambda: steps.configure(source=source, mapping=mapping_of(source), options={})


@verb("pipeline.imports.steps.choose")
def _(o: Office) -> Act:
    source = checked(o.anna, FILE)
    return lambda: steps.choose(source=source, chosen={2: 5})


@verb("pipeline.imports.steps.start")
def _(o: Office) -> Act:
    source = checked(o.anna, FILE)
    return lambda: steps.start(source=source)


@verb("pipeline.imports.jobs._working_on")
def _(o: Office) -> Act:
    o.contact(last_name="Wagner", email="olga@st.example")
    source = checked(o.anna, FILE)
    steps.start(source=source)
    return lambda: jobs.run(import_id=source.pk, now=NOW)


@verb("pipeline.imports.jobs.fail")
def _(o: Office) -> Act:
    source = steps.receive(user=o.anna, upload=upload_of(FILE), now=NOW)
    return lambda: jobs.fail(import_id=source.pk, sentence="Nein", now=NOW)


def _undoable(o: Office):  # type: ignore[no-untyped-def]
    o.contact(last_name="Wagner", email="olga@st.example")
    return imported(o.anna, FILE, now=NOW)


@verb("pipeline.imports.undo.ask")
def _(o: Office) -> Act:
    source = _undoable(o)
    return lambda: undo.ask(source=source, user=o.anna, now=NOW)


@verb("pipeline.imports.undoing._part")
def _(o: Office) -> Act:
    source = _undoable(o)
    undo.ask(source=source, user=o.anna, now=NOW)
    return lambda: import_undoing.run(import_id=source.pk, now=NOW)


@verb("pipeline.imports.undoing.give_up")
def _(o: Office) -> Act:
    source = _undoable(o)
    undo.ask(source=source, user=o.anna, now=NOW)
    return lambda: import_undoing.give_up(import_id=source.pk)


# Series

CONTENT = Content(subject="Neu", body="Guten Tag", delay_days=2)


def _sequence(o: Office) -> int:
    return o.board["Erfolgreich kontaktiert"].sequence_id


@verb("funnel.series.sequences.add")
def _(o: Office) -> Act:
    o.running()
    return lambda: sequences.add(user=o.anna, sequence_id=_sequence(o), content=CONTENT, now=NOW)


@verb("funnel.series.sequences.suggest")
def _(o: Office) -> Act:
    with_steps(o.board["Neue Kontakte"].sequence)
    return lambda: sequences.suggest(user=o.anna, sequence_id=o.board["Neue Kontakte"].sequence_id)


def on_step(name: str, call: Callable[[Office, Any], Any]) -> None:
    def example(o: Office) -> Act:
        step = o.step()
        return lambda: call(o, step)

    verb(f"funnel.series.sequences.{name}")(example)


on_step("edit", lambda o, s: sequences.edit(user=o.anna, step_id=s.pk, version=s.version, content=CONTENT))
on_step("shift", lambda o, s: sequences.shift(user=o.anna, step_id=s.pk, by=1))
on_step("copy", lambda o, s: sequences.copy(user=o.anna, step_id=s.pk, now=NOW))
on_step("remove", lambda o, s: sequences.remove(user=o.anna, step_id=s.pk, now=NOW))
on_step("set_step_enabled", lambda o, s: sequences.set_step_enabled(user=o.anna, step_id=s.pk, on=False, now=NOW))
on_step("set_enabled", lambda o, s: sequences.set_enabled(user=o.anna, sequence_id=s.sequence_id, on=False))
on_office("funnel.sending.availability.set_enabled", lambda o: availability.set_enabled(user=o.anna, on=False))
on_office(
    "funnel.office.save_sender",
    lambda o: office.save_sender(user=o.anna, values={"city": "Ulm"}, version=_sender(o).version, now=NOW),
)
on_office("funnel.office.add_holiday", lambda o: office.add_holiday(user=o.anna, day=NOW.date(), name="Frei"))
on_office("funnel.office.add_nationwide", lambda o: office.add_nationwide(user=o.anna, now=NOW))


def _sender(o: Office) -> Sender:
    return Sender.objects.of(o.account).get()


@verb("funnel.office.remove_holiday")
def _(o: Office) -> Act:
    holiday = office.add_holiday(user=o.anna, day=NOW.date(), name="Frei")
    return lambda: office.remove_holiday(user=o.anna, holiday_id=holiday.pk)


def _own(o: Office) -> int:
    """An address of the office's own is to be proved (the settings are the test's)."""
    Sender.objects.of(o.account).update(email="buero@krueger.example", proof="")
    return o.account.pk


@verb("funnel.office.check_address")
def _(o: Office) -> Act:
    _own(o)
    return lambda: office.check_address(user=o.anna, now=NOW)


@verb("funnel.transport.verification.request")
def _(o: Office) -> Act:
    account_id = _own(o)
    return lambda: verification.request(account_id=account_id, now=NOW)


@verb("funnel.transport.verification.record_result")
def _(o: Office) -> Act:
    account_id = _own(o)
    back = Received(ReceivedKind.OTHER, sender="buero@krueger.example")
    return lambda: verification.record_result(account_id=account_id, received=back, now=NOW)


@verb("funnel.transport.verification._write")
def _(o: Office) -> Act:
    account_id = _own(o)
    bounced = Received(ReceivedKind.HARD_BOUNCE)
    return lambda: verification.record_result(account_id=account_id, received=bounced, now=NOW)


def _hold(o: Office, now: Any = NOW) -> None:
    holds.hold(account_id=o.account.pk, kind=HoldKind.LOGIN, answer="535 nein", now=now)


def on_hold(name: str, call: Callable[[Office], Any]) -> None:
    def example(o: Office) -> Act:
        _hold(o)
        return lambda: call(o)

    verb(f"funnel.transport.holds.{name}")(example)


on_office("funnel.transport.holds.hold", _hold)
on_hold("_renew", lambda o: _hold(o, NOW + timedelta(hours=1)))
on_hold("release", lambda o: holds.release(account_id=o.account.pk, now=LATER))
on_hold("postpone", lambda o: holds.postpone(hold_id=Hold.objects.get().pk, now=LATER))
on_hold("request_trial", lambda o: holds.request_trial(user=o.anna, now=LATER))


# Contacts in series

on_running(
    "funnel.series.enrolments.change_status",
    lambda o, c: enrolments.change_status(
        contact=c, sequence=None, effect=Effect.END, cause=None, actor=o.anna, now=NOW
    ),
)
on_running(
    "funnel.series.enrolments.leave_many",
    lambda o, c: enrolments.leave_many(
        account_id=o.account.pk, contact_ids=[c.pk], effect=Effect.END, causes={}, actor=o.anna, now=NOW
    ),
)
on_running("funnel.series.enrolments.pause", lambda o, c: enrolments.pause(user=o.anna, contact_id=c.pk, now=NOW))
on_running(
    "funnel.series.enrolments.stop",
    lambda o, c: enrolments.stop(account_id=o.account.pk, contact_ids=[c.pk], reason="reply", now=NOW),
)
on_running("funnel.series.enrolments.suspend", lambda o, c: enrolments.suspend(contact=c, reason="failed", now=NOW))


@verb("funnel.series.enrolments.resume")
def _(o: Office) -> Act:
    contact = o.running()
    enrolments.pause(user=o.anna, contact_id=contact.pk, now=NOW)
    return lambda: enrolments.resume(user=o.anna, contact_id=contact.pk, now=NOW)


@verb("funnel.series.bulk_enrolments.start_many")
def _(o: Office) -> Act:
    """One that may be mailed, and one that waits, which each call notes anew."""
    contacts = [o.lead(email="ada@post.example"), o.contact(email="bob@post.example")]
    how = {"sequence_id": _sequence(o), "waits": True, "causes": {}, "actor": o.anna}
    seconds = count()
    return lambda: bulk_enrolments.start_many(contacts=contacts, now=NOW + timedelta(seconds=next(seconds)), **how)


@verb("funnel.series.undoing.undo_many")
def _(o: Office) -> Act:
    contact = o.lead()
    move = moved(o.anna, contact, o.board["Erfolgreich kontaktiert"]).move
    return lambda: undoing.undo_many(account_id=o.account.pk, causes={contact.pk: move.pk}, now=NOW)


@verb("funnel.series.maintenance._start")
def _(o: Office) -> Act:
    contact = o.contact(email="ada@post.example")
    o.lead()
    moved(o.anna, contact, o.board["Erfolgreich kontaktiert"])
    grant(contact)
    return lambda: maintenance.resume_ready(now=NOW)


@verb("funnel.series.maintenance.finish_completed")
def _(o: Office) -> Act:
    for number in range(2):
        Message.objects.filter(contact=o.running(email=f"lead{number}@post.example")).update(state=MessageState.SENT)
    return lambda: maintenance.finish_completed(now=NOW)


@verb("funnel.series.manual.send_now")
def _(o: Office) -> Act:
    message = o.message(o.running())
    return lambda: manual.send_now(user=o.anna, message_id=message.pk, now=NOW)


@verb("funnel.series.manual.cancel")
def _(o: Office) -> Act:
    message = o.message(o.running())
    return lambda: manual.cancel(user=o.anna, message_id=message.pk, now=NOW)


@verb("funnel.series.manual.send_again")
def _(o: Office) -> Act:
    contact = o.running()
    enrolments.suspend(contact=contact, reason="failed", now=NOW)
    message = o.message(contact, MessageState.FAILED)
    return lambda: manual.send_again(user=o.anna, message_id=message.pk, now=NOW)


# Sending


@verb("funnel.sending.claiming.claim")
def _(o: Office) -> Act:
    """One leaves, one is skipped, and one must wait."""
    ids = [o.message(o.running(email=f"lead{number}@post.example")).pk for number in range(3)]
    Consent.objects.filter(contact__email="lead1@post.example").delete()
    suppress(
        account_id=o.account.pk,
        digest=address_hash(o.account.pk, "lead2@post.example"),
        reason=SuppressionReason.DOUBT,
        now=NOW,
    )
    return lambda: claiming.claim(ids, now=LATER)


@verb("funnel.sending.delivery._sent")
def _(o: Office) -> Act:
    message = o.claimed()
    return lambda: delivery._sent(message, "Mail 1", "250 ok", LATER)


@verb("funnel.sending.delivery._finish")
def _(o: Office) -> Act:
    message = o.claimed()
    return lambda: delivery._finish(message, MessageState.UNCLEAR, LATER, answer="…")


@verb("funnel.sending.delivery._failed")
def _(o: Office) -> Act:
    message = o.claimed()
    return lambda: delivery._failed(message, MessageState.FAILED, LATER, reason="refused", answer="550 nein")


@verb("funnel.sending.delivery._requeue")
def _(o: Office) -> Act:
    message = o.message(o.running(), MessageState.SENDING)
    return lambda: delivery._requeue_later(message, LATER, answer="450 später")


@verb("funnel.sending.worker.reconcile")
def _(o: Office) -> Act:
    o.message(o.running(), MessageState.SENDING)
    return lambda: worker.reconcile(now=NOW + timedelta(hours=1))


# What comes back, consent


def _mailed(o: Office) -> Message:
    contact = mailed(o.anna, o.board)
    Contact.objects.filter(pk=contact.pk).update(assignee=o.sofia)
    return Message.objects.filter(contact=contact, state=MessageState.SENT).get()


def on_return(name: str, kind: ReceivedKind, **received: Any) -> None:
    def example(o: Office) -> Act:
        message = _mailed(o)
        ids = () if "addresses" in received else (message.message_id,)
        back = Received(kind, ids, **received)
        return lambda: processing.process(back, text="Guten Tag", now=LATER, moment=LATER)

    verb(f"funnel.replies.processing.{name}")(example)


on_return("_end_series", ReceivedKind.REPLY)
on_return("_quote", ReceivedKind.OBJECTION, text="Bitte keine Werbung mehr, ich widerspreche.")
on_return("_note_unproven", ReceivedKind.HARD_BOUNCE, addresses=("dan@post.example",))
on_return("_annotate", ReceivedKind.AUTOMATIC)
on_running(
    "funnel.replies.withdrawal.object_to",
    lambda o, c: withdrawal.object_to(user=o.sofia, contact_id=c.pk, method="spoken", everything=False, now=LATER),
)


@verb("funnel.replies.withdrawal.unsubscribe")
def _(o: Office) -> Act:
    unsubscription = tokens.unsubscription(_mailed(o))
    return lambda: withdrawal.unsubscribe(unsubscription=unsubscription, now=LATER)


def _suppressed(o: Office, reason: str) -> Contact:
    contact = o.running()
    suppress(account_id=o.account.pk, digest=address_hash(o.account.pk, contact.email), reason=reason, now=NOW)
    Message.objects.filter(contact=contact).update(is_in_doubt=True)
    return contact


@verb("funnel.replies.withdrawal.lift")
def _(o: Office) -> Act:
    contact = _suppressed(o, SuppressionReason.OBJECTION)
    how = {"wording": "Ja", "method": "spoken", "now": LATER}
    return lambda: withdrawal.lift(user=o.anna, contact_id=contact.pk, **how)


@verb("funnel.replies.doubts.decide")
def _(o: Office) -> Act:
    contact = _suppressed(o, SuppressionReason.DOUBT)
    return lambda: doubts.decide(user=o.anna, contact_id=contact.pk, objects=True, now=LATER)


on_contact("funnel.lost_links._note", lambda o, c: lost_links._note("ada@post.example", NOW))


def _asked(o: Office) -> Contact:
    ready(o.account)
    return o.contact(email="ada@post.example")


def _link(contact: Contact, now: Any = NOW) -> str:
    asked = OptIn.objects.create(account=contact.account, contact=contact, address=contact.email, asked_at=now)
    return tokens.opt_in_token(asked)


@verb("funnel.opt_in.ask")
def _(o: Office) -> Act:
    contact = _asked(o)
    return lambda: opt_in.ask(user=o.anna, contact_id=contact.pk, now=NOW)


@verb("funnel.opt_in.request")
def _(o: Office) -> Act:
    contact = _asked(o)
    return lambda: opt_in.request(contact=contact, address=contact.email, asked_from="Formular", now=NOW)


@verb("funnel.opt_in.ask_again")
def _(o: Office) -> Act:
    token = _link(_asked(o), NOW - timedelta(days=60))
    return lambda: opt_in.ask_again(token=token, now=NOW)


@verb("funnel.opt_in.confirm")
def _(o: Office) -> Act:
    contact = _asked(o)
    token = _link(contact)
    OptIn.objects.update(wording="Ja")
    return lambda: opt_in.confirm(token=token, now=LATER)

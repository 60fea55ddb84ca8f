"""Two furnished offices, each text of which contains a word of its own: found elsewhere, it is a leak."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cache
from itertools import count
from typing import Any
from uuid import UUID, uuid4

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib.auth.hashers import make_password
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection, transaction
from django.db.models import CharField
from django.utils import timezone
from django.utils.http import int_to_base36
from fido2.cose import CoseKey
from fido2.utils import websafe_encode
from fido2.webauthn import (
    Aaguid,
    AttestationObject,
    AttestedCredentialData,
    AuthenticatorData,
    CollectedClientData,
)

from accounts import invitations
from accounts.models import Account, Role, User
from contacts.kinds import Kind
from contacts.models import Change, Consent, Contact
from contacts.turn_models import TurnRule, TurnShare
from funnel.models import (
    Enrolment,
    EnrolmentReason,
    EnrolmentState,
    Hold,
    HoldKind,
    Holiday,
    LegalForm,
    Message,
    MessageState,
    OptIn,
    Sender,
    Sequence,
    Step,
    Suppression,
    SuppressionReason,
)
from funnel.permission.suppression import address_hash
from funnel.permission.tokens import opt_in_token, unsubscribe_token
from help.models import Feedback, Vote
from intake.hooks import addresses
from intake.mail.keeping import keep_mail
from intake.models import ApiKey, Arrival, Inlet, InletKind, Postbox, Program, Question, Result
from intake.reading.lead import Lead
from intake.website import building
from pipeline.cards import moves
from pipeline.columns.defaults import create_board
from pipeline.deeds import reversible
from pipeline.duplicates import merging
from pipeline.imports import jobs
from pipeline.imports import steps as imports
from pipeline.models import (
    Alert,
    Column,
    Duplicate,
    Entry,
    Export,
    Import,
    ImportPart,
    ImportRow,
    Move,
    Subscription,
    Trace,
    Wish,
)
from tests.factories import PASSWORD, ActionFactory, ContactFactory, UserFactory

FIRST_ID = 1_900_000_000  # ten digits: an id in an answer is found, and no other number looks like one
UNKNOWN_ID = 1_999_999_999
UNKNOWN_UUID = UUID("19999999-0000-4000-8000-199999999999")
FACTS = (
    *(
        "title",
        "first_name",
        "last_name",
        "company",
        "partner_title",
        "partner_first_name",
        "partner_last_name",
    ),
    *("street", "postal_code", "city", "source_detail", "due_note", "phone_words"),
    *("property_street", "property_postal_code", "property_city", "value_provider"),
)
_numbers = count(1)  # an id of another system is one contact's
ROOMS = ("accounts", "contacts", "funnel", "pipeline", "intake", "help")


@dataclass(frozen=True)
class Mark:
    """What the texts of somebody's rows begin with, and the digits of their telephones."""

    word: str
    digits: str

    def text(self, name: str, length: int | None = 40) -> str:
        return f"{self.word}{name.replace('_', '')}"[:length]

    @property
    def signs(self) -> tuple[str, str]:
        return self.word, self.digits


OURS, HIDDEN, THEIRS = Mark("qzxow", "7310001"), Mark("qzxhi", "7310002"), Mark("qzxfo", "7310003")
SEARCHED = "qzx"  # finds all of them, and is itself none


@dataclass(frozen=True)
class Ref:
    """An object in an address or a form field: one's own, a foreign, a hidden or an unknown one, as the test asks."""

    kind: str


@dataclass
class Office:
    """An account with at least one row of everything."""

    account: Account
    people: dict[str, User]
    refs: dict[str, Any] = field(default_factory=dict)

    def put(self, values: dict[str, Any]) -> dict[str, Any]:
        """The values with this office's objects in place of the references."""
        return {name: self._put(value) for name, value in values.items()}

    def _put(self, value: Any) -> Any:
        if isinstance(value, list):
            return [self._put(one) for one in value]
        return self.refs[value.kind] if isinstance(value, Ref) else value


def furnish(mark: Mark, *, sight: str = Account.Sight.ALL) -> Office:
    """An office of its own with a user for each role and at least one row of everything."""
    account = Account.objects.create(name=mark.text("office"), agents_see=sight)
    create_board(account)
    office = Office(account, _people(account, mark))
    _name_columns(office, mark)
    _contacts(office, mark)
    _consent(office, mark)
    _files(office, mark)
    _opinions(office, mark)
    _keys(office, mark)
    _arrivals(office, mark)
    _forms(office, mark)
    return office


def hide(office: Office, mark: Mark = HIDDEN) -> Office:
    """What an agent of the office may not see: a contact of a colleague's with all that hangs on it."""
    shown = unknown(office)
    jan = office.people["colleague"]
    column = Column.objects.get(pk=office.refs["column"])
    hidden = ContactFactory(column=column, assignee=jan, **facts(mark))
    shown.refs |= {"contact": hidden.pk, "own_contact": hidden.pk} | _story(hidden, jan, jan, mark)
    shown.refs["move"] = _moved(hidden, jan, office.refs["first_column"])
    trashed = ContactFactory(column=column, assignee=jan, **facts(mark))
    shown.refs |= {"trashed": trashed.pk, "deed": _thrown(trashed, office.people["manager"], mark)}
    return shown


def unknown(office: Office) -> Office:
    """The same office, asked for objects that do not exist."""
    refs: dict[str, Any] = dict.fromkeys(office.refs, UNKNOWN_ID)
    return Office(office.account, office.people, refs | {"export": UNKNOWN_UUID})


def facts(mark: Mark) -> dict[str, Any]:
    """Every text of a contact."""
    texts = {name: mark.text(name, Contact._meta.get_field(name).max_length) for name in FACTS}
    reach: dict[str, Any] = {"email": f"{mark.text('email')}@example.org", "phone": f"+49 40 {mark.digits}"}
    further = {"kind": "", "words": mark.text("beside")}
    reach |= {"more_emails": [further | {"text": f"{mark.text('second')}@example.org"}]}
    reach |= {"more_phones": [further | {"text": f"+49 41 {mark.digits}"}]}
    said = {name: [[mark.text(f"{name}label"), mark.text(name)]] for name in ("campaign", "further")}
    said["foreign_ids"] = [[mark.text("system"), f"{mark.text('foreign')}{next(_numbers)}"]]
    worth = {"value": int(mark.digits), "value_link": f"https://{mark.text('link')}.example/"}
    return texts | reach | said | worth | {"tags": [mark.text("tag")], "due_on": timezone.localdate()}


def _people(account: Account, mark: Mark) -> dict[str, User]:
    roles = {role.value: role for role in Role} | {"colleague": Role.AGENT, "deactivated": Role.ADMINISTRATOR}
    return {
        name: UserFactory(
            account=account,
            role=role,
            first_name=mark.text(f"first{name}"),
            last_name=mark.text(f"last{name}"),
            email=f"{mark.text(name)}@office.example",
            is_active=name != "deactivated",
            password=make_password(PASSWORD),
        )
        for name, role in roles.items()
    }


def _name_columns(office: Office, mark: Mark) -> None:
    sequence = Sequence.objects.create(account=office.account, name=mark.text("sequence"))
    columns = list(Column.objects.of(office.account).order_by("position"))
    for column in columns:
        column.name = column.folded_name = mark.text(f"column{column.position}")
        column.sequence = sequence
        column.save(update_fields=["name", "folded_name", "sequence"])
    office.refs |= {"first_column": columns[0].pk, "column": columns[1].pk, "empty_column": columns[3].pk}
    office.refs |= {"other_column": columns[4].pk}

    for position in range(3):
        Step.objects.create(
            account=office.account,
            sequence=sequence,
            position=position,
            subject=mark.text("stepsubject"),
            body=mark.text("stepbody"),
        )
    office.refs |= {
        "sequence": sequence.pk,
        "step": Step.objects.of(office.account).get(sequence=sequence, position=0).pk,
    }
    emptied = Sequence.objects.of(office.account).order_by("pk")[0]
    emptied.steps.all().delete()
    office.refs |= {"empty_sequence": emptied.pk, "holiday": _sender(office.account, mark)}


def _sender(account: Account, mark: Mark) -> int:
    """Who the mails come from, and what belongs to no contact."""
    sender = Sender.objects.get(account=account)
    for one in Sender._meta.concrete_fields:
        if isinstance(one, CharField) and not one.choices and one.name != "relay":
            setattr(sender, one.name, mark.text(f"sender{one.name}", one.max_length))
    sender.legal_form, sender.relay = LegalForm.GMBH, f"sealed:{mark.text('relay')}"
    sender.save()
    holiday = Holiday.objects.create(account=account, day=timezone.localdate(), name=mark.text("holiday"))
    Suppression.objects.create(
        account=account, address_hash="0" * 64, reason=SuppressionReason.BOUNCE, at=timezone.now()
    )
    held = {"kind": HoldKind.LOGIN, "answer": mark.text("answer"), "since": timezone.now()}
    Hold.objects.create(account=account, **held)
    return holiday.pk


def _contacts(office: Office, mark: Mark) -> None:
    agent, admin = office.people["agent"], office.people["administrator"]
    column = Column.objects.get(pk=office.refs["column"])
    contact = ContactFactory(column=column, **facts(mark))
    neighbour = ContactFactory(column=column, assignee=agent, **facts(mark))
    office.refs |= {"contact": contact.pk, "own_contact": neighbour.pk} | _story(contact, agent, admin, mark)
    paused = ContactFactory(column=column, email=f"{mark.text('email')}@example.com")
    _paused(paused, mark)
    office.refs["paused"] = paused.pk
    ContactFactory(column=column, last_name="", first_name="", email=f"{mark.text('email')}@example.net")
    ContactFactory(column=column, last_name="", first_name="", phone=f"040 / {mark.digits}")
    mover = ContactFactory(column=column, **facts(mark))
    office.refs["move"] = _moved(mover, agent, office.refs["first_column"], key=mark.text("key"))
    trashed = ContactFactory(column=column, **facts(mark))
    office.refs |= {"trashed": trashed.pk, "deed": _thrown(trashed, admin, mark)}
    office.refs["merge"] = _merged(column, admin, mark)
    Duplicate.objects.create(account=office.account, first=contact, second=neighbour, found_at=timezone.now())


def _consent(office: Office, mark: Mark) -> None:
    """A suppressed address, somebody who allowed nothing yet, and what the links of mails contain."""
    account = office.account
    unasked = ContactFactory(account=account, email=f"{mark.text('unasked')}@example.org")
    silent = ContactFactory(account=account, email=f"{mark.text('silent')}@example.org")
    digest, before = address_hash(account.pk, silent.email), timezone.now() - timedelta(days=1)
    Suppression.objects.create(account=account, address_hash=digest, reason="objection", at=before)
    mail = Message.objects.get(pk=office.refs["message"])
    asked = OptIn.objects.get(contact=office.refs["contact"])
    links = {"unsubscribe": unsubscribe_token(mail), "opt_in": opt_in_token(asked)}
    office.refs |= {"suppressed": silent.pk, "unasked": unasked.pk} | links


def _story(contact: Contact, agent: User, other: User, mark: Mark) -> dict[str, int]:
    """What happened with the contact: a note, an appointment, a consent, an edit."""
    now = timezone.now()
    note = ActionFactory(contact=contact, author=agent, text=mark.text("text"))
    ActionFactory(contact=contact, author=other, kind=Kind.CALL, text=mark.text("call"))
    planned = ActionFactory(
        contact=contact,
        author=agent,
        kind=Kind.MEETING,
        text=mark.text("planned"),
        performed_at=None,
        planned_for=now + timedelta(days=2),
    )
    owner = {"account": contact.account, "contact": contact}
    Consent.objects.create(
        **owner,
        channel="email",
        granted=True,
        method="spoken",
        wording=mark.text("wording"),
        wording_version=mark.text("edition"),
        place=mark.text("place"),
        address=contact.email,
        occurred_at=now,
        recorded_by=agent,
    )
    edit = {"before": mark.text("before"), "after": mark.text("after")}
    Change.objects.create(**owner, kind=Change.Kind.EDITED, actor=agent, at=now, **edit)
    return {"action": note.pk, "planned": planned.pk} | _mails(contact, mark)


def _paused(contact: Contact, mark: Mark) -> None:
    """A contact whose series somebody paused by hand."""
    now, owner = timezone.now(), {"account": contact.account, "contact": contact}
    Consent.objects.create(
        **owner, channel="email", granted=True, method="spoken", wording=mark.text("wording"), occurred_at=now
    )
    Enrolment.objects.create(
        **owner,
        sequence=Step.objects.of(contact.account).filter(subject__contains="stepsubject")[0].sequence,
        state=EnrolmentState.PAUSED,
        reason=EnrolmentReason.MANUAL,
        address=contact.email.lower(),
        started_at=now,
        changed_at=now,
    )


def _mails(contact: Contact, mark: Mark) -> dict[str, int]:
    """A mail that left, one that could not, one that is planned, and a consent that was asked for."""
    now, owner = timezone.now(), {"account": contact.account, "contact": contact}
    steps = list(Step.objects.of(contact.account).filter(subject__contains="stepsubject").order_by("position"))
    times = {"started_at": now, "changed_at": now}
    enrolment = Enrolment.objects.create(**owner, sequence=steps[0].sequence, address=contact.email.lower(), **times)
    common = owner | {"enrolment": enrolment, "address": contact.email.lower(), "planned_for": now}
    content = {name: mark.text(f"mail{name}") for name in ("subject", "html", "text", "answer", "came_back")}
    over = {"claimed_at": now, "finished_at": now}
    left, failed, planned = (
        Message.objects.create(
            **common, step=step, state=state, message_id=f"<{mark.text('id')}{contact.pk}{state}@x>", **more
        )
        for step, state, more in (
            (steps[0], MessageState.SENT, content | over),
            (steps[1], MessageState.FAILED, content | over),
            (steps[2], MessageState.PLANNED, {}),
        )
    )
    asked = {"wording": mark.text("asked"), "asked_from": mark.text("from"), "asked_at": now}
    OptIn.objects.create(**owner, address=contact.email.lower(), **asked)
    return {"message": left.pk, "failed_mail": failed.pk, "planned_mail": planned.pk}


def _moved(contact: Contact, user: User, column_id: int, key: str = "") -> int:
    ways = {"version": 1, "key": key, "via": Move.Via.BOARD}
    ways["now"] = timezone.now() + timedelta(hours=1)  # can be taken back for as long as the tests run
    moved = moves.move_card(user=user, contact_id=contact.pk, column_id=column_id, **ways)
    assert moved.move is not None
    return moved.move.pk


def _thrown(contact: Contact, user: User, mark: Mark) -> int:
    """A change of many, with a word in each of its texts."""
    now = timezone.now() + timedelta(hours=1)  # can be taken back for as long as the tests run
    deed = reversible.trash(user=user, contact_ids=[contact.pk], now=now)
    assert deed is not None
    deed.subject, deed.other = mark.text("deed"), mark.text("before", 40)
    deed.error, deed.asked, deed.before = mark.text("fault"), {"x": mark.text("x")}, {"x": mark.text("x")}
    deed.save()
    return deed.pk


def _merged(column: Column, user: User, mark: Mark) -> int:
    """A merge, with a word in each of its texts."""
    ids = (ContactFactory(column=column, **facts(mark)).pk, ContactFactory(column=column, **facts(mark)).pk)
    seen = merging.load(user, ids).mark
    merge = merging.merge(user=user, ids=ids, chosen={}, seen=seen, key=uuid4(), now=timezone.now())
    merge.kept = [mark.text("kept")]
    merge.before |= {"city": mark.text("citybefore")}
    merge.after |= {"city": mark.text("cityafter")}
    merge.rows["x"], merge.made["x"] = mark.text("rows"), mark.text("made")
    merge.save()
    return merge.pk


def _files(office: Office, mark: Mark) -> None:
    admin = office.people["administrator"]
    text = f"Nachname;Status;{mark.text('header')}\n{mark.text('cell')};{mark.text('status')};{mark.text('cell')}\n"
    ways = {"import": "uploaded", "checked_import": "checked", "done_import": "done"}
    for name, state in ways.items():
        upload = SimpleUploadedFile(f"{mark.text('file')}.csv", text.encode())
        source = imports.receive(user=admin, upload=upload, now=timezone.now())
        jobs.read(import_id=source.pk, now=timezone.now())
        source.refresh_from_db()
        source.state, source.error, source.counts = state, mark.text("error"), {"created": 1}
        source.finished_at = timezone.now() if state == "done" else None
        source.save()
        ImportPart.objects.create(account=office.account, source=source, number=0, shape=0, rows=mark.text("cell"))
        ImportRow.objects.create(
            account=office.account,
            source=source,
            line=2,
            outcome="created",
            name=mark.text("rowname"),
            reason=mark.text("reason"),
            changes=[[mark.text("label"), mark.text("old"), mark.text("new")]],
            contact_id=office.refs["contact"],
        )
        Trace.objects.create(
            account=office.account,
            source=source,
            contact_id=office.refs["contact"],
            is_new=False,
            before={"city": mark.text("citybefore")},
            after={"city": mark.text("cityafter")},
            kept=mark.text("kept") if state == "checked" else "",
            at=source.created_at,
        )
        office.refs[name] = source.pk
    Entry.objects.create(account=office.account, key=uuid4(), contact_id=office.refs["contact"])
    export = Export.objects.create(id=uuid4(), account=office.account, user=admin, query=f"q={mark.text('query')}")
    office.refs["export"] = export.pk


def _arrivals(office: Office, mark: Mark) -> None:
    """What arrived by itself, in every state, and a key of another program."""
    account, admin, now = office.account, office.people["administrator"], timezone.now()
    common: dict[str, Any] = {"account": account, "created_at": now, "created_by": admin}
    api, hook = (
        Inlet.objects.create(
            **common,
            kind=kind,
            name=mark.text(f"inlet{kind}"),
            token=mark.text(f"token{kind}"),
            program=Program.OTHER if kind == InletKind.HOOK else "",
            secret=f"sealed:{mark.text('inletsecret')}",
            mapping={mark.text("path"): mark.text("meaning")},
        )
        for kind in (InletKind.API, InletKind.HOOK)
    )
    digest, hint = mark.text("digest"), mark.text("hint", 20)
    key = ApiKey.objects.create(**common, inlet=api, digest=digest, hint=hint, may_read=True)
    office.refs |= {"inlet": hook.pk, "api_key": key.pk, "hook": _open_hook(common)}
    for result in Result:
        raw = f"{mark.text('raw')} {mark.digits}".encode()
        arrival = Arrival.objects.create(
            account=account,
            inlet=hook,
            key=mark.text(f"arrivalkey{result}"),
            arrived_at=now,
            content_type=mark.text("contenttype"),
            raw=raw,
            size=len(raw),
            read=Lead(facts={"last_name": mark.text("readname")}, message=mark.text("readmessage")).as_json(),
            parser=mark.text("parser"),
            result=result,
            reason=mark.text("arrivalreason"),
            contact_id=office.refs["contact"] if result in (Result.NEW, Result.AGAIN) else None,
            due_at=now,
        )
        office.refs[f"arrival_{result}"] = arrival.pk
    mail = f"From: {mark.text('mailsender')}\r\nSubject: x\r\n\r\n{mark.text('mailtext')} {mark.digits}".encode()
    address = Inlet.objects.create(**common, kind=InletKind.ADDRESS, name="Mails", token=mark.text("mailtoken"))
    kept = keep_mail(inlet=address, raw=mail, now=now)
    Arrival.objects.of(account).filter(pk=kept.pk).update(result=Result.UNREAD)
    office.refs["arrival_mail"] = kept.pk
    box = Inlet.objects.create(**common, kind=InletKind.MAILBOX, name=mark.text("postbox"))
    place = {"host": mark.text("host"), "port": 993, "user": mark.text("postboxuser"), "folder": mark.text("folder")}
    postbox = Postbox.objects.create(account=account, inlet=box, connected_at=now, due_at=now, **place)
    office.refs["postbox"] = postbox.pk
    device = {"digest": mark.text("digest"), "sealed": mark.text("sealed"), "name": mark.text("device")}
    admin = office.people["administrator"]
    Wish.objects.create(account=account, user=admin)
    rule = TurnRule.objects.create(account=account, position=1, source="portal")
    TurnShare.objects.create(account=account, rule=rule, user=admin)
    alert = {"contact_id": office.refs["contact"], "why": "new", "by_mail": True, "by_push": False}
    Alert.objects.create(account=account, user=admin, at=now, **alert)
    office.refs["subscription"] = Subscription.objects.create(account=account, user=admin, created_at=now, **device).pk


def _open_hook(common: dict[str, Any]) -> str:
    """Add a web hook to which anybody may send who knows its address, and return the unguessable part of that."""
    inlet = Inlet(**common, kind=InletKind.HOOK, name="Elementor", program=Program.ELEMENTOR)
    addresses.give(inlet)
    inlet.save()
    return addresses.address(inlet).split("/")[-2]


def _forms(office: Office, mark: Mark) -> None:
    """A form that is online, with a word in each of its texts."""
    admin = office.people["administrator"]
    Account.objects.filter(pk=office.account.pk).update(slug=mark.text("slug"))
    office.account.refresh_from_db()
    form = building.create(
        user=admin, name=mark.text("form"), title=mark.text("title"), language="de", now=timezone.now()
    )
    for name in ("slug", "intro", "button", "thanks"):
        setattr(form, name, mark.text(f"form{name}"))
    form.thanks_address = f"https://{mark.text('thanks')}.example/"
    form.frame_origins = f"https://{mark.text('site')}.example"
    form.save()
    building.switch(user=admin, form_id=form.pk, on=True)
    own = {"label": mark.text("question"), "hint": mark.text("hint"), "options": mark.text("options"), "kind": "choice"}
    question = building.add_question(user=admin, form_id=form.pk, values=own)
    building.reword(user=admin, form_id=form.pk, channel="email", text=mark.text("words"), now=timezone.now())
    Question.objects.filter(form=form, fact="message").update(label=mark.text("asked"))
    office.refs |= {"form": form.pk, "question": question.pk}
    office.refs |= {"office_slug": office.account.slug, "form_slug": form.slug}


def _opinions(office: Office, mark: Mark) -> None:
    for user in office.people.values():
        owner = {"account": office.account, "user": user}
        Vote.objects.create(**owner, article="some-article", helpful=False, comment=mark.text("comment"))
        Feedback.objects.create(
            **owner,
            key=uuid4(),
            text=mark.text("feedback"),
            reply_to=f"{mark.text('reply')}@example.org",
            page=f"/{mark.text('page')}",
            version=mark.text("version"),
        )


def _keys(office: Office, mark: Mark) -> None:
    """What the login library keeps of a user."""
    admin = office.people["administrator"]
    EmailAddress.objects.create(user=admin, email=admin.email, verified=True, primary=True)
    session = UserSession.objects.create(
        user=admin, ip="192.0.2.1", session_key=mark.text("session"), user_agent=mark.text("browser")
    )
    passkey = {"name": mark.text("passkey"), "credential": _credential()}
    key = Authenticator.objects.create(user=admin, type=Authenticator.Type.WEBAUTHN, data=passkey)
    TOTP.activate(admin, "A" * 32)
    RecoveryCodes.activate(admin)
    office.refs |= {"session": session.pk, "authenticator": key.pk, "member": office.people["colleague"].pk}
    office.refs |= {"user": office.people["colleague"].pk, "deactivated": office.people["deactivated"].pk}
    office.refs |= {"login": office.people["manager"].email}
    invited = UserFactory(
        account=office.account, email=f"{mark.text('invited')}@office.example", password=make_password(None)
    )
    office.refs |= {"invited": invited.pk, "invited_code": int_to_base36(invited.pk)}
    office.refs |= {"token": invitations.tokens.make_token(invited)}


def _credential() -> dict[str, Any]:
    """What a browser sends when a passkey is registered."""
    public_key = CoseKey.parse({1: 2, 3: -7, -1: 1, -2: bytes(32), -3: bytes(32)})
    credential = AttestedCredentialData.create(Aaguid.NONE, b"credential", public_key)
    flags = AuthenticatorData.FLAG.UP | AuthenticatorData.FLAG.AT
    data = AuthenticatorData.create(bytes(32), flags, 0, credential)
    client = CollectedClientData.create("webauthn.create", b"challenge", "http://testserver")
    answer = {
        "clientDataJSON": websafe_encode(client),
        "attestationObject": websafe_encode(AttestationObject.create("none", data, {})),
    }
    return {
        "id": websafe_encode(b"credential"),
        "rawId": websafe_encode(b"credential"),
        "type": "public-key",
        "response": answer,
    }


@contextmanager
def stage() -> Iterator[None]:
    """A transaction in which ids have ten digits; nothing that is done in it stays, no uploaded file either."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SELECT sequencename FROM pg_sequences WHERE schemaname = current_schema()")
            for number, (name,) in enumerate(cursor.fetchall()):
                cursor.execute(f"ALTER SEQUENCE {name} RESTART WITH {FIRST_ID + 1000 * number}")
        yield
        for source in Import.objects.exclude(file=""):
            default_storage.delete(source.file.name)
        transaction.set_rollback(True)


@cache
def owned_models() -> list[Any]:
    """The models whose rows belong to an account."""
    models = [model for room in ROOMS for model in apps.get_app_config(room).get_models()]
    return [model for model in models if any(field.name == "account" for field in model._meta.concrete_fields)]

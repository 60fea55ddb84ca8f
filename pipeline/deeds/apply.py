"""Applying a deed to its contacts in batches. The caller is in a transaction.

Each batch is locked, recorded as it was, and changed before the next one begins: what is recorded can be undone.
"""

from collections.abc import Sequence

from django.db import connection

from accounts.models import User
from contacts import assignment
from contacts.models import Contact, sight
from pipeline import leads
from pipeline.cards import bulk
from pipeline.cards.locks import hold_contacts
from pipeline.columns import verbs
from pipeline.deeds.column_snapshots import snapshot
from pipeline.models import Card, Deed, DeedKind, DeedPart, Move

AT_ONCE = 500  # contacts that are changed within one request; more are a job, part by part


def cause(deed: Deed) -> int:
    """Return the id under which the funnel keeps what trashing did to mails: negative, unlike those of moves."""
    return -deed.pk


def concerned(deed: Deed, user: User, ids: Sequence[int]) -> list[int]:
    """Lock those contacts that this user sees and that would change, and return their ids.

    Raises like the verbs: `Forbidden` without the plan, `NotUnderstood` for a column or colleague that does not exist
    (any more).
    """
    if deed.kind == DeedKind.ASSIGN:
        assignment.hold(user.account, assignee_of(deed))
        contacts = Contact.objects.of(user.account).visible_to(user).filter(pk__in=ids).order_by("pk")
        rows = contacts.select_for_update(of=("self",), no_key=True).values_list("pk", "assignee")
        return [pk for pk, assignee in rows if assignee != deed.asked["assignee"]]
    columns = verbs.lock_all_columns(user.account)
    if deed.kind == DeedKind.TRASH:
        hold_contacts(user.account_id, ids)
    cards = Card.objects.of(user.account).filter(sight(user, "contact__"), contact__in=ids)
    if deed.kind == DeedKind.STATUS:
        cards = cards.exclude(column=verbs.find(columns, deed.asked["column"]))
    return list(cards.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))


def act(deed: Deed, user: User, ids: Sequence[int]) -> None:
    """Record these contacts, as returned by `concerned`, and change them."""
    note(deed, ids)
    if deed.kind == DeedKind.ASSIGN:
        assignment.assign_many(
            contact_ids=ids, now=deed.at, account=user.account, actor=user, assignee=assignee_of(deed)
        )
    elif deed.kind == DeedKind.STATUS:
        bulk.move_many(
            user=user, contact_ids=ids, now=deed.at, column_id=deed.asked["column"], enrol=deed.asked["enrol"]
        )
    else:
        leads.trash(user=user, contact_ids=ids, now=deed.at, cause=cause(deed))


def step(deed: Deed, user: User) -> bool:
    """Apply the next batch of a deed that runs as a job; return whether more is left."""
    if deed.kind == DeedKind.EMPTY:
        return step_of_column(deed, user)
    parts = DeedPart.objects.of(deed.account_id).filter(deed=deed, version=None)
    # From the bottom of the board upwards: each part is put on top of those before it, so the order stays.
    order = ("-contact__card__column__position", "-contact__card__rank", "pk")
    ids = list(parts.order_by(*order).values_list("contact", flat=True)[:AT_ONCE])
    changing = concerned(deed, user, ids)
    act(deed, user, changing)
    parts.filter(contact__in=set(ids) - set(changing)).delete()  # deleted, hidden or changed already
    _count(deed, len(ids))
    return parts.exists()


def step_of_column(deed: Deed, user: User) -> bool:
    """Move the next cards out of a column, the lowest first; delete the column after the last of them."""
    columns = verbs.lock_all_columns(user.account)
    column, target = verbs.find(columns, deed.column_id), verbs.find(columns, deed.asked["target"])
    cards = Card.objects.of(user.account).filter(column=column)
    ids = list(cards.order_by("-rank").values_list("pk", flat=True)[: AT_ONCE + 1])
    note(deed, ids[:AT_ONCE])
    _count(deed, len(ids[:AT_ONCE]))
    if len(ids) > AT_ONCE:
        bulk.move_cards(cards.filter(pk__in=ids[:AT_ONCE]), target, user, Move.Via.COLUMN, deed.at)
        return True
    deed.before = snapshot(column)
    deed.save(update_fields=["before"])
    bulk.empty_and_remove(user=user, column_id=column.pk, target_id=target.pk, now=deed.at)
    return False


def assignee_of(deed: Deed) -> User | None:
    """Return the colleague the contacts are assigned to, or None for nobody. Raises if they have left."""
    pk = deed.asked["assignee"]
    if pk is None:
        return None
    user = User.objects.of(deed.account_id).filter(pk=pk).first()
    if user is None:
        raise assignment.unavailable()
    return user


NOTE = """
INSERT INTO pipeline_deedpart (account_id, deed_id, contact_id, column_id, rank, version, entered_at, assignee_id,
                               is_left)
SELECT card.account_id, %s, card.contact_id, card.column_id, card.rank, card.version, card.entered_at,
       contact.assignee_id, false
FROM pipeline_card AS card JOIN contacts_contact AS contact ON contact.id = card.contact_id
WHERE card.account_id = %s AND card.contact_id = ANY(%s)
ON CONFLICT (deed_id, contact_id) DO UPDATE
SET column_id = EXCLUDED.column_id, rank = EXCLUDED.rank, version = EXCLUDED.version,
    entered_at = EXCLUDED.entered_at, assignee_id = EXCLUDED.assignee_id
"""


def note(deed: Deed, ids: Sequence[int]) -> None:
    """Record place, assignee and version of these contacts, which are locked."""
    with connection.cursor() as cursor:
        cursor.execute(NOTE, [deed.pk, deed.account_id, list(ids)])


def _count(deed: Deed, more: int) -> None:
    deed.count += more
    deed.save(update_fields=["count"])

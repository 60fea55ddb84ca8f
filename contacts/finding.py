"""Looking up contacts on behalf of a user: 404 if a contact does not exist for them, 410 if it is in the trash."""

from collections.abc import Callable, Collection, Iterable

from django.db.models import BooleanField, F, Func, Q, Value
from django.db.models.expressions import RawSQL
from django.http import Http404
from django.utils.translation import gettext as _

from accounts.models import Role, User
from base import once
from base.copying import text_array
from base.refusals import Merged, Trashed
from contacts import identity, search
from contacts.models import Contact, ContactQuerySet, limits, sight

# Of a thousand keys in one condition PostgreSQL expects to find so many contacts that it walks through all of the
# office: 20 to 30 s in an office of a million. So each is looked up by itself.
FIRST_WITH_KEYS = """
SELECT first.id FROM unnest(%s::text[]) AS wanted (keys) CROSS JOIN LATERAL (
    SELECT id FROM (SELECT id FROM contacts_contact WHERE keys @> wanted.keys::text[] OFFSET 0) AS found
    ORDER BY id LIMIT %s
) AS first
"""
WITH_KEYS = f"contacts_contact.id = ANY (ARRAY({FIRST_WITH_KEYS}))"


def with_assignee(account_id: int, contact_id: int) -> ContactQuerySet:
    return Contact.objects.of(account_id).filter(pk=contact_id).select_related("assignee")


def find(user: User, contact_id: int, read: Callable[[int, int], ContactQuerySet] = with_assignee) -> Contact:
    """Return the contact with its assignee. Raises Http404 if it is foreign, unknown or hidden, Gone if trashed or
    merged into another one.

    `read` may read more with it.
    """
    contact = once.first(read, user.account_id, contact_id)
    return present(contact if contact and sees(user, contact) else None)


def lock(user: User, contact_id: int) -> Contact:
    """Lock the contact until the end of the transaction and return it. Raises like `find`.

    Visibility is checked once the lock is held. The lock is NO KEY, so that others may still write rows that refer to
    the contact (actions, moves).
    """
    contacts = seen_by(user).filter(pk=contact_id).select_related("assignee")
    return present(contacts.select_for_update(of=("self",), no_key=True).first())


def sees(user: User, contact: Contact) -> bool:
    """Return whether the user may see this contact: `sight` for a row that was read already."""
    return not limits(user) or contact.assignee_id in (None, user.pk)


def seen_by(user: User) -> ContactQuerySet:
    """Return the contacts that exist for this user, including those in the trash."""
    return Contact.objects.of(user.account).filter(sight(user))


def having(account_id: int, address: str) -> ContactQuerySet:
    """Return the office's contacts with this e-mail address, as their first or a further one."""
    near = Contact.objects.of(account_id).filter(keys__contains=[f"{account_id}:{identity.email_key(address)}"])
    further = Q(more_emails__contains=[{"text": address.strip().lower()}])
    return near.filter(Q(email__iexact=address.strip()) | further)


def with_keys(wanted: Iterable[Collection[str]], first: int | None = None) -> RawSQL:
    """Return the condition for contacts that have all of the keys (`identity.keys`) in one of the collections.

    With `first`, only so many contacts of each collection are meant, the oldest.
    """
    return RawSQL(WITH_KEYS, [[text_array([*keys]) for keys in wanted], first], BooleanField())


def mailed_at(address: str, account_ids: Iterable[int]) -> Q:
    """Return the condition for contacts of these offices whose first e-mail address this is."""
    key = identity.email_key(address)
    return Q(with_keys({f"{account_id}:{key}"} for account_id in account_ids)) & Q(email__iexact=address)


def searched(user: User, typed: str, prefix: str = "") -> Q:
    """Return the condition for a typed search, within what this user may search.

    `prefix` is the lookup that leads from the queried model to the contact.
    """
    if not typed:
        return Q()
    if user.role == Role.MARKETING:
        return _named(typed, prefix)
    return Q(_matches(F(f"{prefix}search"), search.query(typed)))


def _named(typed: str, prefix: str) -> Q:
    """Search names only, for marketing: they may not see addresses, so the search must not reveal them either.

    What a name begins with is among the contact's words, too, which finds it along their index: reading all names took
    4 to 8 s for a million contacts.
    """
    words = search.fold_short(typed).split()[: search.MAX_WORDS]
    condition = Q(**{f"{prefix}sort_name__isnull": False})
    for word in words:
        field = f"{prefix}sort_name"
        condition &= Q(**{f"{field}__startswith": word}) | Q(**{f"{field}__contains": f" {word}"})
    known = search.beginning(words)
    return condition & Q(_matches(F(f"{prefix}search"), known)) if known else condition


def _matches(vector: F, query: str | None) -> Func:
    """`vector @@ query` with the query cast from text: `to_tsquery` would parse what was typed a second time."""
    wanted = Func(Value(query), template="%(expressions)s::tsquery")
    return Func(vector, wanted, template="%(expressions)s", arg_joiner=" @@ ", output_field=BooleanField())


def present(contact: Contact | None) -> Contact:
    """Return the contact that was looked up. Raises like `find`."""
    if contact is None:
        raise Http404
    if contact.merged_into is not None:
        raise Merged(_("Dieser Kontakt wurde mit einem anderen zusammengeführt. Dort steht nun alles."))
    if contact.trashed_at is not None:
        raise Trashed(_("Kontakt wurde gelöscht. Solange er im Papierkorb liegt, kann er wiederhergestellt werden."))
    return contact

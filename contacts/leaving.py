"""What is in the hands of a colleague whose access is about to be closed."""

from dataclasses import dataclass

from django.db.models import Count, Q

from accounts.models import User
from contacts.kinds import Kind
from contacts.models import Action, Contact


@dataclass(frozen=True)
class Hands:
    """How much somebody else will have to look after."""

    contacts: int
    appointments: int  # planned ones, with these contacts or made by the colleague
    due: int  # contacts with a due date


def hands(member: User) -> Hands:
    """Counts what belongs to the member; contacts in the trash do not count."""
    own = Contact.objects.of(member.account_id).live().filter(assignee=member)
    contacts = own.aggregate(all=Count("pk"), due=Count("pk", filter=Q(due_on__isnull=False)))
    planned = Action.objects.of(member.account_id).filter(performed_at=None, contact__trashed_at=None)
    planned = planned.filter(kind__in=(Kind.MEETING, Kind.ONSITE))
    appointments = planned.filter(Q(contact__assignee=member) | Q(author=member)).count()
    return Hands(contacts["all"], appointments, contacts["due"])

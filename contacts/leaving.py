"""What a colleague leaves behind whose access is about to be closed."""

from dataclasses import dataclass

from django.db.models import Count, Q

from accounts.models import User
from contacts.kinds import Kind
from contacts.models import Action, Contact


@dataclass(frozen=True)
class Workload:
    """How much somebody else will have to take over."""

    contacts: int
    appointments: int  # planned ones, with these contacts or made by the colleague
    due: int  # contacts with a due date


def workload(member: User) -> Workload:
    """Count what belongs to the member, without contacts in the trash."""
    own = Contact.objects.of(member.account_id).live().filter(assignee=member)
    contacts = own.aggregate(all=Count("pk"), due=Count("pk", filter=Q(due_on__isnull=False)))
    planned = Action.objects.of(member.account_id).filter(performed_at=None, contact__trashed_at=None)
    planned = planned.filter(kind__in=(Kind.MEETING, Kind.ONSITE))
    appointments = planned.filter(Q(contact__assignee=member) | Q(author=member)).count()
    return Workload(contacts["all"], appointments, contacts["due"])

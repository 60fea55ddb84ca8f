"""Where a contact is that was merged into another one."""

from accounts.models import User
from contacts import finding
from contacts.models import Contact
from pipeline.models import Merge

FARTHEST = 20  # merges, one after the other


def successor(user: User, contact_id: int) -> Contact | None:
    """Return the contact that this one was merged into, by however many merges; None if this user does not see it."""
    wanted = contact_id
    for _number in range(FARTHEST):
        merges = Merge.objects.of(user.account).filter(merged_id=wanted, undone_at=None)
        into = merges.order_by("-pk").values_list("into", flat=True).first()
        if into is None:
            break
        wanted = into
    if wanted == contact_id:
        return None
    return finding.seen_by(user).live().filter(pk=wanted).first()

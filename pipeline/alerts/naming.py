"""How a contact is called in a mail of ours. A stranger may have chosen the name."""

import re

from django.utils.translation import gettext as _

from base.text import one_line
from contacts.models import Contact

LONGEST = 60
# What programs that show mails would make a link of, or what is an address or number rather than a name.
LIKE_A_LINK = re.compile(r"[@/\\:]|\w\.\w|\d{3}")


def shown_name(contact: Contact) -> str:
    """Return the name, or a word for it if it could be followed or called."""
    name = one_line(str(contact))
    return _("Kontakt ohne Namen") if not name or LIKE_A_LINK.search(name) else name[:LONGEST]

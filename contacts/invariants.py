"""Invariants of contacts alone; see `pipeline.invariants`."""

from django.utils.translation import gettext as _

from base.checking import Broken, broken_rows, of_account


def foreign_ids_are_kept(account_id: int | None) -> Broken:
    """17. Each id of another system is one of those that its contact lists."""
    yield from broken_rows(
        _("Kennung %(id)s steht nicht bei ihrem Kontakt."),
        "SELECT known.id FROM contacts_foreignid known JOIN contacts_contact contact ON contact.id = known.contact_id"
        " WHERE NOT contact.foreign_ids @> jsonb_build_array(jsonb_build_array(known.source, known.value))"
        f" AND {of_account('known')}",
        account_id,
    )

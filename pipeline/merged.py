"""What must hold of contacts that were merged, and of the pairs that may be."""

from django.utils.translation import gettext as _

from base.checking import Broken, broken_rows, of_account


def merges_hold(account_id: int | None) -> Broken:
    """18. A merged contact lies in the trash, and its merge leads to the other one; an office counts its pairs."""
    yield from broken_rows(
        _("Kontakt %(id)s ist zusammengeführt, aber nicht im Papierkorb, oder es fehlt, womit."),
        "SELECT contact.id FROM contacts_contact contact WHERE contact.merged_into IS NOT NULL"
        " AND (contact.trashed_at IS NULL OR NOT EXISTS (SELECT FROM pipeline_merge AS done"
        " WHERE done.merged_id = contact.id AND done.into_id = contact.merged_into AND done.undone_at IS NULL"
        f" AND done.account_id = contact.account_id)) AND {of_account('contact')}",
        account_id,
    )
    yield from broken_rows(
        _("Büro %(id)s zählt %(number)s Duplikate statt %(pairs)s."),
        "SELECT id, number, pairs FROM (SELECT office.id, office.duplicates AS number,"
        " (SELECT count(*) FROM pipeline_duplicate AS pair"
        " WHERE pair.account_id = office.id AND pair.dismissed_at IS NULL) AS pairs"
        f" FROM accounts_account office WHERE {of_account('office', 'id')}) AS either WHERE number <> pairs",
        account_id,
    )

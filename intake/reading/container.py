"""The container in HTML mails that a CRM and its partners write: elements by the id of what they hold."""

from intake.reading.composing import Item, compose
from intake.reading.lead import Lead
from intake.reading.mapping import target_of
from intake.reading.pages import Page

ID = "ps-kontaktanfrage"

_TARGETS = {
    "client_salutation": "salutation",
    "client_academic_title": "title",
    "client_first_name": "first_name",
    "client_last_name": "last_name",
    "client_company": "company",
    "client_email": "email",
    "client_phone": "phone",
    "client_home_phone": "private_phone",
    "client_home_cell": "mobile",
    "client_office_phone": "work_phone",
    "client_office_cell": "mobile",
    "client_street": "street",
    "client_zip_code": "postal_code",
    "client_city": "city",
    "property_id": "subject",
    "project_id": "subject",
    "body": "message",
}
_OWN = "client_cf_"  # a field of the sender's own


def lead_in(page: Page) -> Lead:
    """Return the person. Raises NotRead."""
    items = [Item(name, _target(name), text) for name, text in page.by_id.items() if name != ID]
    return compose(items, parser="container")


def _target(name: str) -> str:
    return target_of(name.removeprefix(_OWN)) if name.startswith(_OWN) else _TARGETS.get(name, "")

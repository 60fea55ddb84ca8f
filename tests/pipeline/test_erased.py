"""Erasing a contact leaves nothing of it anywhere: a word that stood in each of its fields is found in no table."""

from datetime import timedelta

from django.db import connection
from django.db.models import CharField, TextField
from django.utils import timezone

from contacts.contact_points import contact_point
from contacts.description import FACTS
from contacts.models import Contact
from pipeline import leads
from pipeline.attested import Agreed
from pipeline.inquiries import take_in
from tests.factories import put_in_trash

WORD = "zqcanary"
TABLES = "SELECT format('%I', tablename) FROM pg_tables WHERE schemaname = 'public' ORDER BY 1"
LISTS = {
    "more_emails": [contact_point(f"{WORD}2@lead.example", words=WORD)],
    "more_phones": [contact_point("040 5550199", words=WORD)],
    "foreign_ids": [[WORD, WORD]],
    "campaign": [[WORD, WORD]],
    "further": [[WORD, WORD]],
    "tags": [WORD],
}


def where_found():
    with connection.cursor() as cursor:
        cursor.execute(TABLES)
        tables = [name for (name,) in cursor.fetchall()]
        found = []
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {table} AS row WHERE row::text ILIKE %s", [f"%{WORD}%"])
            found += [table] if cursor.fetchone() != (0,) else []
    return found


def texts():
    """A word in each text of a contact, and in each list."""
    fields = (Contact._meta.get_field(name) for name in FACTS if name not in LISTS)
    plain = [one for one in fields if isinstance(one, CharField | TextField) and not one.choices]
    values = {one.name: WORD[: one.max_length] for one in plain if one.name not in ("email", "phone", "value_link")}
    return values | LISTS | {"email": f"{WORD}@lead.example", "value_link": f"https://{WORD}.example/"}


def test_nothing_of_an_erased_contact_is_left(anna, board):
    now = timezone.now() - timedelta(days=40)
    said = {"foreign": (WORD, f"{WORD}-1"), "campaign": {"utm_source": WORD}, "further": [(WORD, f"{WORD} 1")]}
    agreed = [Agreed("email", True, WORD, WORD, "form", f"https://{WORD}.example/")]
    for _ in range(2):
        taken = take_in(
            account=anna.account, values=texts(), text=WORD, consents=agreed, source_label=WORD, now=now, **said
        )
        said["foreign"] = (WORD, f"{WORD}-2")
    assert {"contacts_contact", "contacts_foreignid", "contacts_action", "contacts_consent"} <= {*where_found()}
    put_in_trash(taken.contact)
    Contact.objects.update(trashed_at=now)
    assert leads.erase_expired(now=timezone.now()) == 1
    assert where_found() == []

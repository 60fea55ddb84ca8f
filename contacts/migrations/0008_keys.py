from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import migrations, transaction

from contacts import identity, search

BATCH = 1000
WORDS = (
    *("title", "first_name", "last_name", "company", "partner_first_name", "partner_last_name"),
    *("email", "street", "postal_code", "city", "tags"),
)


def fill(apps, schema_editor):
    """What contacts are matched and found by, a thousand at a time: nobody waits for more than these."""
    last, connection = 0, schema_editor.connection
    contacts = apps.get_model("contacts", "Contact").objects.using(connection.alias)
    contacts = contacts.order_by("pk").defer("search")
    while True:
        with transaction.atomic(using=connection.alias), connection.cursor() as cursor:
            batch = list(contacts.filter(pk__gt=last).select_for_update(no_key=True)[:BATCH])
            cursor.executemany(
                "UPDATE contacts_contact SET keys = %s, search = array_to_tsvector(%s) WHERE id = %s",
                [(identity.keys(one.account_id, vars(one)), _lexemes(one), one.pk) for one in batch],
            )
        if not batch:
            return
        last = batch[-1].pk


def _lexemes(contact):
    values = {name: getattr(contact, name) for name in WORDS}
    return search.lexemes(phone=contact.phone_e164 or contact.phone, **values)


def name_addresses(apps, schema_editor):
    """A consent that is there was given for the address or number that the contact has: nothing else is known."""
    last, connection = 0, schema_editor.connection
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT max(id) FROM (SELECT id FROM contacts_consent WHERE id > %s ORDER BY id LIMIT 5000) AS next",
                [last],
            )
            (until,) = cursor.fetchone()
            if until is None:
                return
            cursor.execute(
                """
                UPDATE contacts_consent
                SET address = CASE channel WHEN 'email' THEN lower(contact.email)
                              ELSE coalesce(nullif(contact.phone_e164, ''), contact.phone) END
                FROM contacts_contact AS contact
                WHERE contact.id = contact_id AND granted AND address = '' AND channel IN ('email', 'phone')
                  AND contacts_consent.id > %s AND contacts_consent.id <= %s
                """,
                [last, until],
            )
        last = until


class Migration(migrations.Migration):
    """Not one transaction: it may be interrupted and started again, and the office goes on working meanwhile."""

    atomic = False
    dependencies = [("contacts", "0007_several_reaches")]

    operations = [
        migrations.RunPython(fill, migrations.RunPython.noop),
        migrations.RunPython(name_addresses, migrations.RunPython.noop),
        AddIndexConcurrently("contact", GinIndex(fastupdate=False, fields=["keys"], name="contact_by_key")),
        RemoveIndexConcurrently("contact", "contact_by_phone"),
    ]

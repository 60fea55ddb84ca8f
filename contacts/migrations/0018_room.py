"""Room for what arrives: the property's own address, its worth, ids of other systems, and what has no field.

All columns are null or have a constant default, so that no row is written again. The triggers do nothing for contacts
without such ids. An id that another contact has stays there: the row says whose it is, and the list of the contact
what was said.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.migrations import RunSQL

from base.constraints import composite_key

HORIZONS = [
    ("now", "sofort"),
    ("3_months", "in 3 Monaten"),
    ("6_months", "in 6 Monaten"),
    ("12_months", "in 12 Monaten"),
    ("later", "später"),
    ("unknown", "noch offen"),
]
TRIGGERS = """
CREATE FUNCTION contacts_foreign_ids_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM contacts_foreignid
    WHERE contact_id = NEW.id AND NOT NEW.foreign_ids @> jsonb_build_array(jsonb_build_array(source, value));
    INSERT INTO contacts_foreignid (account_id, contact_id, source, value)
    SELECT NEW.account_id, NEW.id, pair ->> 0, pair ->> 1 FROM jsonb_array_elements(NEW.foreign_ids) AS pair
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
CREATE TRIGGER contacts_foreign_ids_added AFTER INSERT ON contacts_contact
FOR EACH ROW WHEN (NEW.foreign_ids <> '[]') EXECUTE FUNCTION contacts_foreign_ids_kept();
CREATE TRIGGER contacts_foreign_ids_changed AFTER UPDATE OF foreign_ids ON contacts_contact
FOR EACH ROW WHEN (OLD.foreign_ids <> NEW.foreign_ids) EXECUTE FUNCTION contacts_foreign_ids_kept();
"""
BACK = """
DROP TRIGGER contacts_foreign_ids_changed ON contacts_contact;
DROP TRIGGER contacts_foreign_ids_added ON contacts_contact;
DROP FUNCTION contacts_foreign_ids_kept();
"""


def text(name, length, **options):
    return models.CharField(blank=True, db_default="", default="", max_length=length, verbose_name=name, **options)


def euros(name):
    return models.IntegerField(blank=True, null=True, verbose_name=name)


def pairs(name):
    nothing = models.Value([], output_field=models.JSONField())
    return models.JSONField(blank=True, db_default=nothing, default=list, verbose_name=name)


FIELDS = {
    "property_street": text("Straße und Hausnummer (Objekt)", 120),
    "property_postal_code": text("PLZ (Objekt)", 10),
    "property_city": text("Ort (Objekt)", 80),
    "sell_horizon": text("Verkaufszeitpunkt", 20, choices=HORIZONS),
    "value": euros("Wert"),
    "value_from": euros("Wert von"),
    "value_to": euros("Wert bis"),
    "value_provider": text("Bewertet von", 120),
    "value_link": text("Link zur Bewertung", 500),
    "foreign_ids": pairs("Kennungen anderer Systeme"),
    "campaign": pairs("Kampagnendaten"),
    "further": pairs("Weitere Angaben"),
}


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_shows_presence"), ("contacts", "0017_fewer_indexes_to_keep")]

    operations = [
        *(migrations.AddField("contact", name, field) for name, field in FIELDS.items()),
        migrations.CreateModel(
            "ForeignId",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("source", models.CharField(max_length=60)),
                ("value", models.CharField(max_length=200)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="accounts.account",
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="contacts.contact",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["contact"], name="foreign_id_of_contact")],
                "constraints": [models.UniqueConstraint(fields=("account", "source", "value"), name="foreign_id_once")],
            },
        ),
        composite_key("contacts_foreignid", "contact_id", "contacts_contact", "CASCADE"),
        RunSQL(TRIGGERS, BACK),
    ]

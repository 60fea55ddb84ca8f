from django.contrib.postgres.fields import ArrayField
from django.db import migrations, models

KINDS = [
    ("private", "privat"),
    ("work", "geschäftlich"),
    ("mobile", "mobil"),
    ("fax", "Fax"),
    ("other", "sonstige"),
]


def kind(name):
    return models.CharField(blank=True, choices=KINDS, db_default="", default="", max_length=10, verbose_name=name)


def further(name):
    nothing = models.Value([], output_field=models.JSONField())
    return models.JSONField(blank=True, db_default=nothing, default=list, verbose_name=name)


class Migration(migrations.Migration):
    """Columns with a constant default: no row is written again."""

    dependencies = [("contacts", "0006_contact_by_tag")]

    operations = [
        migrations.AddField("contact", "email_kind", kind("Art der E-Mail-Adresse")),
        migrations.AddField("contact", "phone_kind", kind("Art des Telefons")),
        migrations.AddField(
            "contact",
            "phone_words",
            models.CharField(blank=True, db_default="", default="", max_length=120, verbose_name="Hinweis zum Telefon"),
        ),
        migrations.AddField("contact", "more_emails", further("Weitere E-Mail-Adressen")),
        migrations.AddField("contact", "more_phones", further("Weitere Telefonnummern")),
        migrations.AddField(
            "contact",
            "keys",
            ArrayField(
                base_field=models.TextField(),
                db_default=models.Value([], output_field=ArrayField(models.TextField())),
                default=list,
                editable=False,
                size=None,
            ),
        ),
        migrations.AddField(
            "consent",
            "address",
            models.CharField(blank=True, db_default="", default="", max_length=254, verbose_name="Wofür"),
        ),
    ]

"""The key that contacts are sorted by no longer falls back to an e-mail address or a telephone number."""

from django.db import migrations, models

from contacts.search import sort_key


def rewrite(apps, schema_editor):
    contacts = apps.get_model("contacts", "Contact").objects
    rows = contacts.values_list("pk", "sort_name", "last_name", "first_name", "company")
    wrong = [(pk, key) for pk, old, *names in rows.iterator() if (key := sort_key(*names)) != old]
    for pk, key in wrong:  # few: contacts without a name
        contacts.filter(pk=pk).update(sort_name=key)


class Migration(migrations.Migration):
    atomic = False  # the short lock of the first step must not wait for the end of the second

    dependencies = [("contacts", "0003_action_key")]

    operations = [
        migrations.AlterField(
            "contact",
            "sort_name",
            models.CharField(db_collation="C", editable=False, max_length=200, null=True),
        ),
        migrations.RunPython(rewrite, migrations.RunPython.noop),
    ]

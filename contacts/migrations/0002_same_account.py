from django.db import migrations

from base.constraints import composite_key


class Migration(migrations.Migration):
    dependencies = [("contacts", "0001_initial"), ("accounts", "0001_initial")]

    operations = [
        composite_key("contacts_contact", "assignee_id", "accounts_user"),
        composite_key("contacts_action", "contact_id", "contacts_contact", "CASCADE"),
        composite_key("contacts_action", "author_id", "accounts_user"),
        composite_key("contacts_consent", "contact_id", "contacts_contact", "CASCADE"),
        composite_key("contacts_consent", "recorded_by_id", "accounts_user"),
        composite_key("contacts_change", "contact_id", "contacts_contact", "CASCADE"),
        composite_key("contacts_change", "actor_id", "accounts_user"),
    ]

from django.db import migrations

from base.constraints import composite_key


class Migration(migrations.Migration):
    dependencies = [("funnel", "0002_mails"), ("contacts", "0002_same_account"), ("accounts", "0001_initial")]

    operations = [
        composite_key("funnel_step", "sequence_id", "funnel_sequence", "CASCADE"),
        composite_key("funnel_enrolment", "contact_id", "contacts_contact", "CASCADE"),
        composite_key("funnel_enrolment", "sequence_id", "funnel_sequence", "CASCADE"),
        composite_key("funnel_enrolmentchange", "enrolment_id", "funnel_enrolment", "CASCADE"),
        composite_key("funnel_enrolmentchange", "actor_id", "accounts_user"),
        composite_key("funnel_message", "contact_id", "contacts_contact", "CASCADE"),
        composite_key("funnel_message", "enrolment_id", "funnel_enrolment", "CASCADE"),
        composite_key("funnel_message", "step_id", "funnel_step", "CASCADE"),
        composite_key("funnel_optin", "contact_id", "contacts_contact", "CASCADE"),
        migrations.RunSQL(
            "INSERT INTO funnel_sender (account_id, is_on, name, email, hue, legal_name, legal_form, represented_by,"
            " street, postal_code, city, phone, contact_email, register, vat_id, supervisor, privacy_url,"
            " window_from, window_until, most_a_day, most_a_week, relay)"
            " SELECT id, true, name, '', 1, '', '', '', '', '', '', '', '', '', '', '', '',"
            " '08:00', '18:00', 1, 2, '' FROM accounts_account",
            migrations.RunSQL.noop,
        ),
    ]

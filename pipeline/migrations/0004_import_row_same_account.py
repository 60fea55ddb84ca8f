from django.db import migrations

from base.constraints import composite_key


class Migration(migrations.Migration):
    dependencies = [("pipeline", "0003_import_rows_at_fault"), ("contacts", "0002_same_account")]

    operations = [
        composite_key("pipeline_importrow", "contact_id", "contacts_contact", "SET NULL (contact_id)"),
    ]

from django.db import migrations

from base.constraints import composite_key


class Migration(migrations.Migration):
    dependencies = [
        ("pipeline", "0001_initial"),
        ("contacts", "0002_same_account"),
        ("funnel", "0001_initial"),
    ]

    operations = [
        composite_key("pipeline_column", "sequence_id", "funnel_sequence"),
        composite_key("pipeline_card", "contact_id", "contacts_contact", "CASCADE"),
        composite_key("pipeline_card", "column_id", "pipeline_column"),
        composite_key("pipeline_move", "contact_id", "contacts_contact", "CASCADE"),
        composite_key("pipeline_move", "from_column_id", "pipeline_column", "SET NULL (from_column_id)"),
        composite_key("pipeline_move", "to_column_id", "pipeline_column", "SET NULL (to_column_id)"),
        composite_key("pipeline_move", "actor_id", "accounts_user"),
        composite_key("pipeline_trashedcard", "contact_id", "contacts_contact", "CASCADE"),
        composite_key("pipeline_trashedcard", "column_id", "pipeline_column", "SET NULL (column_id)"),
        composite_key("pipeline_trashedcard", "trashed_by_id", "accounts_user"),
        composite_key("pipeline_import", "user_id", "accounts_user"),
        composite_key("pipeline_importrow", "source_id", "pipeline_import", "CASCADE"),
        composite_key("pipeline_export", "user_id", "accounts_user"),
    ]

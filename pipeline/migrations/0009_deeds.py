import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from base.constraints import composite_key


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0002_cache_table"),
        ("contacts", "0003_action_key"),
        ("pipeline", "0008_column_insertion"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Deed",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("assign", "zugewiesen"),
                            ("status", "Status geändert"),
                            ("trash", "gelöscht"),
                            ("empty", "Spalte geleert und gelöscht"),
                            ("insert", "Spalte eingefügt"),
                            ("rename", "Spalte umbenannt"),
                            ("shift", "Spalte verschoben"),
                            ("remove", "Spalte gelöscht"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("doing", "wird ausgeführt"),
                            ("done", "ausgeführt"),
                            ("undoing", "wird zurückgenommen"),
                            ("undone", "rückgängig gemacht"),
                        ],
                        default="done",
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("subject", models.CharField(blank=True, max_length=400)),
                ("other", models.CharField(blank=True, max_length=40)),
                ("column_id", models.BigIntegerField(null=True)),
                ("asked", models.JSONField(default=dict)),
                ("before", models.JSONField(default=dict)),
                ("total", models.PositiveIntegerField(default=0)),
                ("count", models.PositiveIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=300)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="accounts.account"
                    ),
                ),
                (
                    "actor",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="DeedPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("column_id", models.BigIntegerField(null=True)),
                ("rank", models.TextField(blank=True, db_collation="C")),
                ("version", models.PositiveIntegerField(null=True)),
                ("entered_at", models.DateTimeField(null=True)),
                ("is_left", models.BooleanField(default=False)),
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
                    "assignee",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="contacts.contact",
                    ),
                ),
                (
                    "deed",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="pipeline.deed",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="deed",
            index=models.Index(fields=["account", "-at"], name="deed_by_time"),
        ),
        migrations.AddConstraint(
            model_name="deed",
            constraint=models.UniqueConstraint(fields=("id", "account"), name="deed_of_account"),
        ),
        migrations.AddConstraint(
            model_name="deedpart",
            constraint=models.UniqueConstraint(fields=("deed", "contact"), name="deed_part_once"),
        ),
        composite_key("pipeline_deed", "actor_id", "accounts_user"),
        composite_key("pipeline_deedpart", "deed_id", "pipeline_deed", "CASCADE"),
        composite_key("pipeline_deedpart", "contact_id", "contacts_contact", "CASCADE"),
        composite_key("pipeline_deedpart", "assignee_id", "accounts_user"),
    ]

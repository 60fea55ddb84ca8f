"""Pairs of contacts that may be one person, found by the worker and counted with the office; and their merges."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from base.constraints import composite_key

COUNT = """
CREATE FUNCTION pipeline_count_duplicates() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        UPDATE accounts_account SET duplicates = duplicates + found.number FROM (
            SELECT account_id, count(*) AS number FROM after WHERE dismissed_at IS NULL GROUP BY account_id
        ) AS found WHERE found.account_id = accounts_account.id;
    ELSIF TG_OP = 'DELETE' THEN
        UPDATE accounts_account SET duplicates = duplicates - found.number FROM (
            SELECT account_id, count(*) AS number FROM before WHERE dismissed_at IS NULL GROUP BY account_id
        ) AS found WHERE found.account_id = accounts_account.id;
    ELSE
        UPDATE accounts_account SET duplicates = duplicates + found.number FROM (
            SELECT account_id, sum(number) AS number FROM (
                SELECT account_id, 1 AS number FROM after WHERE dismissed_at IS NULL
                UNION ALL SELECT account_id, -1 FROM before WHERE dismissed_at IS NULL
            ) AS each GROUP BY account_id HAVING sum(number) <> 0
        ) AS found WHERE found.account_id = accounts_account.id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER pipeline_duplicates_inserted AFTER INSERT ON pipeline_duplicate REFERENCING NEW TABLE AS after
FOR EACH STATEMENT EXECUTE FUNCTION pipeline_count_duplicates();
CREATE TRIGGER pipeline_duplicates_updated AFTER UPDATE ON pipeline_duplicate
REFERENCING OLD TABLE AS before NEW TABLE AS after FOR EACH STATEMENT EXECUTE FUNCTION pipeline_count_duplicates();
CREATE TRIGGER pipeline_duplicates_deleted AFTER DELETE ON pipeline_duplicate REFERENCING OLD TABLE AS before
FOR EACH STATEMENT EXECUTE FUNCTION pipeline_count_duplicates();
"""
BACK = """
DROP TRIGGER pipeline_duplicates_inserted ON pipeline_duplicate;
DROP TRIGGER pipeline_duplicates_updated ON pipeline_duplicate;
DROP TRIGGER pipeline_duplicates_deleted ON pipeline_duplicate;
DROP FUNCTION pipeline_count_duplicates();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0010_duplicates"),
        ("contacts", "0022_merged"),
        ("pipeline", "0028_card_to_remind_of"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DuplicateFeed",
            fields=[
                ("name", models.CharField(max_length=10, primary_key=True, serialize=False)),
                ("done", models.BigIntegerField()),
                ("until", models.BigIntegerField()),
                ("horizon", models.BigIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="Duplicate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("found_at", models.DateTimeField()),
                ("dismissed_at", models.DateTimeField(null=True)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="accounts.account"
                    ),
                ),
                (
                    "dismissed_by",
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
                    "first",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="contacts.contact",
                    ),
                ),
                (
                    "second",
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
                "indexes": [
                    models.Index(fields=["second"], name="duplicate_of_second"),
                    models.Index(
                        condition=models.Q(("dismissed_at", None)), fields=["account", "-id"], name="duplicate_open"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("first", "second"), name="duplicate_once"),
                    models.CheckConstraint(
                        condition=models.Q(("first__lt", models.F("second"))), name="duplicate_in_order"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Merge",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("merged_id", models.BigIntegerField()),
                ("merged_since", models.DateTimeField()),
                ("key", models.UUIDField()),
                ("at", models.DateTimeField()),
                ("before", models.JSONField(default=dict)),
                ("after", models.JSONField(default=dict)),
                ("foreign_ids", models.JSONField(default=list)),
                ("rows", models.JSONField(default=dict)),
                ("made", models.JSONField(default=dict)),
                ("undone_at", models.DateTimeField(null=True)),
                ("kept", models.JSONField(default=list)),
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
                    "by",
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
                    "into",
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
                "indexes": [
                    models.Index(fields=["account", "-id"], name="merge_of_account"),
                    models.Index(fields=["into"], name="merge_into"),
                    models.Index(fields=["merged_id"], name="merge_of"),
                ],
                "constraints": [models.UniqueConstraint(fields=("account", "key"), name="merge_once")],
            },
        ),
        composite_key("pipeline_duplicate", "first_id", "contacts_contact"),
        composite_key("pipeline_duplicate", "second_id", "contacts_contact"),
        composite_key("pipeline_duplicate", "dismissed_by_id", "accounts_user"),
        composite_key("pipeline_merge", "into_id", "contacts_contact"),
        composite_key("pipeline_merge", "by_id", "accounts_user"),
        migrations.RunSQL(COUNT, BACK),
    ]

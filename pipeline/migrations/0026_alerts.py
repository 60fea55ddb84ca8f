"""Who is to be told of which contact, and the browsers that take web push.

Whoever leaves the office, or loses the right to work on contacts, loses both at once, whatever does it: a trigger sees
to it, since users are written by a room that knows nothing of these tables.
"""

import datetime

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.migrations import RunSQL

from base.constraints import composite_key

LEFT = """
CREATE FUNCTION pipeline_untold() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM pipeline_subscription WHERE user_id = NEW.id;
    DELETE FROM pipeline_alert WHERE user_id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER pipeline_untold AFTER UPDATE OF is_active, role ON accounts_user
FOR EACH ROW WHEN (NOT NEW.is_active OR NEW.role = 'marketing') EXECUTE FUNCTION pipeline_untold();
"""
BACK = """
DROP TRIGGER pipeline_untold ON accounts_user;
DROP FUNCTION pipeline_untold();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_slug"),
        ("contacts", "0021_proof"),
        ("pipeline", "0025_asked_again"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PushKey",
            fields=[
                ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                ("sealed", models.TextField()),
                ("public", models.CharField(max_length=100)),
                ("made_at", models.DateTimeField()),
            ],
            options={
                "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="push_key_is_one")],
            },
        ),
        migrations.CreateModel(
            name="Alert",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("new", "neu"),
                            ("again", "erneut angefragt"),
                            ("waiting", "wartet auf eine erste Antwort"),
                            ("assigned", "Ihnen zugewiesen"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("by_mail", models.BooleanField()),
                ("by_push", models.BooleanField()),
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
                (
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["contact"], name="alert_of_contact")],
                "constraints": [
                    models.UniqueConstraint(fields=("user", "contact"), name="alert_once"),
                    models.CheckConstraint(
                        condition=models.Q(("why__in", ["new", "again", "waiting", "assigned"])), name="alert_why_known"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Subscription",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("sealed", models.TextField()),
                ("name", models.CharField(max_length=60)),
                ("created_at", models.DateTimeField()),
                ("due_at", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("sent_at", models.DateTimeField(null=True)),
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
                    "user",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["user"], name="subscription_of_user"),
                    models.Index(
                        condition=models.Q(("due_at__isnull", False)), fields=["due_at"], name="subscription_due"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Wish",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        db_constraint=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="wish",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "mail",
                    models.CharField(
                        choices=[
                            ("at_once", "Sofort"),
                            ("gathered", "Gesammelt, jede Viertelstunde"),
                            ("none", "Keine E-Mail"),
                        ],
                        default="gathered",
                        max_length=10,
                    ),
                ),
                (
                    "leads",
                    models.CharField(
                        choices=[
                            ("own", "Nur von meinen und von nicht zugewiesenen"),
                            ("all", "Von allen, die ich sehen darf"),
                        ],
                        default="own",
                        max_length=10,
                    ),
                ),
                ("quiet_from", models.TimeField(default=datetime.time(20, 0), null=True)),
                ("quiet_until", models.TimeField(default=datetime.time(7, 0), null=True)),
                ("mail_at", models.DateTimeField(editable=False, null=True)),
                ("push_at", models.DateTimeField(editable=False, null=True)),
                ("mailed_at", models.DateTimeField(editable=False, null=True)),
                ("pushed_at", models.DateTimeField(editable=False, null=True)),
                ("failures", models.PositiveIntegerField(default=0, editable=False)),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="accounts.account",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("mail_at__isnull", False)), fields=["mail_at"], name="wish_mail_due"
                    ),
                    models.Index(
                        condition=models.Q(("push_at__isnull", False)), fields=["push_at"], name="wish_push_due"
                    ),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("mail__in", ["at_once", "gathered", "none"])), name="wish_mail_known"
                    ),
                    models.CheckConstraint(condition=models.Q(("leads__in", ["own", "all"])), name="wish_leads_known"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("quiet_from", None), ("quiet_until", None)),
                            models.Q(("quiet_from__isnull", False), ("quiet_until__isnull", False)),
                            _connector="OR",
                        ),
                        name="wish_quiet_whole",
                    ),
                ],
            },
        ),
        composite_key("pipeline_wish", "user_id", "accounts_user", "CASCADE"),
        composite_key("pipeline_alert", "user_id", "accounts_user", "CASCADE"),
        composite_key("pipeline_alert", "contact_id", "contacts_contact", "CASCADE"),
        composite_key("pipeline_subscription", "user_id", "accounts_user", "CASCADE"),
        RunSQL(LEFT, BACK),
    ]

import django.contrib.postgres.indexes
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from base.constraints import composite_key

# What speaks of several people is gone with the first of them who is erased, whatever erases them.
FORGET = """
CREATE FUNCTION intake_forget() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE intake_arrival SET raw = '' WHERE bundle = OLD.bundle AND raw <> '';
    RETURN NULL;
END $$;
CREATE TRIGGER intake_forget AFTER DELETE ON intake_arrival FOR EACH ROW WHEN (OLD.bundle IS NOT NULL)
EXECUTE FUNCTION intake_forget();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0006_shows_presence"),
        ("contacts", "0017_fewer_indexes_to_keep"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Inlet",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("form", "Formular"),
                            ("api", "Schnittstelle"),
                            ("hook", "Web-Hook"),
                            ("address", "E-Mail-Adresse des Büros"),
                            ("mailbox", "Postfach"),
                        ],
                        max_length=10,
                    ),
                ),
                ("name", models.CharField(max_length=60, verbose_name="Name")),
                ("token", models.CharField(max_length=64, null=True, unique=True)),
                ("secret", models.TextField(blank=True)),
                ("mapping", models.JSONField(default=dict)),
                ("is_active", models.BooleanField(default=True)),
                ("trusts_consents", models.BooleanField(default=False)),
                ("created_at", models.DateTimeField()),
                ("last_arrival_at", models.DateTimeField(null=True)),
                ("minute", models.DateTimeField(null=True)),
                ("in_minute", models.PositiveIntegerField(default=0)),
                ("day", models.DateTimeField(null=True)),
                ("in_day", models.PositiveIntegerField(default=0)),
                ("bytes_in_day", models.BigIntegerField(default=0)),
                ("dropped", models.BigIntegerField(default=0)),
                ("account", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="accounts.account")),
                (
                    "created_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Arrival",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=200)),
                ("arrived_at", models.DateTimeField()),
                ("content_type", models.CharField(blank=True, max_length=200)),
                ("raw", models.BinaryField()),
                ("size", models.PositiveIntegerField()),
                ("read", models.JSONField(null=True)),
                ("parser", models.CharField(blank=True, max_length=60)),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("waiting", "wird gelesen"),
                            ("new", "neuer Kontakt"),
                            ("again", "erneut angefragt"),
                            ("repeated", "schon da"),
                            ("test", "Test empfangen"),
                            ("unread", "nicht erkannt"),
                            ("refused", "nicht übernommen"),
                            ("discarded", "verworfen"),
                        ],
                        default="waiting",
                        max_length=10,
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=500)),
                ("bundle", models.BigIntegerField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=1)),
                ("due_at", models.DateTimeField()),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="accounts.account"
                    ),
                ),
                (
                    "contact",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="arrivals",
                        to="contacts.contact",
                    ),
                ),
                (
                    "inlet",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="arrivals",
                        to="intake.inlet",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("hint", models.CharField(max_length=20)),
                ("may_read", models.BooleanField(default=False, verbose_name="Lesen")),
                ("may_write", models.BooleanField(default=True, verbose_name="Schreiben")),
                ("created_at", models.DateTimeField()),
                ("last_used_at", models.DateTimeField(null=True)),
                ("revoked_at", models.DateTimeField(null=True)),
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
                    "created_by",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "inlet",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="intake.inlet",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="inlet",
            constraint=models.UniqueConstraint(fields=("id", "account"), name="inlet_of_account"),
        ),
        migrations.AddConstraint(
            model_name="inlet",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind__in", ["form", "api", "hook", "address", "mailbox"])), name="inlet_kind_known"
            ),
        ),
        migrations.AddIndex(
            model_name="arrival",
            index=models.Index(fields=["account", "id"], name="arrival_of_account"),
        ),
        migrations.AddIndex(
            model_name="arrival",
            index=models.Index(fields=["inlet", "id"], name="arrival_of_inlet"),
        ),
        migrations.AddIndex(
            model_name="arrival",
            index=models.Index(
                condition=models.Q(("result__in", ["unread", "refused"])), fields=["account"], name="arrival_for_people"
            ),
        ),
        migrations.AddIndex(
            model_name="arrival",
            index=models.Index(condition=models.Q(("result", "waiting")), fields=["due_at"], name="arrival_waiting"),
        ),
        migrations.AddIndex(
            model_name="arrival",
            index=models.Index(
                condition=models.Q(("contact__isnull", False)), fields=["contact"], name="arrival_of_contact"
            ),
        ),
        migrations.AddIndex(
            model_name="arrival",
            index=models.Index(
                condition=models.Q(("bundle__isnull", False)), fields=["bundle"], name="arrival_in_bundle"
            ),
        ),
        migrations.AddIndex(
            model_name="arrival",
            index=django.contrib.postgres.indexes.BrinIndex(fields=["arrived_at"], name="arrival_by_age"),
        ),
        migrations.AddConstraint(
            model_name="arrival",
            constraint=models.UniqueConstraint(fields=("inlet", "key"), name="arrival_key_once"),
        ),
        migrations.AddConstraint(
            model_name="arrival",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("result__in", ["waiting", "new", "again", "repeated", "test", "unread", "refused", "discarded"])
                ),
                name="arrival_result_known",
            ),
        ),
        migrations.AddIndex(
            model_name="apikey",
            index=models.Index(fields=["account"], name="key_of_account"),
        ),
        migrations.AddConstraint(
            model_name="apikey",
            constraint=models.UniqueConstraint(fields=("inlet",), name="key_of_inlet"),
        ),
        composite_key("intake_inlet", "created_by_id", "accounts_user"),
        composite_key("intake_arrival", "inlet_id", "intake_inlet", "CASCADE"),
        composite_key("intake_arrival", "contact_id", "contacts_contact", "CASCADE"),
        composite_key("intake_apikey", "inlet_id", "intake_inlet", "CASCADE"),
        composite_key("intake_apikey", "created_by_id", "accounts_user"),
        migrations.RunSQL(FORGET, "DROP TRIGGER intake_forget ON intake_arrival; DROP FUNCTION intake_forget()"),
    ]

import django.contrib.postgres.fields
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from base.constraints import composite_key


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_assigns_in_turn"),
        ("contacts", "0022_merged"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="TurnRule",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("position", models.PositiveSmallIntegerField()),
                (
                    "prefixes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=10), default=list, size=None
                    ),
                ),
                (
                    "source",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("form", "Website"),
                            ("valuation", "Bewertungsanfrage"),
                            ("guide", "Ratgeber"),
                            ("portal", "Portal"),
                            ("phone", "Telefon"),
                            ("recommendation", "Empfehlung"),
                            ("event", "Veranstaltung"),
                            ("import", "Import"),
                            ("other", "Sonstige"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="accounts.account"
                    ),
                ),
            ],
            options={
                "ordering": ["position"],
            },
        ),
        migrations.CreateModel(
            name="TurnShare",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("weight", models.PositiveSmallIntegerField(default=1)),
                ("credit", models.IntegerField(default=0)),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False, on_delete=django.db.models.deletion.CASCADE, to="accounts.account"
                    ),
                ),
                (
                    "rule",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="shares",
                        to="contacts.turnrule",
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
        ),
        migrations.AddConstraint(
            model_name="turnrule",
            constraint=models.UniqueConstraint(fields=("id", "account"), name="turn_rule_of_account"),
        ),
        migrations.AddConstraint(
            model_name="turnrule",
            constraint=models.UniqueConstraint(fields=("account", "position"), name="turn_rule_in_order"),
        ),
        migrations.AddConstraint(
            model_name="turnrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("prefixes", []), ("source", ""), _negated=True), name="turn_rule_says_whose"
            ),
        ),
        migrations.AddConstraint(
            model_name="turnshare",
            constraint=models.UniqueConstraint(
                fields=("account", "rule", "user"), name="turn_share_once", nulls_distinct=False
            ),
        ),
        composite_key("contacts_turnshare", "user_id", "accounts_user", "CASCADE"),
        composite_key("contacts_turnshare", "rule_id", "contacts_turnrule", "CASCADE"),
    ]

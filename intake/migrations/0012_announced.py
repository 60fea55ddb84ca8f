"""Leads of which only the id arrived wait as announced, and an inlet has the token with which they are fetched."""

from django.contrib.postgres.operations import AddConstraintNotValid, AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models

KNOWN = ["waiting", "announced", "new", "again", "repeated", "test", "unread", "refused", "discarded"]


class Migration(migrations.Migration):
    atomic = False  # the index is built, and the rows are checked, while others write

    dependencies = [("intake", "0011_told")]

    operations = [
        migrations.AddField("inlet", "access", models.TextField(blank=True, db_default="")),
        migrations.AlterField(
            "arrival",
            "result",
            models.CharField(
                choices=[
                    ("waiting", "wird gelesen"),
                    ("announced", "Antworten noch nicht abgeholt"),
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
        migrations.RemoveConstraint("arrival", "arrival_result_known"),
        AddConstraintNotValid(
            "arrival",
            models.CheckConstraint(condition=models.Q(result__in=KNOWN), name="arrival_result_known"),
        ),
        ValidateConstraint("arrival", "arrival_result_known"),
        AddIndexConcurrently(
            "arrival",
            models.Index(fields=["due_at"], condition=models.Q(result="announced"), name="arrival_announced"),
        ),
    ]

from django.db import migrations, models
from django.db.models import F, Q

WEEK = "0900-1800,0900-1800,0900-1800,0900-1800,0900-1800,-,-"
PATTERN = r"^(-|[0-2]\d[0-5]\d-[0-2]\d[0-5]\d)(,(-|[0-2]\d[0-5]\d-[0-2]\d[0-5]\d)){6}$"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0008_slug")]

    operations = [
        migrations.AddField("account", "office_hours", models.CharField(db_default=WEEK, default=WEEK, max_length=80)),
        migrations.AddField(
            "account", "free_days", models.TextField(blank=True, db_default="", default="", editable=False)
        ),
        migrations.AddField(
            "account", "late_after", models.PositiveSmallIntegerField(blank=True, db_default=60, default=60, null=True)
        ),
        migrations.AddField(
            "account",
            "managers_after",
            models.PositiveSmallIntegerField(blank=True, db_default=120, default=120, null=True),
        ),
        migrations.AddField(
            "user", "absent_from", models.DateField(blank=True, null=True, verbose_name="Abwesend von")
        ),
        migrations.AddField(
            "user", "absent_until", models.DateField(blank=True, null=True, verbose_name="Abwesend bis")
        ),
        migrations.AddConstraint(
            "account",
            models.CheckConstraint(condition=Q(office_hours__regex=PATTERN), name="account_office_hours_known"),
        ),
        migrations.AddConstraint(
            "user",
            models.CheckConstraint(
                condition=Q(absent_from=None, absent_until=None)
                | Q(absent_from__isnull=False, absent_until__gte=F("absent_from")),
                name="user_absence_in_order",
            ),
        ),
    ]

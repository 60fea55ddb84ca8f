from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    """Checked for old rows by the next one, which keeps nobody from writing meanwhile."""

    dependencies = [("contacts", "0018_room")]

    operations = [
        AddConstraintNotValid(
            "contact",
            models.CheckConstraint(
                condition=~models.Q(value__lt=0) & ~models.Q(value_from__lt=0) & ~models.Q(value_to__lt=0),
                name="contact_worth_something",
            ),
        ),
    ]

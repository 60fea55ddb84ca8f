from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("contacts", "0019_worth_something")]

    operations = [ValidateConstraint("contact", "contact_worth_something")]

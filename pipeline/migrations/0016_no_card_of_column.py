from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("pipeline", "0015_card_in_column")]

    operations = [
        RemoveIndexConcurrently("card", "card_of_column"),
    ]

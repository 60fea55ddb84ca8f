import django.db.models.deletion
from django.db import migrations, models

from base.constraints import composite_key


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0001_initial"),
        ("pipeline", "0016_no_card_of_column"),
    ]

    operations = [
        migrations.AddField(
            model_name="importrow",
            name="named",
            field=models.JSONField(db_default=models.Value([], output_field=models.JSONField()), default=list),
        ),
        migrations.CreateModel(
            name="ImportPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("number", models.PositiveIntegerField()),
                ("shape", models.PositiveSmallIntegerField()),
                ("rows", models.TextField()),
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
                    "source",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="parts",
                        to="pipeline.import",
                    ),
                ),
            ],
            options={
                "constraints": [models.UniqueConstraint(fields=("source", "number"), name="import_part_once")],
            },
        ),
        composite_key("pipeline_importpart", "source_id", "pipeline_import", "CASCADE"),
    ]

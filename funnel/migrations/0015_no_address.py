from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("funnel", "0014_seal_relays"),
    ]

    operations = [
        migrations.AlterField(
            model_name="message",
            name="reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("no_consent", "keine Einwilligung"),
                    ("no_address", "keine gültige E-Mail-Adresse"),
                    ("suppressed", "Adresse gesperrt"),
                    ("address_served", "ging schon an diese Adresse"),
                    ("step_off", "Schritt ausgeschaltet"),
                    ("address_changed", "Adresse geändert"),
                    ("too_late", "mehr als eine Woche überfällig"),
                    ("stopped", "Serie beendet"),
                    ("paused", "Serie pausiert"),
                    ("replanned", "neu geplant"),
                    ("by_hand", "von Hand abgesagt"),
                    ("undone", "rückgängig gemacht"),
                    ("bad_text", "Text nicht versandfähig"),
                    ("refused", "vom Mailserver abgelehnt"),
                    ("gave_up", "Mailserver nicht erreichbar"),
                    ("bounced", "unzustellbar"),
                ],
                max_length=20,
            ),
        ),
    ]

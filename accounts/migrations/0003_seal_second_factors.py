"""The secrets of authenticator apps and recovery codes no longer stand in the database as they are."""

from django.db import migrations

from base import vault


def sealed(text):
    return text if vault.is_sealed(text) else vault.seal(vault.SECOND_FACTOR, text)


def seal(apps, schema_editor):
    authenticators = apps.get_model("mfa", "Authenticator").objects
    for one in authenticators.filter(type__in=("totp", "recovery_codes")).select_for_update():
        for name in {"secret", "seed"} & set(one.data):
            one.data[name] = sealed(one.data[name])
        if codes := one.data.get("migrated_codes"):
            one.data["migrated_codes"] = [sealed(code) for code in codes]
        one.save(update_fields=["data"])


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_cache_table"), ("mfa", "0003_authenticator_type_uniq")]
    operations = [migrations.RunPython(seal, migrations.RunPython.noop)]

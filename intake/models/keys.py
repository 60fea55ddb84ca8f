"""The keys of other programs."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import AccountModel, User
from base.references import reference
from intake.models.inlets import Inlet


class ApiKey(AccountModel):
    """A key (Schlüssel) with which another program of the office reads and writes contacts. It is kept as a hash."""

    inlet = reference(Inlet, models.CASCADE)  # of kind "api"; it has the name
    digest = models.CharField(max_length=64, unique=True)  # SHA-256: the key is random, so nobody can guess through it
    hint = models.CharField(max_length=20)  # how it begins
    may_read = models.BooleanField(_("Lesen"), default=False)
    may_write = models.BooleanField(_("Schreiben"), default=True)
    created_at = models.DateTimeField()
    created_by = reference(User)
    last_used_at = models.DateTimeField(null=True)  # to the minute
    revoked_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["inlet"], name="key_of_inlet")]
        indexes = [models.Index(fields=["account"], name="key_of_account")]

    def __str__(self) -> str:
        return self.hint

"""What users think of the help articles and of the product."""

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Account, AccountModel, User


class Vote(AccountModel):
    """One user's answer to „War dieser Artikel hilfreich?“, once for each article."""

    account = models.ForeignKey(Account, models.CASCADE)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    article = models.CharField(max_length=40)
    helpful = models.BooleanField()
    comment = models.TextField(max_length=2000, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "article"], name="vote_once")]

    def __str__(self) -> str:
        return f"{self.article}: {self.helpful}"


class Feedback(AccountModel):
    """A message to the operator."""

    account = models.ForeignKey(Account, models.CASCADE)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    key = models.UUIDField(unique=True)  # made with the form, so that a double click is one message
    text = models.TextField(_("Ihre Nachricht"), max_length=5000)
    reply_to = models.EmailField(_("Antwort an"), blank=True)
    page = models.CharField(max_length=500, blank=True)
    version = models.CharField(max_length=40)
    created_at = models.DateTimeField(default=timezone.now)
    mailed_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            models.Index(fields=["created_at"], name="feedback_waiting", condition=models.Q(mailed_at__isnull=True))
        ]

    def __str__(self) -> str:
        return self.text[:40]

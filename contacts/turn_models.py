"""Who is given the leads that arrive by themselves: rules, and the colleagues who have their turn."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from accounts.models import Account, AccountModel, User
from base.references import reference
from contacts.choices import Source


class TurnRule(AccountModel):
    """A rule that comes before everybody's turn (Regel): whose leads are these? The first that fits counts."""

    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    position = models.PositiveSmallIntegerField()
    prefixes = ArrayField(models.CharField(max_length=10), default=list)  # of postal codes; any of them
    source = models.CharField(max_length=20, choices=Source, blank=True)  # "": any

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["id", "account"], name="turn_rule_of_account"),
            models.UniqueConstraint(fields=["account", "position"], name="turn_rule_in_order"),
            models.CheckConstraint(condition=~Q(prefixes=[], source=""), name="turn_rule_says_whose"),
        ]

    def __str__(self) -> str:
        return f"{self.position}: {self.prefixes} {self.source}"


class TurnShare(AccountModel):
    """A colleague's part in a turn: that of a rule, or that of everybody (no rule)."""

    account = models.ForeignKey(Account, models.CASCADE, db_index=False)
    rule = reference(TurnRule, models.CASCADE, null=True, related_name="shares")
    user = reference(User, models.CASCADE)
    weight = models.PositiveSmallIntegerField(default=1)
    credit = models.IntegerField(default=0)  # how much the others have had since; see `turns.CHOOSE`

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "rule", "user"], nulls_distinct=False, name="turn_share_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}: {self.weight}"

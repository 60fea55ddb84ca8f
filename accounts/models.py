"""The tenant (account) and its users. Every other table refers to the account."""

import zoneinfo
from datetime import date
from typing import ClassVar, Self, TypeVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts import plans
from accounts.hours import DEFAULT_HOURS, HOURS_PATTERN, Hours, hours_of
from base.references import reference

HUES = 12  # colours of the initials' circle, `.hue-1` … `.hue-12` in the style sheets


Row = TypeVar("Row", bound=models.Model, covariant=True)


class AccountQuerySet(models.QuerySet[Row]):
    """Rows that belong to an account. Each lookup starts with `.of(account)`."""

    def of(self, account: "Account | int | models.OuterRef") -> Self:
        """Filter by account, or by its id. Rows of other accounts do not exist for the caller."""
        return self.filter(account=account)


class Account(models.Model):
    """An agency (Büro): the tenant."""

    class Sight(models.TextChoices):
        ALL = "all", _("alle Kontakte des Büros")
        OWN = "own", _("nur eigene und nicht zugewiesene Kontakte")

    name = models.CharField(_("Name des Büros"), max_length=120)
    plan = models.CharField(_("Paket"), max_length=20, choices=plans.Plan, default=plans.Plan.EXPERT)
    time_zone = models.CharField(_("Zeitzone"), max_length=60, default="Europe/Berlin")
    agents_see = models.CharField(_("Makler sehen"), max_length=10, choices=Sight, default=Sight.ALL)
    shows_presence = models.BooleanField(_("Zeigen, wer gerade da ist"), default=True, db_default=True)
    # What public addresses call it, since it has the first; never changes.
    slug = models.SlugField(max_length=60, unique=True, null=True, editable=False)
    created_at = models.DateTimeField(default=timezone.now)
    # How much has arrived that waits for a person. A trigger keeps it, so that every page can show it without asking.
    to_look_at = models.IntegerField(default=0, db_default=0, editable=False)
    # When somebody answers, see `hours.py`: „0900-1800“ or „-“ for each weekday from Monday. A trigger of the funnel,
    # whose holidays they are, keeps the days on which nobody does.
    office_hours = models.CharField(max_length=80, default=DEFAULT_HOURS, db_default=DEFAULT_HOURS)
    free_days = models.TextField(blank=True, default="", db_default="", editable=False)
    # Minutes of these hours until a lead without an answer is late, and until the managers are told. None: never.
    late_after = models.PositiveSmallIntegerField(null=True, blank=True, default=60, db_default=60)
    managers_after = models.PositiveSmallIntegerField(null=True, blank=True, default=120, db_default=120)
    # How many pairs of contacts may be one person. A trigger keeps it as well.
    duplicates = models.IntegerField(default=0, db_default=0, editable=False)
    # Whether leads that arrive by themselves are given to colleagues (`contacts.turns`); only in plans with assigning.
    assigns_in_turn = models.BooleanField(default=False, db_default=False)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(office_hours__regex=HOURS_PATTERN), name="account_office_hours_known"
            ),
            models.CheckConstraint(condition=models.Q(plan__in=plans.Plan.values), name="account_plan_known"),
            models.CheckConstraint(condition=models.Q(agents_see__in=["all", "own"]), name="account_agents_see_known"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> zoneinfo.ZoneInfo:
        """The time zone of the office."""
        return zoneinfo.ZoneInfo(self.time_zone)

    @property
    def hours(self) -> Hours:
        """When somebody of the office answers."""
        return hours_of(self.office_hours, self.free_days, self.time_zone)

    def can(self, feature: plans.Feature) -> bool:
        """Return whether the office's plan includes the feature."""
        return plans.can(self.plan, feature)

    @property
    def can_assign(self) -> bool:
        """Whether the office's plan includes assigning, for templates."""
        return self.can(plans.Feature.ASSIGN)


class AccountModel(models.Model):
    """Rows that belong to an account. Where one row leads to another, the database holds that both have the same."""

    account = models.ForeignKey(Account, models.CASCADE, db_index=False, db_constraint=False)

    objects = AccountQuerySet.as_manager()

    class Meta:
        abstract = True


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    MANAGER = "manager", _("Manager")
    AGENT = "agent", _("Makler")
    MARKETING = "marketing", _("Marketing")


class UserManager(BaseUserManager.from_queryset(AccountQuerySet)):  # type: ignore[misc]
    """Looks users up by e-mail address, ignoring case."""

    def get_by_natural_key(self, email: str | None) -> "User":
        return self.get(email__iexact=email)


class User(AbstractBaseUser):
    """A login of one account (Mitarbeiter)."""

    class Theme(models.TextChoices):
        SYSTEM = "system", _("wie das System")
        LIGHT = "light", _("hell")
        DARK = "dark", _("dunkel")

    account = models.ForeignKey(Account, models.CASCADE, related_name="users")
    email = models.EmailField(_("E-Mail-Adresse"), max_length=254, unique=True)
    first_name = models.CharField(_("Vorname"), max_length=80, blank=True)
    last_name = models.CharField(_("Nachname"), max_length=80, blank=True)
    role = models.CharField(_("Rolle"), max_length=20, choices=Role, default=Role.AGENT)
    is_active = models.BooleanField(default=True)
    hue = models.PositiveSmallIntegerField(default=1)
    theme = models.CharField(_("Darstellung"), max_length=10, choices=Theme, default=Theme.SYSTEM)
    created_at = models.DateTimeField(default=timezone.now)
    invited_by = reference("self", null=True, editable=False)  # None: the operator
    # The days on which the user is away, both included; an end without a beginning is never kept.
    absent_from = models.DateField(_("Abwesend von"), null=True, blank=True)
    absent_until = models.DateField(_("Abwesend bis"), null=True, blank=True)

    is_away = False  # whether the user is absent today; set where colleagues are offered

    MOST_NEWS = 99  # that are shown
    news = 0  # contacts that wait, of those the user sees; set by `session_store` as of the beginning of the request

    objects = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        constraints = [
            models.CheckConstraint(condition=models.Q(email=Lower("email")), name="user_email_lower_case"),
            models.UniqueConstraint(fields=["id", "account"], name="user_of_account"),
            models.CheckConstraint(condition=models.Q(role__in=Role.values), name="user_role_known"),
            models.CheckConstraint(
                condition=models.Q(absent_from=None, absent_until=None)
                | models.Q(absent_from__isnull=False, absent_until__gte=models.F("absent_from")),
                name="user_absence_in_order",
            ),
        ]

    def __str__(self) -> str:
        return self.full_name

    @property
    def full_name(self) -> str:
        """First and last name, or the e-mail address of a user without a name."""
        return f"{self.first_name} {self.last_name}".strip() or self.email

    @property
    def initials(self) -> str:
        """One or two letters for the circle."""
        return (self.first_name[:1] + self.last_name[:1]).upper() or self.email[:1].upper()

    @property
    def news_shown(self) -> str:
        """The number of contacts that wait, as pages show it; "" for none."""
        return self.shown_news(self.news)

    @property
    def news_in_title(self) -> str:
        return f"({self.news_shown}) " if self.news else ""

    @classmethod
    def shown_news(cls, news: int) -> str:
        return f"{cls.MOST_NEWS}+" if news > cls.MOST_NEWS else str(news or "")

    def get_short_name(self) -> str:
        return self.first_name or self.email

    def is_absent(self, day: date) -> bool:
        """Return whether the user is away on this day."""
        return self.absent_from is not None and self.absent_from <= day <= (self.absent_until or day)

    @property
    def is_invited(self) -> bool:
        """Whether the user is invited and has not chosen a password yet."""
        return self.is_active and not self.has_usable_password()

    @property
    def is_administrator(self) -> bool:
        return self.role == Role.ADMINISTRATOR

    @property
    def leads(self) -> bool:
        """Whether the user is an administrator or manager, who may change columns, delete, import and export."""
        return self.role in (Role.ADMINISTRATOR, Role.MANAGER)

    @property
    def works_contacts(self) -> bool:
        """Whether the user may edit contacts: all roles but marketing."""
        return self.role != Role.MARKETING

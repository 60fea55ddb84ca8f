"""Makers of believable rows for the tests."""

import factory
from django.contrib.auth.hashers import make_password
from django.utils import timezone

from accounts.models import Account, Role, User
from contacts.actions import refresh
from contacts.derived import derive
from contacts.kinds import Kind
from contacts.models import Action, Contact, Source
from pipeline.leads import put_on_top
from pipeline.models import Card, Column, TrashedCard

PASSWORD = "pipeline-demo"
HASH = make_password(PASSWORD)  # once: hashing is slow by design


class AccountFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = Account

    name = factory.Sequence(lambda n: f"Büro {n}")


class UserFactory(factory.django.DjangoModelFactory):
    class Meta:
        model = User

    account = factory.SubFactory(AccountFactory)
    email = factory.Sequence(lambda n: f"user{n}@office.example")
    first_name = "Max"
    last_name = factory.Sequence(lambda n: f"Muster{n}")
    role = Role.AGENT
    password = HASH


class ContactFactory(factory.django.DjangoModelFactory):
    """A contact with its card on top of `column`, by default of the account's „Neue Kontakte“; `card=False`: none."""

    class Meta:
        model = Contact

    first_name = "Klara"
    last_name = factory.Sequence(lambda n: f"Lead{n}")
    source = Source.FORM

    @classmethod
    def _create(cls, model_class, *args, column=None, card=True, **kwargs):
        if column is not None:
            kwargs["account"] = column.account
        contact = derive(model_class(**kwargs))
        contact.save()
        if card:
            new = Column.objects.of(contact.account).filter(key=Column.Key.NEW)
            put_on_top(contact, column or new.get(), timezone.now())
        contact.refresh_from_db()
        return contact


def put_in_trash(contact: Contact) -> Contact:
    """The contact as the trash keeps it: without its card."""
    card = Card.objects.select_related("column").get(contact=contact)
    TrashedCard.objects.create(
        contact=contact,
        account=contact.account,
        column=card.column,
        column_name=card.column.name,
        version=card.version,
    )
    card.delete()
    contact.trashed_at = timezone.now()
    contact.save(update_fields=["trashed_at"])
    return contact


class ActionFactory(factory.django.DjangoModelFactory):
    """A performed note on a contact, counted at once."""

    class Meta:
        model = Action

    kind = Kind.NOTE
    performed_at = factory.LazyFunction(timezone.now)

    @classmethod
    def _create(cls, model_class, *args, **kwargs):
        kwargs.setdefault("account", kwargs["contact"].account)
        action = super()._create(model_class, *args, **kwargs)
        refresh(action.contact)
        return action

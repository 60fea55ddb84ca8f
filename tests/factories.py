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
from pipeline.models import Column

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
    """A contact with its card on top of `column`, by default of „Neue Kontakte“; `card=False` makes none."""

    class Meta:
        model = Contact

    account = factory.SubFactory(AccountFactory)
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

"""The cast of the tests: two offices, a user for each role, a stranger, and a check that nothing was written."""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from allauth.usersessions.models import UserSession
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from pytest_django import DjangoDbBlocker

from accounts.models import Account, Role, User
from accounts.plans import Plan
from pipeline.columns.defaults import create_board
from pipeline.models import Column
from tests import soundness
from tests.factories import AccountFactory, UserFactory
from tests.markup import page_of

Login = Callable[[User], Client]


@pytest.fixture(autouse=True)
def _environment() -> Iterator[None]:
    """Undo what a test, or a command called by it, sets: processes that later tests start would inherit it."""
    before = dict(os.environ)
    yield
    for name in os.environ.keys() - before.keys():
        del os.environ[name]
    os.environ.update(before)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> None:
    with django_db_blocker.unblock():
        soundness.install()


@pytest.fixture
def krueger(db: None, request: pytest.FixtureRequest) -> Iterator[Account]:
    """An office on the Expert plan with the default board; after the test every invariant must hold in it."""
    account = AccountFactory(name="Krüger Immobilien", plan=Plan.EXPERT)
    create_board(account)
    yield account
    check_invariants(account, request)


@pytest.fixture
def hansen(db: None, request: pytest.FixtureRequest) -> Iterator[Account]:
    """Another office, on the Starter plan. Checked like the first."""
    account = AccountFactory(name="Hansen & Partner", plan=Plan.STARTER)
    create_board(account)
    yield account
    check_invariants(account, request)


def check_invariants(account: Account, request: pytest.FixtureRequest) -> None:
    """Check the invariants after this test, unless it breaks rows itself (and is marked so)."""
    if not request.node.get_closest_marker("breaks_invariants") and not connection.needs_rollback:
        soundness.check(account)


def _member(account: Account, first_name: str, last_name: str, role: Role) -> User:
    office = "hansen" if account.plan == Plan.STARTER else "krueger"
    email = f"{first_name.lower()}@{office}.example"
    return UserFactory(account=account, first_name=first_name, last_name=last_name, email=email, role=role)


@pytest.fixture
def anna(krueger: Account) -> User:
    return _member(krueger, "Anna", "Krüger", Role.ADMINISTRATOR)


@pytest.fixture
def mehmet(krueger: Account) -> User:
    return _member(krueger, "Mehmet", "Bulut", Role.MANAGER)


@pytest.fixture
def sofia(krueger: Account) -> User:
    return _member(krueger, "Sofia", "Vogt", Role.AGENT)


@pytest.fixture
def jan(krueger: Account) -> User:
    return _member(krueger, "Jan", "Thiele", Role.AGENT)


@pytest.fixture
def mara(krueger: Account) -> User:
    return _member(krueger, "Mara", "Lenz", Role.MARKETING)


@pytest.fixture
def paul(hansen: Account) -> User:
    return _member(hansen, "Paul", "Hansen", Role.ADMINISTRATOR)


@pytest.fixture
def board(krueger: Account) -> dict[str, Column]:
    """The columns of Krüger Immobilien by name."""
    return {column.name: column for column in Column.objects.of(krueger)}


@pytest.fixture
def login() -> Login:
    """Return a client in which this user is logged in."""
    return lambda user: enter(Client(), user)


def enter(client: Client, user: User) -> Client:
    """Log the user in, with the row on the session that a login by the form leaves."""
    client.force_login(user)
    UserSession.objects.create(user=user, ip="127.0.0.1", session_key=client.session.session_key)
    return client


def rows_written() -> int:
    """Return the rows inserted, changed or deleted in this transaction so far, including those rolled back."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0) FROM pg_stat_xact_user_tables")
        return int(cursor.fetchone()[0])


@pytest.fixture
def unwritten(db: None) -> Callable[[], AbstractContextManager[None]]:
    """`with unwritten(): …` fails if the block writes a single row, even one that is rolled back."""

    @contextmanager
    def checked() -> Iterator[None]:
        before = rows_written()
        yield
        assert rows_written() - before == 0

    return checked


def words_of(answer: HttpResponse) -> str:
    """Return the page without the id of its request, in which equal responses differ."""
    return page_of(answer).replace(answer["X-Request-ID"], "")

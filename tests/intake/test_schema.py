"""The API does what its description says, whatever is sent: requests made from the description by schemathesis."""

from itertools import count
from typing import Any

import pytest
import requests
import schemathesis
from django.test import Client
from django.utils import timezone
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import ignored_auth
from schemathesis.core.transport import Response

from accounts.models import User
from intake import keys, openapi
from intake.models import Arrival
from tests.factories import ContactFactory

PARTS = ("method", "url", "headers", "params", "json", "data", "cookies")
EXAMPLES = settings(
    max_examples=40,
    deadline=None,
    derandomize=True,  # the same requests each time
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture
def key(anna: User, board: Any) -> str:
    ContactFactory(account=anna.account)
    return keys.issue(user=anna, name="x", may_read=True, may_write=True, now=timezone.now()).token


def operations() -> list[tuple[str, str]]:
    return [(one.path, one.method) for one in openapi.operations(openapi.document())]


numbers = count(1)


def answered(case: Any, key: str) -> Response:
    """The answer of our own client, as the checks want it."""
    given = case.as_transport_kwargs(base_url="http://testserver", headers={"Authorization": f"Bearer {key}"})
    asked = requests.Request(**{name: value for name, value in given.items() if name in PARTS}).prepare()
    kind = asked.headers.pop("Content-Type", "")
    headers = {
        name: value for name, value in asked.headers.items() if name not in ("Content-Length", "Accept-Encoding")
    }
    if "Idempotency-Key" in headers:  # the same with another body is refused
        headers["Idempotency-Key"] = f"{next(numbers)}{headers['Idempotency-Key']}"[:190]
    client = Client(raise_request_exception=False)
    answer = client.generic(asked.method, asked.path_url, asked.body or b"", content_type=kind, headers=headers)
    said = {name.lower(): [value] for name, value in answer.items()}
    return Response(answer.status_code, said, answer.content, asked, elapsed=0.0, verify=False)


@pytest.mark.parametrize(("path", "method"), operations())
def test_answers_are_those_of_the_description(key: str, path: str, method: str) -> None:
    schema = schemathesis.openapi.from_dict(openapi.document())
    statuses = set()

    @EXAMPLES
    @given(case=schema[path][method].as_strategy())
    def sent(case: Any) -> None:
        answer = answered(case, key)
        case.validate_response(answer, excluded_checks=[ignored_auth])  # it asks without a key by another client
        statuses.add(answer.status_code)

    sent()
    assert statuses and max(statuses) < 500
    if method == "POST":
        assert Arrival.objects.count() > 0 and {201, 202} & statuses

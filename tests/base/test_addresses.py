import pytest
from django.test import RequestFactory

from base.addresses import other_address, own_address, own_path
from base.templatetags.addresses import below, leads_to

REQUEST = RequestFactory().get("/contacts/", {"q": "here"})


@pytest.mark.parametrize(
    ("address", "path"),
    [
        ("/contacts/board/?q=a", "/contacts/board/?q=a"),
        ("http://testserver/contacts/board/?q=a#top", "/contacts/board/?q=a"),
        ("/", "/"),
    ],
)
def test_an_address_of_our_own_keeps_path_and_query(address: str, path: str) -> None:
    assert own_address(REQUEST, address) == path


@pytest.mark.parametrize(
    "address",
    [
        "",
        "http://elsewhere.example/contacts/",
        "//elsewhere.example/",
        "http://testserver//elsewhere.example/",
        "javascript:alert(1)",
        "contacts/",
        "/a\x00b",
        "/\\elsewhere.example",
        "http://testserver",
    ],
)
def test_any_other_address_is_refused(address: str) -> None:
    assert own_address(REQUEST, address) == ""


def test_over_https_an_address_without_https_is_refused() -> None:
    request = RequestFactory().get("/", secure=True)
    assert own_address(request, "http://testserver/a/") == ""
    assert own_address(request, "https://testserver/a/") == "/a/"


def test_a_path_is_returned_without_its_query() -> None:
    assert own_path(REQUEST, "http://testserver/contacts/?q=Klara") == "/contacts/"
    assert own_path(REQUEST, "http://elsewhere.example/contacts/") == ""


def test_the_requested_page_itself_is_not_another_page() -> None:
    assert other_address(REQUEST, "/contacts/?q=there") == ""
    assert other_address(REQUEST, "/contacts/board/") == "/contacts/board/"


def test_an_address_is_below_itself_and_its_prefixes() -> None:
    assert below("/contacts/", "/contacts/")
    assert below("/contacts/board/", "/contacts/")
    assert not below("/contacts/", "/contacts/board/")
    assert not below("/funnel/preview/contacts/", "/contacts/")
    assert not below(None, "/contacts/")


def test_an_address_leads_to_one_page_for_any_query() -> None:
    assert leads_to("/moves/7/reversal/?via=list", "pipeline:move-reversal")
    assert not leads_to("/moves/7/reversal/", "pipeline:deed-reversal")
    assert not leads_to("/elsewhere/", "pipeline:deed-reversal")
    assert not leads_to("", "pipeline:home")
    assert not leads_to(None, "pipeline:home")

"""Pages are compressed for clients that accept it, and stay what they were."""

import gzip

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory

from config.compression import LEAST, Compression

TEXT = "".join(f"<li>Frau Dr. Öztürk {number}</li>" for number in range(2000)).encode()


def answered(response, accepted: str = "gzip, deflate, br"):
    request = RequestFactory().get("/", headers={"accept-encoding": accepted})
    return Compression(lambda _request: response)(request)


def page(body: bytes = TEXT, **headers: str) -> HttpResponse:
    return HttpResponse(body, headers={"Content-Length": str(len(body))} | headers)


def test_a_page_unpacks_to_what_it_was_and_says_how_long_it_is():
    response = answered(page())
    assert gzip.decompress(response.content) == TEXT
    assert len(response.content) < len(TEXT) / 5
    assert int(response["Content-Length"]) == len(response.content)
    assert (response["Content-Encoding"], response["Vary"]) == ("gzip", "Accept-Encoding")


def test_the_length_of_a_page_does_not_tell_its_content():
    lengths = {len(answered(page()).content) for _time in range(40)}
    assert len(lengths) > 10
    assert max(lengths) - min(lengths) < Compression.max_random_bytes


@pytest.mark.parametrize("accepted", ["", "identity", "br"])
def test_a_client_that_cannot_unpack_gets_the_page_as_it_is(accepted):
    response = answered(page(), accepted)
    assert (response.content, response["Vary"]) == (TEXT, "Accept-Encoding")
    assert not response.has_header("Content-Encoding")


def test_what_is_short_or_packed_already_is_left_alone():
    assert answered(page(b"x" * (LEAST - 1))).content == b"x" * (LEAST - 1)
    assert answered(page(TEXT, **{"Content-Encoding": "br"})).content == TEXT


def test_a_stream_is_packed_piece_by_piece():
    response = answered(StreamingHttpResponse(iter([TEXT, TEXT])))
    assert gzip.decompress(b"".join(response)) == TEXT * 2


def test_a_page_of_the_product_is_compressed(client, db):
    response = client.get("/accounts/login/", headers={"accept-encoding": "gzip"})
    assert b"</html>" in gzip.decompress(response.content)

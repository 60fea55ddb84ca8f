"""The Content-Security-Policy: pages load only our own files. The exception is a mail shown in a frame."""

from django.http import HttpResponse

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# A mail may use its own styles only: no scripts, no forms, nothing from other hosts, and an origin of its own.
FRAMED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)


def with_frames(response: HttpResponse) -> HttpResponse:
    """Allow the page to show frames of this site."""
    response.headers["Content-Security-Policy"] = f"{STRICT}; frame-src 'self'"
    return response


def framed(html: str) -> HttpResponse:
    """Return a document by somebody else, to be shown in a frame of this site; harmless even outside of one."""
    response = HttpResponse(html)
    response.headers["Content-Security-Policy"] = FRAMED
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response

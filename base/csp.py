"""What a page may load: nothing but its own files. A mail shown in a frame is the one exception, kept apart."""

from django.http import HttpResponse

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'"
)
# A mail brings its own styles and nothing else: no script, no form, nothing from elsewhere, an origin of its own.
FRAMED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)


def with_frames(response: HttpResponse) -> HttpResponse:
    """The page may show frames of this site."""
    response.headers["Content-Security-Policy"] = f"{STRICT}; frame-src 'self'"
    return response


def framed(html: str) -> HttpResponse:
    """A whole document of foreign making, to be shown in a frame of this site and harmless even outside of one."""
    response = HttpResponse(html)
    response.headers["Content-Security-Policy"] = FRAMED
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response

"""The Content-Security-Policy: pages load only our own files.

The exceptions are a mail shown in a frame, and the forms of offices, which their sites show in one.
"""

from django.http import HttpResponse

STRICT = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "font-src 'self'; form-action 'self'; manifest-src 'self'; worker-src 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)
# A mail may use its own styles only: no scripts, no forms, nothing from other hosts, and an origin of its own.
FRAMED = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src 'self' data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)
# A form of an office: less than our own pages, but websites of the office may show it.
FORM = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; base-uri 'none'; "
    "form-action {targets}; frame-ancestors {ancestors}"
)


# A form that asks for a proof of work: a script fetches a puzzle from us, and a worker solves it.
SOLVING = "; connect-src 'self'; worker-src 'self'"


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


def as_form(response: HttpResponse, *, origins: list[str], target: str = "", has_puzzle: bool = False) -> HttpResponse:
    """Allow these origins to show the page in a frame, and its form to lead to `target` after it was sent."""
    targets = " ".join(["'self'", *([target] if target else [])])
    policy = FORM.format(targets=targets, ancestors=" ".join(origins) or "'none'")
    policy += SOLVING if has_puzzle else ""
    response.headers["Content-Security-Policy"] = policy
    response.xframe_options_exempt = bool(origins)  # that header knows no lists
    return response

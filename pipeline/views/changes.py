"""Whether an open page is still as it was, for browsers that have no stream: asked every fifteen seconds."""

from django.http import HttpResponse
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.views.decorators.http import require_safe

from accounts.access import EVERYBODY, Request, gate
from base.ids import is_id
from pipeline import changed
from pipeline.fingerprint import fingerprint

MOST = 400  # contacts on a page


@require_safe
@gate(*EVERYBODY)
def page(request: Request) -> HttpResponse:
    """Answer 304 if nothing changed of `contacts`, the `contact` and what all pages show, else 200 with an ETag.

    A page that asks for the first time names the state that it has `seen`. "changed" says that it may show something
    else than the fingerprint is of: anybody has written something since.
    """
    contact = request.GET.get("contact", "")
    shown = changed.asked(request.GET.get("contacts", ""), MOST)
    today = timezone.localdate()
    found = fingerprint(request.user, shown, int(contact) if is_id(contact) else None, today)
    etag = f'"{found.mark}"'
    text = "changed" if request.GET.get("seen", found.snapshot) != found.snapshot else ""
    response = HttpResponse(text, headers={"ETag": etag}, content_type="text/plain")
    return get_conditional_response(request, etag=etag, response=response) or response

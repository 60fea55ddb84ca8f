"""Views with the mistakes the crawler is there for. An URL conf of the tests; the product never loads it."""

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden
from django.shortcuts import redirect
from django.urls import path
from django.utils import timezone

from accounts.models import User
from base import (
    converters,  # noqa: F401  (registers <id:…>)
    notices,
)
from base.notices import Kind, Seen
from config.urls import urlpatterns as sound
from contacts.models import Contact
from pipeline.models import Column, Move


def anybody(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Look up by the id alone."""
    contact = Contact.objects.filter(pk=contact_id).first()
    if contact is None:
        raise Http404
    return HttpResponse(contact.display_name)


def header(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Reveal in a header what the page hides."""
    contact = Contact.objects.filter(pk=contact_id).first()
    return HttpResponse(headers={"X-Contact": contact.email if contact else ""})


def phone(request: HttpRequest, contact_id: int) -> HttpResponse:
    contact = Contact.objects.filter(pk=contact_id).first()
    return HttpResponse(contact.phone if contact else "")


def colleague(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Keep to the account but ignore what an agent may see."""
    contact = Contact.objects.of(request.user.account).filter(pk=contact_id).first()
    return HttpResponse(contact.display_name if contact else "")


def exists(request: HttpRequest, contact_id: int) -> HttpResponse:
    """403 for a foreign contact, 404 for an unknown one."""
    contact = Contact.objects.filter(pk=contact_id).first()
    if contact is None:
        raise Http404
    return HttpResponse() if contact.account == request.user.account else HttpResponseForbidden()


def slow(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Run more statements if there is something."""
    if Contact.objects.filter(pk=contact_id).exists():
        Contact.objects.filter(pk=contact_id).count()
    raise Http404


def search(request: HttpRequest) -> HttpResponse:
    """Search everybody's contacts."""
    found = Contact.objects.filter(last_name__startswith=request.GET.get("q", "-"))
    return HttpResponse(", ".join(contact.last_name for contact in found))


def overwrite(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Answer 404 after writing."""
    Contact.objects.filter(pk=contact_id).update(version=77)
    raise Http404


def refer(request: HttpRequest, move_id: int) -> HttpResponse:
    """Refer from a row of the account to one of another."""
    move = Move.objects.filter(pk=move_id).first()
    contact = Contact.objects.of(request.user.account).live().first()
    assert contact is not None
    own = {"account": contact.account, "contact": contact, "from_name": "", "to_name": "", "from_rank": ""}
    if move and not Move.objects.filter(reverses=move).exists():
        Move.objects.create(**own, version=99, via="undo", at=timezone.now(), reverses=move)
    return HttpResponse()


def mass(request: HttpRequest) -> HttpResponse:
    """Save any field that is sent."""
    return HttpResponse(status=422 if "account" in request.POST else 200)


def flash(request: HttpRequest) -> HttpResponse:
    """Reveal it only after the redirect."""
    return redirect("leak-after")


def after(request: HttpRequest) -> HttpResponse:
    return HttpResponse(" ".join(user.full_name for user in User.objects.all()))


def start(request: HttpRequest) -> HttpResponse:
    form = '<form method="post" action="/leak/flash/"><input name="x"></form>'
    return HttpResponse(f'{form}<a href="/leak/broken/">…</a>')


def broken(request: HttpRequest) -> HttpResponse:
    raise ValueError


def count(request: HttpRequest) -> HttpResponse:
    """A number is a leak as well."""
    return HttpResponse(f"{Contact.objects.count()} {Column.objects.count()}")


def tell(request: HttpRequest, contact_id: int) -> HttpResponse:
    """Tell the office of the contact, whosever it is."""
    contact = Contact.objects.filter(pk=contact_id).first()
    if contact is not None:
        notices.tell(Kind.EDITED, contact.account_id, [Seen.kept(contact.pk, contact.assignee_id)])
    raise Http404


urlpatterns = [
    *sound,
    path("leak/anybody/<id:contact_id>/", anybody, name="leak-anybody"),
    path("leak/header/<id:contact_id>/", header, name="leak-header"),
    path("leak/phone/<id:contact_id>/", phone, name="leak-phone"),
    path("leak/colleague/<id:contact_id>/", colleague, name="leak-colleague"),
    path("leak/exists/<id:contact_id>/", exists, name="leak-exists"),
    path("leak/slow/<id:contact_id>/", slow, name="leak-slow"),
    path("leak/search/", search, name="leak-search"),
    path("leak/overwrite/<id:contact_id>/", overwrite, name="leak-overwrite"),
    path("leak/refer/<id:move_id>/", refer, name="leak-refer"),
    path("leak/mass/", mass, name="leak-mass"),
    path("leak/flash/", flash, name="leak-flash"),
    path("leak/after/", after, name="leak-after"),
    path("leak/start/", start, name="leak-start"),
    path("leak/broken/", broken, name="leak-broken"),
    path("leak/tell/<id:contact_id>/", tell, name="leak-tell"),
    path("leak/count/", count, name="leak-count"),
]
PLANTED = [
    ("addresses", "leak-anybody", "shows qzxfo"),
    ("addresses", "leak-header", "shows qzxfo"),
    ("addresses", "leak-phone", "shows 7310003"),
    ("addresses", "leak-colleague", "shows qzxhi"),
    ("addresses", "leak-exists", "by its status: 403 instead of 404"),
    ("addresses", "leak-slow", "by its statements"),
    ("addresses", "leak-search", "shows qzxfo"),
    ("addresses", "leak-overwrite", "changed rows of another account"),
    ("addresses", "leak-refer", "wrote across accounts: pipeline_move.reverses_id"),
    ("addresses", "leak-tell", "is told to a stream of another office"),
    ("references", "leak-mass", "reads fields that are not its own"),
    ("pages", "leak-start", "shows qzxfo"),
    ("pages", "leak-start", "a link leads to /leak/broken/: 500"),
]

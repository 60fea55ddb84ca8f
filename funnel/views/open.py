"""Public pages for recipients of mails: no login, cookies or scripts.

POST requests need no CSRF token, because mail programs send them on their own (RFC 8058). The signed link authorizes
them.
"""

from allauth.core import ratelimit
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from base.refusals import TooMany
from funnel import lost_links, opt_in
from funnel.consent_forms import AddressForm
from funnel.letters.letterhead import letterhead
from funnel.permission import tokens
from funnel.replies import withdrawal
from funnel.tasks import send_links


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Handle the unsubscribe link of a mail. GET asks, POST unsubscribes; POST is idempotent."""
    try:
        unsubscription = tokens.read(token)
        if request.method == "POST":
            withdrawal.unsubscribe(unsubscription=unsubscription, now=timezone.now())
        context = {"unsubscription": unsubscription, "office": letterhead(unsubscription.account_id)}
    except Http404:
        return render(request, "funnel/lost_link.html", {"form": AddressForm()}, status=404)
    context["is_done"] = withdrawal.has_objected(unsubscription)
    return render(request, "funnel/unsubscribe.html", context)


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def objection(request: HttpRequest) -> HttpResponse:
    """Mail the link to people who have no working one. The response does not reveal who knows the address."""
    form = AddressForm(request.POST if request.method == "POST" else None)
    if not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "funnel/lost_link.html", {"form": form, "is_asked": True}, status=status)
    if not ratelimit.consume(request, action="objection"):
        raise TooMany(_("Das waren zu viele Anfragen. Bitte versuchen Sie es in einer Stunde noch einmal."))
    address = form.cleaned_data["address"]
    if ratelimit.consume(request, action="lost_links", key=address):  # above the limit: the same page without a mail
        send_links.defer(**lost_links.find_ids(address))
    return render(request, "funnel/lost_link_done.html")


@csrf_exempt
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirmation(request: HttpRequest, token: str) -> HttpResponse:
    """Handle the link of a request for consent. GET asks, POST confirms or, with `again`, renews an expired request."""
    now = timezone.now()
    is_post, is_again = request.method == "POST", "again" in request.POST
    try:
        if is_post and is_again:
            opt_in.ask_again(token=token, now=now)
        question = (opt_in.confirm if is_post and not is_again else opt_in.read_link)(token=token, now=now)
    except Http404:
        return render(request, "funnel/lost_question.html", status=404)
    context = {"question": question, "office": letterhead(question.opt_in.account_id)}
    context["is_asked_again"] = "again" in request.POST
    return render(request, "funnel/confirmation.html", context)

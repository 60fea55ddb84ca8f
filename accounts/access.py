"""The one gate in front of every page: login, role, account, time zone."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast
from urllib.parse import urlencode

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render, resolve_url
from django.utils import timezone
from django.utils.translation import gettext as _
from django_htmx.middleware import HtmxDetails

from accounts.models import Account, Role, User
from accounts.session_store import SessionStore
from accounts.sessions import touch
from base import notices
from base.addresses import other_address
from base.refusals import keep_private, wants_fragment

View = Callable[..., HttpResponseBase]

EVERYBODY = tuple(Role)
WORKERS = (Role.ADMINISTRATOR, Role.MANAGER, Role.AGENT)
LEADERS = (Role.ADMINISTRATOR, Role.MANAGER)
ADMINISTRATORS = (Role.ADMINISTRATOR,)


class Request(HttpRequest):
    """What a view behind the gate may rely on."""

    user: User
    account: Account
    session: SessionStore
    htmx: HtmxDetails
    begun: float  # see `config.logs`


def gate(*roles: Role) -> Callable[[View], View]:
    """Require a logged-in user with one of these roles; set `request.account`, the office's time zone, and the tab.

    Without a login, pages redirect to the login page; everything else gets 401 with a fragment that links to it, so
    that no login page is swapped into the board. Other roles get 403.
    """

    def guard(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            user = request.user
            if not user.is_authenticated:
                return login_first(request)
            if user.role not in roles:
                raise PermissionDenied(_("Dafür fehlt Ihnen die Berechtigung."))
            admitted = cast(Request, request)
            admitted.user = getattr(request, "_cached_user", user)  # itself, without what loaded it when it was needed
            admitted.account = admitted.user.account
            touch(admitted.session)
            tab = request.headers.get("X-Tab", "")
            with timezone.override(admitted.account.zone), notices.coming_from(tab):
                return keep_private(view(admitted, *args, **kwargs))

        guarded.roles = roles  # type: ignore[attr-defined]
        return guarded

    return guard


def _wants_events(request: HttpRequest) -> bool:
    return request.headers.get("Accept", "") == "text/event-stream"


def login_first(request: HttpRequest) -> HttpResponse:
    """Return 401 with a login link for fragments and changes, a redirect for pages, nothing for a stream of events.

    A stream says nothing to anybody, and browsers report an answer of 400 and above to the console.
    """
    if _wants_events(request):
        return keep_private(HttpResponse(status=204))
    login = resolve_url("account_login")
    if request.method not in ("GET", "HEAD") or wants_fragment(request):
        sentence = _("Ihre Sitzung ist abgelaufen. Es wurde nichts gespeichert.")
        way = other_address(request, request.headers.get("Referer", ""))
        if way and not wants_fragment(request):  # a fragment's login opens beside the page
            login = f"{login}?{urlencode({'next': way})}"
        context = {"sentence": sentence, "login": login, "is_error": True, "status": 401}
        template = "_message.html" if wants_fragment(request) else "refused.html"
        return keep_private(render(request, template, context, status=401))
    return HttpResponseRedirect(f"{login}?{urlencode({'next': request.get_full_path()})}")

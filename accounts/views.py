"""The settings: office, members and profile."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import login, logout
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import devices, invitations, members, offices, sessions
from accounts.access import ADMINISTRATORS, EVERYBODY, Request, gate
from accounts.forms import AbsenceForm, AcceptanceForm, InvitationForm, OfficeForm, ProfileForm, RoleForm, ThemeForm
from accounts.models import User
from accounts.posting import NotTaken
from accounts.tasks import send_invitation
from base.refusals import Conflict, NotUnderstood, wants_fragment

form_page = require_http_methods(["GET", "HEAD", "POST"])


def _show(request: HttpRequest, template: str, form: Form, **context: Any) -> HttpResponse:
    """Render a form as a page, with status 422 if it is invalid."""
    status = 422 if form.is_bound else 200
    return render(request, template, {"form": form, **context}, status=status)


@require_safe
@gate(*EVERYBODY)
def settings(request: Request) -> HttpResponse:
    """Redirect to the first page of the settings this user may see."""
    return redirect("office" if request.user.is_administrator else "profile")


@form_page
@gate(*ADMINISTRATORS)
def office(request: Request) -> HttpResponse:
    """Show the settings and the plan (GET), or save the settings (POST)."""
    account = request.account
    initial = {name: getattr(account, name) for name in OfficeForm.base_fields}
    form = OfficeForm(request.POST or None, account=account, initial=initial)
    if not form.is_valid():
        return _show(request, "settings/office.html", form)
    offices.settle(account=account, **form.cleaned_data)
    messages.success(request, _("Gespeichert."))
    return redirect("office")


@form_page
@gate(*EVERYBODY)
def profile(request: Request) -> HttpResponse:
    """Show the user's own name and theme (GET), or save them (POST)."""
    user = request.user
    initial = {"first_name": user.first_name, "last_name": user.last_name, "theme": user.theme}
    form = ProfileForm(request.POST or None, initial=initial)
    if not form.is_valid():
        return _show(request, "settings/profile.html", form)
    members.save_profile(user=user, **form.cleaned_data)
    messages.success(request, _("Gespeichert."))
    return redirect("profile")


@require_POST
@gate(*EVERYBODY)
def theme(request: Request) -> HttpResponse:
    """Store the theme chosen in the user menu: 204 for the script, which shows it already, else back to settings."""
    form = ThemeForm(request.POST)
    if not form.is_valid():
        raise NotUnderstood(_("Diese Darstellung gibt es nicht."))
    members.choose_theme(user=request.user, **form.cleaned_data)
    return HttpResponse(status=204) if wants_fragment(request) else redirect("profile")


@require_POST
@gate(*EVERYBODY)
def session_end(request: Request, session_id: int) -> HttpResponse:
    """Log out one of the user's own browsers."""
    sessions.end_session(request.user, session_id)
    messages.success(request, _("Die Sitzung ist abgemeldet."))
    return redirect("usersessions_list")


@require_safe
@gate(*ADMINISTRATORS)
def member_list(request: Request) -> HttpResponse:
    """List all members of the office; those who left come last."""
    people = User.objects.of(request.account).order_by("-is_active", "last_name", "first_name", "email")
    return render(request, "settings/members.html", {"members": people})


@form_page
@gate(*ADMINISTRATORS)
def member_new(request: Request) -> HttpResponse:
    """Show the form of an invitation (GET), or invite somebody (POST)."""
    form = InvitationForm(request.POST or None)
    if not form.is_valid():
        return _show(request, "settings/member_new.html", form)
    invitations.limit(request, form.cleaned_data["email"])
    try:
        user = members.invite(account=request.account, actor=request.user, **form.cleaned_data)
    except NotUnderstood as refusal:
        form.add_error("email", refusal.sentence)
        return _show(request, "settings/member_new.html", form)
    return _send_invitation(request, user)


@require_safe
@gate(*ADMINISTRATORS)
def member(request: Request, member_id: int) -> HttpResponse:
    """Show a member, with role, invitation, and closing or opening the login."""
    found = _load(request, member_id)
    return render(request, "settings/member.html", _shown(found))


@require_POST
@gate(*ADMINISTRATORS)
def member_role(request: Request, member_id: int) -> HttpResponse:
    """Change the member's role."""
    found = _load(request, member_id)
    form = RoleForm(request.POST)
    if not form.is_valid():
        return render(request, "settings/member.html", _shown(found, form=form), status=422)
    changed = members.change_role(actor=request.user, member_id=found.pk, **form.cleaned_data)
    values = {"name": changed.full_name, "role": changed.get_role_display()}
    messages.success(request, _("%(name)s hat jetzt die Rolle %(role)s.") % values)
    return redirect("members" if changed.is_administrator or changed != request.user else "settings")


@require_POST
@gate(*ADMINISTRATORS)
def member_absence(request: Request, member_id: int) -> HttpResponse:
    """Save from when until when the member is away."""
    found = _load(request, member_id)
    form = AbsenceForm(request.POST)
    if not form.is_valid():
        return render(request, "settings/member.html", _shown(found, absence=form), status=422)
    away = members.be_absent(actor=request.user, member_id=found.pk, **form.cleaned_data)
    sentence = _("Die Abwesenheit von %(name)s ist gespeichert.")
    if away.absent_from is None:
        sentence = _("Für %(name)s ist keine Abwesenheit mehr eingetragen.")
    messages.success(request, sentence % {"name": away.full_name})
    return redirect("member", away.pk)


@require_POST
@gate(*ADMINISTRATORS)
def member_deactivation(request: Request, member_id: int) -> HttpResponse:
    """Close the login."""
    gone = members.deactivate(actor=request.user, member_id=member_id)
    if gone == request.user:
        logout(request)
    messages.success(request, _("%(name)s ist ausgeschieden.") % {"name": gone.full_name})
    return redirect("members")


@require_POST
@gate(*ADMINISTRATORS)
def member_reactivation(request: Request, member_id: int) -> HttpResponse:
    """Open the login again."""
    back = members.reactivate(actor=request.user, member_id=member_id)
    messages.success(request, _("%(name)s ist wieder dabei.") % {"name": back.full_name})
    return redirect("members")


@require_POST
@gate(*ADMINISTRATORS)
def member_invitation(request: Request, member_id: int) -> HttpResponse:
    """Send the link again: the one in the last mail expires after three days."""
    found = _load(request, member_id)
    if not found.is_invited:
        raise Conflict(_("%(name)s hat die Einladung schon angenommen.") % {"name": found.full_name})
    invitations.limit(request, found.email)
    members.invite_again(actor=request.user, member_id=found.pk)
    return _send_invitation(request, found)


@never_cache
@sensitive_post_parameters("password")
@form_page
def invitation(request: HttpRequest, member: str, token: str) -> HttpResponse:
    """Accept an invitation with name and password, and log the user in, whose address the link has proved."""
    user = invitations.invited_by(member, token)
    initial = {"first_name": user.first_name, "last_name": user.last_name}
    form = AcceptanceForm(request.POST or None, member=user, initial=initial)
    if not form.is_valid():
        return _show(request, "settings/invitation.html", form, member=user)
    member_now = members.accept(user=user, **form.cleaned_data)
    logout(request)  # somebody else may be logged in on this machine
    login(request, member_now)
    messages.success(request, _("Willkommen! Sie sind angemeldet."))
    answer = redirect("pipeline:home")
    devices.remember(request, answer, member_now.email)
    return answer


def _load(request: Request, member_id: int) -> User:
    found = User.objects.of(request.account).select_related("account").filter(pk=member_id).first()
    if found is None:
        raise Http404
    return found


def _shown(member: User, form: Form | None = None, absence: Form | None = None) -> dict[str, Any]:
    """Return the context of a member's page, with the form that was filled in, if one was."""
    away = {"absent_from": member.absent_from, "absent_until": member.absent_until}
    role = form or RoleForm(initial={"role": member.role})
    return {"member": member, "form": role, "absence": absence or AbsenceForm(initial=away)}


def _send_invitation(request: Request, user: User) -> HttpResponse:
    """Send the invitation, or leave it to the worker if the server does not take it; redirect to the members."""
    named = {"email": user.email}
    try:
        if invitations.send(user, inviter=request.user):
            messages.success(request, _("Die Einladung an %(email)s ist unterwegs.") % named)
        else:
            messages.error(request, _("Der Mailserver lehnt die Adresse %(email)s ab.") % named)
    except NotTaken:
        send_invitation.defer(user_id=user.pk, inviter_id=request.user.pk)
        sentence = _("Die Einladung an %(email)s geht hinaus, sobald der Mailserver wieder Mails annimmt.")
        messages.info(request, sentence % named)
    return redirect("members")

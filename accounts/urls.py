"""Addresses of login, office and members."""

from django.urls import include, path

from accounts import views
from base import converters  # noqa: F401  (registers <id:…>)

urlpatterns = [
    path("accounts/", include("accounts.entrance")),
    path("accounts/sessions/<id:session_id>/end/", views.session_end, name="session-end"),
    path("invitation/<str:member>/<str:token>/", views.invitation, name="invitation"),
    path("settings/", views.settings, name="settings"),
    path("settings/office/", views.office, name="office"),
    path("settings/profile/", views.profile, name="profile"),
    path("settings/theme/", views.theme, name="theme"),
    path("settings/members/", views.member_list, name="members"),
    path("settings/members/new/", views.member_new, name="member-new"),
    path("settings/members/<id:member_id>/", views.member, name="member"),
    path("settings/members/<id:member_id>/role/", views.member_role, name="member-role"),
    path("settings/members/<id:member_id>/invitation/", views.member_invitation, name="member-invitation"),
    path("settings/members/<id:member_id>/absence/", views.member_absence, name="member-absence"),
    path(
        "settings/members/<id:member_id>/deactivation/",
        views.member_deactivation,
        name="member-deactivation",
    ),
    path(
        "settings/members/<id:member_id>/reactivation/",
        views.member_reactivation,
        name="member-reactivation",
    ),
]

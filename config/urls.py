"""All URLs of the product; each room lists its own."""

from django.urls import include, path

from config import health

urlpatterns = [
    path("healthz", health.alive, name="healthz"),
    path("readyz", health.ready, name="readyz"),
    path("", include("pipeline.urls")),  # first, because most requests are for it
    path("", include("accounts.urls")),
    path("", include("contacts.urls")),
    path("", include("funnel.urls")),
    path("", include("intake.urls")),
    path("", include("help.urls")),
    path("", include("live.urls")),
]
handler429 = "base.refusals.too_many_requests"  # called by the login library
handler500 = "base.unavailable.server_error"

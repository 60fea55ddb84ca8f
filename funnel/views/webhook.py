"""The webhook that the provider calls, without login, cookie or CSRF token. A secret authorizes it."""

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.module_loading import import_string
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from funnel.replies import processing
from funnel.replies.processing import WebhookError

READ = "funnel.replies.webhook.read"  # imported if it is used: the library of providers takes four megabytes


@csrf_exempt
@never_cache
@require_POST
def events(request: HttpRequest) -> HttpResponse:
    """Receive bounces, complaints and unsubscriptions. Irrelevant ones get 200 too, or they would be retried."""
    if not settings.MAIL_PROVIDER:
        raise Http404
    try:
        found = import_string(READ)(request)
    except WebhookError as fault:
        headers = {"WWW-Authenticate": 'Basic realm="webhook"'} if fault.status == 401 else {}
        return HttpResponse(status=fault.status, headers=headers)
    for event in found:
        processing.process(event.received, text=event.text, moment=event.moment, now=timezone.now())
    return HttpResponse()

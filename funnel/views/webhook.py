"""The webhook that the provider calls, without login, cookie or CSRF token. A secret authorizes it."""

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from funnel.replies import processing, webhook


@csrf_exempt
@never_cache
@require_POST
def events(request: HttpRequest) -> HttpResponse:
    """Receive bounces, complaints and unsubscriptions. Irrelevant ones get 200 too, or they would be retried."""
    try:
        found = webhook.read(request)
    except webhook.WebhookError as fault:
        headers = {"WWW-Authenticate": 'Basic realm="webhook"'} if fault.status == 401 else {}
        return HttpResponse(status=fault.status, headers=headers)
    for event in found:
        processing.process(event.received, text=event.text, moment=event.moment, now=timezone.now())
    return HttpResponse()

"""How long a sign-in still lasts, and the wish to stay: what the warning before its end asks (screens 1.5)."""

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_http_methods

from limen.kernel.problems import Problem


@require_http_methods(["GET", "POST"])
def stay(request: HttpRequest) -> HttpResponse:
    """Seconds that are left, as `{"left_s": …}`. Looking prolongs nothing; a POST begins the time of this sign-in anew, and of no other."""
    if not request.user.is_authenticated:
        raise Problem("signed-out", "Your sign-in has ended. Sign in again.", status=401)
    if request.method == "POST":
        request.session.modified = True
    return JsonResponse({"left_s": request.session.left_s})  # type: ignore[attr-defined]

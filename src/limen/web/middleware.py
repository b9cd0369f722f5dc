"""What happens around every page: its time, its one transaction, its security headers, and problems in words."""

from collections.abc import Callable

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.http.response import HttpResponseBase

Next = Callable[[HttpRequest], HttpResponseBase]
READING = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class SecurityHeaders:
    """Scripts, styles and connections come from this house only; the import map is let in by its hash."""

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response
        self.policy = "; ".join(
            [
                "default-src 'self'",
                f"script-src 'self' {settings.LIMEN_IMPORT_MAP_HASH}",
                "style-src 'self'",
                "img-src 'self' data:",  # data: is the picture of the authenticator's secret
                "connect-src 'self'",
                "form-action 'self'",
                "frame-ancestors 'none'",
                "base-uri 'none'",
                "object-src 'none'",
            ]
        )

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """An answer that brought its own policy keeps it."""
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", self.policy)
        return response


class Transaction:
    """One writing request is one transaction: it commits with the answer, or nothing of it stays.

    A 4xx commits, because a failed sign-in must be counted; a 5xx or an exception in the view does not.
    """

    def __init__(self, get_response: Next) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Reading requests take no lock at all."""
        if request.method in READING:
            return self.get_response(request)
        with transaction.atomic():
            response = self.get_response(request)
            if response.status_code >= 500 or getattr(request, "broke", False):
                transaction.set_rollback(True)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Remembers the break: when it arrives in `__call__` it is already an answer."""
        request.broke = True  # type: ignore[attr-defined]

"""From an invitation to an account, and the policy before anything else (PEOPLE-4, PEOPLE-6)."""

from datetime import datetime, timedelta
from typing import Final

from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model, login
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from limen.access import queries as access
from limen.identity import queries as identity
from limen.identity import services as accounts
from limen.kernel.actors import Actor
from limen.kernel.problems import NotYours, Problem, Refused
from limen.people import queries as people
from limen.people import services as persons
from limen.places import queries as places
from limen.resident import policy
from limen.resident.asker import Asker, page, signed_in
from limen.web import limits
from limen.web.middleware import now_of
from limen.web.pages import render

TRIES: Final = (30, timedelta(minutes=10))
AGAIN: Final = (3, timedelta(hours=1))


class PasswordForm(forms.Form):
    """A password is long enough, or the same sentence beside the field (PEOPLE-5)."""

    password = forms.CharField(
        label=_("Choose a password"),
        min_length=12,
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=_("At least 12 characters. A sentence is easy to remember."),
    )


@require_http_methods(["GET", "POST"])
def join(request: HttpRequest, token: str) -> HttpResponse:
    """Who invites, where, from when; a password makes the account. Doors are not named before that."""
    now = now_of(request)
    limits.spend("join", limits.address_of(request), most=TRIES[0], span=TRIES[1], now=now)
    invitation = identity.invitation_by_token(token, now)
    if invitation is None:
        raise NotYours
    if request.method == "POST" and request.POST.get("do") == "again":
        return _send_again(request, invitation)
    place = places.property_view(invitation.property_id)
    context: dict[str, object] = {
        "place": place,
        "email": people.person_view(invitation.person_id).email,
        "starts": _starts(invitation, now),
    }
    if identity.user_of(invitation.person_id) is not None:
        return render(request, "resident/join_known.html", context, zone=place.zone)
    if not invitation.is_open(now):
        return render(request, "resident/join_over.html", context, zone=place.zone)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = accounts.accept_invitation(token=token, password=form.cleaned_data["password"], now=now)
        except Refused:
            raise
        except Problem as problem:
            if problem.type != "password":
                raise
            form.add_error("password", problem.title)
        else:
            login(request, get_user_model().objects.get(pk=user.id), backend=settings.AUTHENTICATION_BACKENDS[0])
            accounts.note_session(request=request)
            return HttpResponseRedirect("/home/consent")
    return render(request, "resident/join.html", context | {"form": form}, zone=place.zone)


def _starts(invitation: identity.InvitationView, now: datetime) -> datetime | None:
    """When their first access begins, if that is still to come."""
    grants = [g for g in access.grants_of(invitation.person_id, invitation.property_id) if g.ended_at is None]
    first = min((g.starts for g in grants), default=None)
    return first if first is not None and first > now else None


def _send_again(request: HttpRequest, invitation: identity.InvitationView) -> HttpResponse:
    """A fresh link to the same address, and to no other."""
    now = now_of(request)
    limits.spend("join-again", str(invitation.person_id), most=AGAIN[0], span=AGAIN[1], now=now)
    place = places.property_view(invitation.property_id)
    if identity.user_of(invitation.person_id) is None and not invitation.is_open(now):
        by = Actor(person_id=invitation.person_id, via="join")
        accounts.invite(person_id=invitation.person_id, property_id=invitation.property_id, by=by, now=now)
    return render(request, "resident/join_sent.html", {"place": place}, zone=place.zone)


@signed_in
@require_http_methods(["GET", "POST"])
def consent(request: HttpRequest, asker: Asker) -> HttpResponse:
    """The policy in ten lines; two equal buttons, nothing ticked in advance."""
    if request.method == "POST":
        return _choose(asker, request.POST.get("choice", ""))
    context: dict[str, object] = {"lines": policy.lines(asker.place.profile if asker.place else "EU"), "agreed": asker.agreed}
    return page(request, "declined.html" if asker.person.declined_app else "consent.html", asker, context)


def _choose(asker: Asker, choice: str) -> HttpResponse:
    if choice == "agree":
        if asker.person.declined_app:
            persons.accept_app(person_id=asker.id, by=asker.actor, now=asker.now)
        persons.record_consent(person_id=asker.id, version=policy.VERSION, now=asker.now)
        return HttpResponseRedirect("/")
    if choice == "no-app":
        persons.decline_app(person_id=asker.id, by=asker.actor, now=asker.now)
    if choice == "ask-again":
        persons.accept_app(person_id=asker.id, by=asker.actor, now=asker.now)
    return HttpResponseRedirect("/home/consent")

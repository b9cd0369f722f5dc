"""All cards of a property with their owners, and which cards that can be copied it allows (CARD-1, CARD-3)."""

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from limen.access import queries as access
from limen.console import lists
from limen.console.asker import Asker, managed, page
from limen.credentials import queries as credentials
from limen.credentials import services as verbs
from limen.people import queries as people


class WeakCardsForm(forms.Form):
    """Cards that can be copied, each kind by itself."""

    uid = forms.BooleanField(label=_("Plain cards: anybody who holds one for a minute has a copy"), required=False)
    sun = forms.BooleanField(label=_("Counting cards: what one door has read opens another door later"), required=False)


@managed
@require_http_methods(["GET", "POST"])
def cards(request: HttpRequest, asker: Asker) -> HttpResponse:
    """All cards with their owners, and which cards that can be copied open doors of this property."""
    asker.must(asker.changes_people)
    policy = credentials.card_policy(asker.place.id)
    form = WeakCardsForm(request.POST if request.method == "POST" else None, initial={"uid": policy.allow_uid, "sun": policy.allow_sun})
    if request.method == "POST":
        asker.must(asker.rights.edits_groups, "groups")
        if form.is_valid():
            given = form.cleaned_data
            verbs.allow_weak_cards(property_id=asker.place.id, uid=given["uid"], sun=given["sun"], by=asker.actor, now=asker.now)
            return HttpResponseRedirect(request.path)
    held = _owned(asker)
    part = lists.shown(request, held)
    return page(request, "cards.html", asker, {"here": "more", "form": form, "part": part, "policy": policy})


def _owned(asker: Asker) -> list[tuple[people.PersonView, credentials.CardView]]:
    """Every card that is on here, with its owner, by name; guests of residents are not among them (V13 o)."""
    cards_on = credentials.cards_in(asker.place.id)
    ours = {person.id for person in people.people_in(asker.place.id, asker.now)} | access.people_given(asker.place.id)
    known = people.persons_by_id({card.person_id for card in cards_on} & ours)
    owned = [(known[card.person_id], card) for card in cards_on if card.person_id in known]
    return sorted(owned, key=lambda one: (people.plain(one[0].last), people.plain(one[0].first)))

"""The addresses of residents and guests. Mounted at the root: `/join/…`, `/home/…` and `/home/api/…`."""

from django.urls import path

from limen.resident import calls, codes, doors, endcodes, guestcode, guests, history, joining, keypad, me, moving, offline, phones, state

pages = [
    path("join/<str:token>", joining.join, name="join"),
    path("address/<str:token>", moving.move, name="address"),
    path("home/consent", joining.consent, name="consent"),
    path("home/", doors.home, name="home"),
    path("home/doors/<uuid:door_id>", doors.door, name="home-door"),
    path("home/doors/<uuid:door_id>/update", doors.update, name="home-update"),
    path("home/carry", doors.carry, name="home-carry"),
    path("home/codes", codes.codes, name="home-codes"),
    path("home/me/second", codes.second, name="home-second"),
    path("home/guests", guests.guests, name="home-guests"),
    path("home/guests/invite", guests.invite, name="home-invite"),
    path("home/guests/code", guestcode.form, name="home-guest-code"),
    path("home/guests/codes/<uuid:door_id>", endcodes.end_codes, name="home-door-codes"),
    path("home/guests/end-all", guests.end_all, name="home-end-all"),
    path("home/guests/<uuid:grant_id>/end", guests.end, name="home-end-guest"),
    path("home/history", history.shown, name="home-history"),
    path("home/photos/<uuid:photo_id>", history.still, name="home-photo"),
    path("home/calls", calls.calls, name="home-calls"),
    path("home/call/<uuid:call_id>", calls.call, name="home-call"),
    path("home/me", me.me, name="home-me"),
    path("home/me/keypad", keypad.keypad, name="home-keypad"),
    path("home/me/intercom", me.listed, name="home-intercom"),
    path("home/me/phones", me.phones, name="home-phones"),
    path("home/me/phones/<uuid:phone_id>/remove", me.remove_phone, name="home-remove-phone"),
    path("home/me/sessions/<int:session_id>/end", me.end_session, name="home-end-session"),
    path("home/help", offline.guide, name="home-help"),
    path("home/no-signal", offline.without, name="home-no-signal"),
    path("home/sw.js", offline.worker, name="home-worker"),
    path("home/manifest.webmanifest", offline.manifest, name="home-manifest"),
]

questions = [
    path("home/api/state", state.state),
    path("home/api/phones", phones.phones),
    path("home/api/phones/<uuid:phone_id>", phones.phone),
    path("home/api/phones/<uuid:phone_id>/left", phones.left),
    path("home/api/codes/<uuid:door_id>/show", codes.show),
    path("home/api/codes/<uuid:door_id>/reset", codes.reset),
    path("home/api/codes/<uuid:door_id>/second", codes.show_second),
    path("home/api/guests", guests.api),
    path("home/api/guests/<uuid:grant_id>/end", guests.api_end),
    path("home/api/guests/code", guestcode.make),
    path("home/api/guests/code/<uuid:code_id>/send", guestcode.send),
    path("home/api/guests/code/<uuid:code_id>/end", guestcode.end),
    path("home/api/calls/<uuid:call_id>", calls.look),
    *(path(f"home/api/calls/<uuid:call_id>/{what}", calls.act, {"what": what}) for what in calls.ACTS),
    path("home/api/calls/<uuid:call_id>/code", calls.code),
    path("home/api/calls/<uuid:call_id>/digits", calls.show),
    path("home/api/intercom", me.api_listed),
    path("home/api/intercom/test", me.api_ring),
]

urlpatterns = pages + questions

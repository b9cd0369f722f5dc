"""The addresses of the console: `/c/…` for the building chosen last, `/c/{property}/…` for a named one. Ids in addresses, never names."""

from django.urls import URLPattern, URLResolver, include, path

from limen.console import activation, codes, doors, ending, giving, groups, history, home, imports, people, signs, updates

pages: list[URLPattern | URLResolver] = [
    path("", home.home, name="console-home"),
    path("more", home.more, name="console-more"),
    path("find", home.find, name="console-find"),
    path("place", home.choose_place, name="console-place"),
    path("updates", updates.due, name="console-updates"),
    path("doors", doors.doors, name="console-doors"),
    path("doors/add", doors.add, name="console-door-add"),
    path("doors/<uuid:door_id>", doors.door, name="console-door"),
    path("doors/<uuid:door_id>/update", updates.update, name="console-door-update"),
    path("doors/<uuid:door_id>/activate", activation.activate, name="console-door-activate"),
    path("doors/<uuid:door_id>/history", history.door_history, name="console-door-history"),
    path("history", history.history, name="console-history"),
    path("units", people.units, name="console-units"),
    path("units/<uuid:unit_id>", people.unit, name="console-unit"),
    path("people", people.people_list, name="console-people"),
    path("people/invite", people.invite, name="console-invite"),
    path("people/<uuid:person_id>", people.person, name="console-person"),
    path("people/<uuid:person_id>/give", giving.give, name="console-give"),
    path("people/<uuid:person_id>/pause", ending.pause, name="console-pause"),
    path("people/<uuid:person_id>/resume", ending.resume, name="console-resume"),
    path("people/<uuid:person_id>/moveout", ending.move_out, name="console-move-out"),
    path("people/<uuid:person_id>/codes", codes.codes, name="console-codes"),
    path("people/<uuid:person_id>/check", codes.check, name="console-check"),
    path("people/<uuid:person_id>/phones/<uuid:phone_id>/remove", ending.remove_phone, name="console-phone-remove"),
    path("grants/<uuid:grant_id>/end", ending.end, name="console-grant-end"),
    path("groups", groups.groups, name="console-groups"),
    path("groups/add", groups.add, name="console-group-add"),
    path("groups/<uuid:group_id>", groups.group, name="console-group"),
    path("import", imports.choose, name="console-import"),
    path("import/<slug:kind>/template", imports.template, name="console-import-template"),
    path("import/preview", imports.preview, name="console-import-preview"),
    path("import/run", imports.run, name="console-import-run"),
    path("import/bad", imports.bad, name="console-import-bad"),
    path("links", signs.signs, name="console-links"),
    path("links/<uuid:link_id>", signs.sign, name="console-link"),
    path("links/<uuid:link_id>/print", signs.print_sign, name="console-link-print"),
    path("links/<uuid:link_id>/rotate", signs.rotate, name="console-link-rotate"),
]

urlpatterns: list[URLPattern | URLResolver] = [*pages, path("<uuid:property_id>/", include(pages))]

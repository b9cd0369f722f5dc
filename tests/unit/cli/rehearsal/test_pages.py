"""A page is read as a person without scripts meets it."""

import pytest

from limen.cli.rehearsal import pages
from limen.cli.rehearsal.pages import NotOnPage

PAGE = """<!doctype html><html><head><title>Give  access</title><meta name="limen-channel" content="websocket"><script>var unseen = 1</script></head>
<body><a href="/c/people"> <b>Ana</b> Ruiz </a>
<form method="post" action="/c/give"><input type="hidden" name="token" value="abc">
<input type="hidden" name="to" value="1"><input type="hidden" name="to" value="2">
<label><input type="checkbox" name="groups" value="g1"><span><b>Residents</b></span></label>
<label><input type="checkbox" name="groups" value="g2" checked><span>Roof</span></label>
<label><input type="radio" name="standing" value="resident">Resident</label>
<input type="file" name="file"><input name="gone" disabled value="1"><textarea name="note">two
words</textarea>
<select name="days"><option value="1">one</option><option value="7" selected>seven</option></select>
<button name="step" value="check" class="x">Continue</button><button type="button">Not this</button></form>
<form><input name="q" value=""><button>Find</button></form></body></html>"""


def page() -> pages.Page:
    """The page of this test."""
    return pages.read("http://localhost/here", 200, PAGE)


def test_words_are_what_one_reads() -> None:
    """Titles, texts and labels; nothing of scripts and styles."""
    read = page()
    assert read.title == "Give access"
    assert "unseen" not in read.words
    read.says("Ana", "Ruiz", "Residents")
    with pytest.raises(NotOnPage, match="Revoked"):
        read.says("Revoked")


def test_a_form_sends_what_a_browser_would_send() -> None:
    """Hidden, checked and selected values, and the button that was pressed; no files, nothing disabled."""
    form = page().form("Continue")
    assert form.sent("Continue") == {
        "token": ["abc"], "to": ["1", "2"], "groups": ["g2"], "note": ["two words"], "days": ["7"], "step": ["check"],
    }  # fmt: skip
    assert (form.method, form.action) == ("post", "/c/give")


def test_choices_are_found_by_their_words() -> None:
    """What stands beside a tick tells which one it is; nothing is preselected that the page did not select."""
    form = page().form(holds="groups")
    assert form.fields["groups"].choices == [("g1", "Residents"), ("g2", "Roof")]
    assert form.fields["standing"].values == []


def test_links_and_forms_that_are_not_there_are_said() -> None:
    """The reason names what was looked for and where."""
    read = page()
    assert read.link("Ana Ruiz") == "/c/people"
    assert read.form("Find").method == "get"
    for look in (lambda: read.link("Ben"), lambda: read.form("Not this"), lambda: read.form(holds="nothing")):
        with pytest.raises(NotOnPage, match="localhost/here"):
            look()

"""Static files live under a digest of all of them."""

import base64
import hashlib
import json
from pathlib import Path

import pytest
from django.test import Client

from limen.config import statics


def test_a_changed_file_changes_every_address(tmp_path: Path) -> None:
    """Files may be kept for ever, because a new one has a new address."""
    file = tmp_path / "web" / "static" / "page.js"
    file.parent.mkdir(parents=True)
    file.write_text("export const a = 1;\n")
    first = statics.digest_of(tmp_path)
    assert first == statics.digest_of(tmp_path)
    file.write_text("export const a = 2;\n")
    assert statics.digest_of(tmp_path) != first


def test_a_renamed_file_changes_every_address(tmp_path: Path) -> None:
    """The name of a file is part of what it is."""
    file = tmp_path / "web" / "static" / "page.js"
    file.parent.mkdir(parents=True)
    file.write_text("export const a = 1;\n")
    first = statics.digest_of(tmp_path)
    file.rename(file.with_name("other.js"))
    assert statics.digest_of(tmp_path) != first


def test_the_policy_lets_in_exactly_the_text_of_the_map() -> None:
    """One more space, and the browser would refuse it."""
    text = statics.import_map("/static/abc/")
    assert json.loads(text) == {"imports": {"limen/": "/static/abc/"}}
    assert statics.source_hash(text) == "'sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() + "'"


@pytest.mark.django_db
def test_every_page_carries_the_policy(client: Client) -> None:
    """Scripts come from this house, and the import map by its hash."""
    policy = client.get("/signin", follow=False).headers["Content-Security-Policy"]
    assert "script-src 'self' 'sha256-" in policy
    assert "unsafe" not in policy

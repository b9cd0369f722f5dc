"""Which keys hold which role, root after root (protocol A.4): the first one made with the installation, later ones when roles are added.

A lock pins the root of its ticket and takes later ones from its updates, each signed by the threshold of the one before and of itself. An
installation with a ceremony of its own lays its statements into `keys/root.statement`, `keys/root-2.statement` and so on; nothing here then signs.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from django.conf import settings

from limen.storage import files, kms
from limen.wire.envelope import Typ, load_public
from limen.wire.roots import Root, open_root, sign_root

KF_HOLDERS = 3


def statements() -> tuple[bytes, ...]:
    """Every root so far, oldest first. The number of each is its place, counted from one."""
    found = [kms.root_statement()]
    while (path := _path(len(found) + 1)).exists():
        found.append(path.read_bytes())
    return tuple(found)


def newest() -> Root:
    """The root that holds now."""
    return open_root(statements()[-1])


def trust_firmware(holders: Sequence[bytes]) -> int:
    """Names the three offline keys that sign firmware, and this installation's online key for the list; gives the number of the root that says so.

    `holders` are compressed public keys. Naming the same keys again makes no new root. ValueError for anything but three different keys.
    """
    public = tuple(sorted(set(holders)))
    if len(public) != KF_HOLDERS:
        raise ValueError("three different keys sign firmware")
    for key in public:
        load_public(key)
    before = newest()
    roles = {**before.roles, Typ.FW_TARGETS: public, Typ.FW_LIST: (kms.firmware_signer().public,)}
    if roles == before.roles:
        return before.n
    fresh: Root = replace(before, n=before.n + 1, roles=roles)
    files.create(_path(fresh.n), sign_root(fresh, kms.root_signers()[: fresh.threshold]))
    return fresh.n


def _path(number: int) -> Path:
    return Path(settings.LIMEN_DATA) / "keys" / f"root-{number}.statement"

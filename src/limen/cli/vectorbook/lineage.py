"""Chapter roots: which lists of roles follow which, and whose signature counts after each."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from limen.cli.vectorbook.channel import Case
from limen.cli.vectorbook.steady import NOW, signer
from limen.wire import cbor, roots
from limen.wire.envelope import SIGNED_BY, Role, SoftSigner, Typ, sign1
from limen.wire.roots import Root
from limen.wire.tickets import ROLE_TYPS

OLD = tuple(signer(f"ROOT {number}") for number in range(3))
NEW = (OLD[0], OLD[1], signer("ROOT 3"), signer("ROOT 4"))


def root_cases() -> Case:
    """A first root, two that follow, and everything that does not."""
    first, second, third = _lineage()
    book = {
        "first": (first, OLD[:2]),
        "second, another KG": (second, OLD[:2]),
        "third, other keys and a threshold of three": (third, NEW[:3]),
    }
    return {
        "about": "Roots (R-1 to R-5). chain: each statement is believed as the root after the one before it in the list (the first alone), and then keys "
        "are those that count by typ. refuse: statements that must not be believed after the root of the chain with number after (0: as a first root).",
        "chain": [_told(name, root, roots.sign_root(root, by)) for name, (root, by) in book.items()],
        "refuse": [{"why": why, "after": n, "statement": data.hex()} for why, n, data in _refused(first, second, third)],
    }


def after_theft() -> bytes:
    """The second root: another KG."""
    return roots.sign_root(_lineage()[1], OLD[:2])


def _lineage() -> tuple[Root, Root, Root]:
    roles = {typ: (signer(role.name).public,) for typ, role in SIGNED_BY.items() if typ in ROLE_TYPS}
    first = Root(n=1, expires=NOW + 365 * 86_400, threshold=2, keys=tuple(key.public for key in OLD), roles=roles)
    after_theft = {typ: keys if SIGNED_BY[typ] is not Role.KG else (signer("KG 2").public,) for typ, keys in roles.items()}
    second = replace(first, n=2, roles=after_theft)
    both = after_theft | {Typ.MANIFEST: (signer("KU").public, signer("KU 2").public)}
    return first, second, replace(second, n=3, threshold=3, keys=tuple(key.public for key in NEW), roles=both)


def _told(name: str, root: Root, statement: bytes) -> Case:
    return {
        "name": name,
        "n": root.n,
        "expires": root.expires,
        "threshold": root.threshold,
        "root_keys": [key.hex() for key in root.keys],
        "keys": {str(int(typ)): [key.hex() for key in keys] for typ, keys in sorted(root.roles.items())},
        "statement": statement.hex(),
    }


def _refused(first: Root, second: Root, third: Root) -> Iterable[tuple[str, int, bytes]]:
    stranger = signer("stranger")
    yield "one key of two", 0, roots.sign_root(first, OLD[:1])
    yield "one key twice", 0, roots.sign_root(first, (OLD[0], OLD[0]))
    yield "a key and a stranger", 0, roots.sign_root(first, (OLD[0], stranger))
    yield "two payloads", 0, _joined([(first, OLD[0]), (second, OLD[1])])
    yield "signed as a ticket", 0, _joined([(first, OLD[0]), (first, OLD[1])], Typ.TICKET)
    yield "a threshold of one", 0, roots.sign_root(replace(first, threshold=1), OLD[:2])
    yield "a threshold above its keys", 0, roots.sign_root(replace(first, threshold=4), OLD)
    yield "a key that stands twice", 0, roots.sign_root(replace(first, keys=(first.keys[0], first.keys[0], first.keys[1])), OLD[:2])
    yield "two keys", 0, roots.sign_root(replace(first, keys=first.keys[:2]), OLD[:2])
    yield "nobody", 0, cbor.encode([])
    yield "the same number", 1, roots.sign_root(replace(second, n=1), OLD[:2])
    yield "a number left out", 1, roots.sign_root(third, NEW[:3])
    yield "a number before", 2, roots.sign_root(first, OLD[:2])
    yield "by its own keys alone", 2, roots.sign_root(third, NEW[1:])
    yield "by the keys before it alone", 2, roots.sign_root(third, OLD)
    yield "by the role that it replaces", 1, roots.sign_root(second, (signer("KG"), signer("KA")))


def _joined(parts: Sequence[tuple[Root, SoftSigner]], typ: Typ = Typ.ROOT) -> bytes:
    """Statements of one array that need not say the same."""
    return cbor.encode([sign1(typ, _payload(root), key) for root, key in parts])


def _payload(root: Root) -> bytes:
    roles: dict[int, cbor.Encodable] = {int(typ): list(keys) for typ, keys in root.roles.items()}
    return cbor.encode([root.n, root.expires, root.threshold, list(root.keys), roles])

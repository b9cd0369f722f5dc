"""Who may sign what, said by a threshold of offline keys, and how that list changes (protocol A.4, clauses R-1 to R-6).

``roots = [+ sign1<65009, root>]``: the same payload under several keys. The first root of an epoch is pinned by the ticket; a later one
needs the threshold of the root before it and of itself.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from limen.wire import cbor, limits, shape
from limen.wire.cbor import Malformed, Value
from limen.wire.envelope import BadSignature, RoleKeys, Signer, Typ, load_public, open1, sign1, unverified_payload

KEYS_MIN, KEYS_MAX = 3, 8


@dataclass(frozen=True, kw_only=True)
class Root:
    """Version ``n`` of the role list: ``threshold`` of ``keys`` sign it, ``roles`` says which keys verify which type."""

    n: int
    expires: int
    threshold: int
    keys: tuple[bytes, ...]
    roles: Mapping[Typ, tuple[bytes, ...]]

    def role_keys(self) -> RoleKeys:
        """The keys by type."""
        return RoleKeys(self.roles)


def sign_root(root: Root, signers: Iterable[Signer]) -> bytes:
    """The root under each of ``signers``."""
    roles: dict[int, cbor.Encodable] = {int(typ): list(keys) for typ, keys in root.roles.items()}
    payload = cbor.encode([root.n, root.expires, root.threshold, list(root.keys), roles])
    return cbor.encode([sign1(Typ.ROOT, payload, signer) for signer in signers])


def open_root(data: bytes, before: Root | None = None) -> Root:
    """The root in ``data``: signed by its own threshold, and by that of ``before`` whose number it follows; ``BadSignature``, ``Malformed``."""
    parts = [shape.blob(part) for part in shape.array(cbor.decode(data, limits.ROOT_BYTES_MAX), 1, KEYS_MAX)]
    root = _read(unverified_payload(parts[0], limits.ROOT_BYTES_MAX)[1])
    if before is not None and root.n != before.n + 1:
        raise Malformed("not the next root")
    for judge in (root, *((before,) if before is not None else ())):
        if len(_signed_by(parts, judge, root)) < judge.threshold:
            raise BadSignature("below the threshold")
    return root


def _signed_by(parts: list[bytes], judge: Root, root: Root) -> set[bytes]:
    found = set()
    for key in judge.keys:
        for part in parts:
            try:
                if _read(open1(part, Typ.ROOT, RoleKeys({Typ.ROOT: (key,)}), limits.ROOT_BYTES_MAX).payload) == root:
                    found.add(key)
            except BadSignature:
                continue
    return found


def _read(payload: bytes) -> Root:
    n, expires, threshold, keys, roles = shape.array(cbor.decode(payload, limits.ROOT_BYTES_MAX), 5)
    public = tuple(_key(key) for key in shape.array(keys, KEYS_MIN, KEYS_MAX))
    if len(set(public)) != len(public):
        raise Malformed("a key counts once")
    return Root(
        n=shape.uint(n, shape.U32),
        expires=shape.uint(expires, shape.U32),
        threshold=shape.integer(threshold, 2, len(public)),
        keys=public,
        roles=_roles(roles),
    )


def _key(value: Value) -> bytes:
    public = shape.blob(value, limits.KEY_BYTES)
    load_public(public)
    return public


def _roles(value: Value) -> dict[Typ, tuple[bytes, ...]]:
    if not isinstance(value, dict) or len(value) > len(Typ):
        raise Malformed("roles")
    found: dict[Typ, tuple[bytes, ...]] = {}
    for number, keys in value.items():
        if not isinstance(number, int):
            raise Malformed("roles")
        found[shape.member(Typ, number)] = tuple(_key(key) for key in shape.array(keys, 1, KEYS_MAX))
    return found

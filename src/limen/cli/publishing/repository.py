"""The service's side of TUF: root and snapshot and timestamp around what holders signed, and python-tuf's own client as the judge.

Everything lies in `$LIMEN_DATA/firmware`. What the client once believed stays in `trusted/`, so an older archive is refused by the same rules by
which any TUF client refuses it: per role, by version, signature, threshold and expiry.
"""

import shutil
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric import ec
from securesystemslib.signer import CryptoSigner
from tuf.api.exceptions import DownloadHTTPError, RepositoryError
from tuf.api.metadata import Metadata, MetaFile, Root, Snapshot, Targets, Timestamp
from tuf.ngclient import Updater, UpdaterConfig
from tuf.ngclient.fetcher import FetcherInterface

from limen.cli.publishing import holders
from limen.wire.envelope import SoftSigner

LIST_DAYS = 180
NEVER = datetime(2100, 1, 1, tzinfo=UTC)
BASE = "file:///"


class NotBelieved(Exception):
    """python-tuf's client would not take this."""


class Repository:
    """Metadata and images as a TUF client would fetch them."""

    def __init__(self, folder: Path) -> None:
        self.metadata, self.targets, self._trusted = folder / "metadata", folder / "targets", folder / "trusted"
        for path in (self.metadata, self.targets, self._trusted):
            path.mkdir(mode=0o700, parents=True, exist_ok=True)

    def trust(self, roots: list[SoftSigner], online: SoftSigner, offline: tuple[bytes, ...], threshold: int = 2) -> None:
        """Writes the next root: the installation's root keys, the offline holders for targets, the online key for the rest."""
        number = len(list(self.metadata.glob("*.root.json"))) + 1
        root = Root(version=number, expires=NEVER, consistent_snapshot=False)
        for signer in roots:
            root.add_key(holders.public_for_tuf(signer.public), Root.type)
        for public in offline:
            root.add_key(holders.public_for_tuf(public), Targets.type)
        for role in (Snapshot.type, Timestamp.type):
            root.add_key(holders.public_for_tuf(online.public), role)
        root.roles[Root.type].threshold = root.roles[Targets.type].threshold = threshold
        metadata = Metadata(root)
        for signer in roots[:threshold]:
            metadata.sign(holders.for_tuf(signer), append=True)
        metadata.to_file(str(self.metadata / f"{number}.root.json"))

    def judge(self, archive: Path, online: SoftSigner, now: datetime) -> None:
        """Takes an archive's targets in if python-tuf's client believes them and every byte they name; NotBelieved otherwise, and nothing stays."""
        kept = {path: path.read_bytes() for path in self.metadata.glob("*.json") if path.name[0] not in "0123456789"}
        try:
            shutil.copyfile(archive / "targets.json", self.metadata / "targets.json")
            self._around(online, now)
            self._as_a_client(archive)
        except (RepositoryError, DownloadHTTPError, OSError, ValueError) as problem:
            for name in ("targets.json", "snapshot.json", "timestamp.json"):
                (self.metadata / name).unlink(missing_ok=True)
            for path, data in kept.items():
                path.write_bytes(data)
            raise NotBelieved(str(problem)) from problem

    def _around(self, online: SoftSigner, now: datetime) -> None:
        """Snapshot and timestamp over the new targets, both by the online key, good for 180 days."""
        ends = (now + timedelta(days=LIST_DAYS)).astimezone(UTC).replace(microsecond=0)
        targets = Metadata[Targets].from_file(str(self.metadata / "targets.json"))
        before = self.metadata / "snapshot.json"
        number = Metadata[Snapshot].from_file(str(before)).signed.version + 1 if before.exists() else 1
        snapshot = Metadata(Snapshot(version=number, expires=ends, meta={"targets.json": MetaFile(targets.signed.version)}))
        timestamp = Metadata(Timestamp(version=number, expires=ends, snapshot_meta=MetaFile(number)))
        key = CryptoSigner(ec.derive_private_key(int.from_bytes(online.scalar, "big"), ec.SECP256R1()))
        for metadata, name in ((snapshot, "snapshot"), (timestamp, "timestamp")):
            metadata.sign(key)
            metadata.to_file(str(self.metadata / f"{name}.json"))

    def _as_a_client(self, archive: Path) -> None:
        first = (self.metadata / "1.root.json").read_bytes()
        config = UpdaterConfig(prefix_targets_with_hash=False)
        trial = self._trusted.with_name("trial")
        shutil.rmtree(trial, ignore_errors=True)
        shutil.copytree(self._trusted, trial, symlinks=True)
        files = _Files(self.metadata, archive / "images")
        updater = Updater(
            str(trial), BASE + "metadata/", str(self.targets), BASE + "images/", fetcher=files, config=config, bootstrap=first
        )
        updater.refresh()
        for name in Metadata[Targets].from_file(str(self.metadata / "targets.json")).signed.targets:
            info = updater.get_targetinfo(name)
            if info is None:
                raise ValueError(f"{name} is not among the targets")
            updater.download_target(info, str(self.targets / name.replace("/", "-")))
        shutil.rmtree(self._trusted)
        trial.rename(self._trusted)


class _Files(FetcherInterface):
    """What a TUF client would fetch over a network, from two folders."""

    def __init__(self, metadata: Path, images: Path) -> None:
        self._folders = {"metadata": metadata, "images": images}

    def _fetch(self, url: str) -> Iterator[bytes]:
        kind, _, name = url.removeprefix(BASE).partition("/")
        path = self._folders[kind] / name
        if not path.resolve().is_relative_to(self._folders[kind].resolve()) or not path.is_file():
            raise DownloadHTTPError("no such file", 404)
        yield path.read_bytes()

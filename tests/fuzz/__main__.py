"""`python -m tests.fuzz NAME [libFuzzer's options and folders]`: one harness under atheris, until a fault or the time is over (`make fuzz`).

`python -m tests.fuzz --plant` writes what honest peers send into the corpus, for a harness that is new or whose messages changed.
"""

import hashlib
import sys

from tests.fuzz.harness import CORPUS


def plant() -> None:
    """Adds the seeds; what is there stays."""
    from tests.fuzz.every import HARNESSES

    for harness in HARNESSES.values():
        for seed in harness.seeds():
            path = CORPUS / harness.name / hashlib.sha256(seed).hexdigest()[:16]
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(seed)


def fuzz(arguments: list[str]) -> None:
    """Does not return: libFuzzer ends the process."""
    import atheris  # only for `make fuzz`, and only where there is a wheel

    with atheris.instrument_imports(include=["limen"]):
        from tests.fuzz.every import HARNESSES
    atheris.Setup([sys.argv[0], *arguments[1:]], HARNESSES[arguments[0]].run)
    atheris.Fuzz()


if __name__ == "__main__":
    if sys.argv[1:] == ["--plant"]:
        plant()
    else:
        fuzz(sys.argv[1:])

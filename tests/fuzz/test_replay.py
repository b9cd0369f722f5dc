"""The committed corpus and seeded mutations of it, at every way in (protocol 11, invariants 26, 79 and 80). `make fuzz` searches further."""

import tracemalloc

import pytest

from tests.fuzz.every import HARNESSES
from tests.fuzz.harness import CORPUS, Harness
from tests.fuzz.mutation import BOMBS, mutations

MUTATIONS = 2_000
MUTATIONS_OF_A_PARTY = 120
PARTIES = frozenset({"lock-requests", "lock-frames", "lock-card", "lock-cover", "phone", "table", "nfc", "osdp-controller", "osdp-reader"})
SEALED = frozenset({"handshake", "transport", "segment", "grant", "receipt", "door-info", "ticket", "release"})
SIGNED = SEALED | {"log-ack", "time", "telemetry", "root", "fw-list", "fw-direction"}
PLACES = 24


@pytest.mark.parametrize("harness", HARNESSES.values(), ids=lambda one: one.name)
def test_what_was_ever_found_and_what_honest_peers_say_is_no_fault(harness: Harness) -> None:
    """Every input of the corpus: read as the one spelling of something, or refused by name (invariant 79)."""
    corpus = harness.corpus()
    assert corpus
    for data in corpus:
        harness.run(data)


@pytest.mark.parametrize("harness", HARNESSES.values(), ids=lambda one: one.name)
def test_no_bytes_crash_a_way_in_or_have_two_spellings(harness: Harness) -> None:
    """Thousands of near misses: nothing crashes, opens, moves a clock or reads as what is spelled otherwise (invariants 26, 79 and 80)."""
    count = MUTATIONS_OF_A_PARTY if harness.name in PARTIES else MUTATIONS // 4 if harness.name in SIGNED else MUTATIONS
    for data in mutations(harness.corpus(), count, harness.name):
        try:
            harness.run(data)
        except Exception as fault:
            raise AssertionError(f"{harness.name}: {data.hex()}") from fault


@pytest.mark.parametrize("name", sorted(set(HARNESSES) - PARTIES - SIGNED))
def test_sizes_are_judged_before_anything_is_allocated(name: str) -> None:
    """Heads that promise terabytes, at any place of a message, cost about what the message itself does (invariant 79)."""
    harness = HARNESSES[name]
    seed = max(harness.corpus(), key=len)[:600]
    tracemalloc.start()
    try:
        for at in range(0, len(seed) + 1, max(1, len(seed) // PLACES)):
            for bomb in BOMBS:
                tracemalloc.reset_peak()
                before = tracemalloc.get_traced_memory()[0]
                harness.run(seed[:at] + bomb + seed[at:])
                assert tracemalloc.get_traced_memory()[1] - before < 128 * 1024
    finally:
        tracemalloc.stop()


def test_no_corpus_is_without_its_harness() -> None:
    """A folder that nothing runs proves nothing."""
    assert {path.name for path in CORPUS.iterdir()} == set(HARNESSES)

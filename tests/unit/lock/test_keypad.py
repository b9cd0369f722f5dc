"""What counts as an entry (CODE-9)."""

import itertools
from collections.abc import Iterable

import pytest

from limen.lock.keypad import Discarded, Entry, Keypad


def typed(code: Iterable[int], *, every_ms: int = 300, digits: int = 7, pause_s: int = 5) -> tuple[Keypad, int, object]:
    """Lens, digits, check mark."""
    keypad, at = Keypad(), 0
    keypad.touch_lens(at)
    for digit in code:
        at += every_ms
        keypad.type(digit, at, pause_s=pause_s)
    return keypad, at, keypad.check(at + 100, digits=digits, pause_s=pause_s)


@pytest.mark.rule("CODE-9")
def test_the_check_mark_ends_an_entry() -> None:
    assert typed([1, 2, 3, 4, 5, 6, 7])[2] == Entry("1234567")


@pytest.mark.rule("CODE-9")
def test_leading_decoys_are_welcome_and_only_the_last_digits_count() -> None:
    assert typed([9, 9, 9, 1, 2, 3, 4, 5, 6, 7])[2] == Entry("1234567")


@pytest.mark.rule("CODE-9")
def test_the_waking_touch_is_no_digit() -> None:
    keypad = Keypad()
    keypad.type(1, 0, pause_s=5)
    for n, digit in enumerate((2, 3, 4)):
        keypad.type(digit, 300 * n, pause_s=5)
    assert keypad.check(1000, digits=4, pause_s=5) is Discarded.TOO_SHORT


@pytest.mark.rule("CODE-9")
def test_more_than_five_seconds_between_digits_discards() -> None:
    keypad = Keypad()
    keypad.touch_lens(0)
    keypad.type(1, 100, pause_s=5)
    assert keypad.type(2, 5_101, pause_s=5) is Discarded.TOO_SLOW


@pytest.mark.rule("CODE-9")
def test_at_the_door_of_a_slower_person_eight_seconds_are_fine() -> None:
    assert typed([1, 2, 3, 4], every_ms=8_000, digits=4, pause_s=20)[2] == Entry("1234")


@pytest.mark.rule("CODE-9")
def test_two_seconds_of_silence_end_an_entry_by_themselves_and_longer_in_proportion() -> None:
    for pause_s, settle_ms in ((5, 2_000), (20, 8_000)):
        keypad = Keypad()
        keypad.touch_lens(0)
        for n in range(4):
            keypad.type(n, 100 * n, pause_s=pause_s)
        assert keypad.due(digits=4, pause_s=pause_s) == 300 + settle_ms
        assert keypad.tick(299 + settle_ms, digits=4, pause_s=pause_s) is None
        assert keypad.tick(300 + settle_ms, digits=4, pause_s=pause_s) == Entry("0123")


@pytest.mark.rule("CODE-9")
def test_too_few_digits_with_the_check_mark_are_discarded() -> None:
    assert typed([1, 2, 3])[2] is Discarded.TOO_SHORT


@pytest.mark.rule("CODE-9")
def test_seventeen_digits_wipe_the_buffer() -> None:
    keypad = Keypad()
    keypad.touch_lens(0)
    found = [keypad.type(n % 10, 10 * n, pause_s=5) for n in range(17)]
    assert found[-1] is Discarded.TOO_LONG
    assert keypad.check(200, digits=4, pause_s=5) is None


def test_an_asleep_keypad_has_nothing_to_check() -> None:
    assert Keypad().check(0, digits=4, pause_s=5) is None


@pytest.mark.rule("CODE-9", "CODE-10")
def test_no_stream_of_digits_tests_more_codes_than_it_has_ends() -> None:
    """Inv. 47: a de Bruijn sequence of all four-digit codes, typed as fast as hands can, is compared once per end."""
    stream = de_bruijn(10, 4)
    keypad, tried, at = Keypad(), 0, 0
    keypad.touch_lens(at)
    ends = 0
    for n, digit in enumerate(stream[:3000]):
        at += 200
        keypad.type(digit, at, pause_s=5)
        if n % 16 == 15:
            ends += 1
            tried += isinstance(keypad.check(at + 50, digits=4, pause_s=5), Entry)
    assert tried == ends == 3000 // 16


def de_bruijn(k: int, n: int) -> list[int]:
    """Every word of n letters out of k, once."""
    word, sequence = [0] * (k * n), list[int]()

    def extend(t: int, p: int) -> None:
        if t > n:
            if n % p == 0:
                sequence.extend(word[1 : p + 1])
            return
        word[t] = word[t - p]
        extend(t + 1, p)
        for j in range(word[t - p] + 1, k):
            word[t] = j
            extend(t + 1, t)

    extend(1, 1)
    assert len({tuple(itertools.islice(sequence, i, i + n)) for i in range(50)}) == 50
    return sequence

"""What the chapter of visits says of the record."""

from tests.unit.cli.vectorbook.test_visits import cases


def test_the_record_of_an_opening_is_read_and_freed_by_the_services_word_alone() -> None:
    """What is acknowledged is gone, what came after it stays, and each log epoch after an acknowledgement is a new one (L-4, M-32)."""
    read = [step for step in cases()["an opening is recorded, carried away and freed"] if step["do"] == "log"]
    assert [len(step["records"]) for step in read] == [1, 0, 2, 1, 1]
    assert [record["epoch"] for step in read for record in step["records"]] == [0, 1, 1, 1, 1]


def test_a_new_log_key_seals_what_comes_after_it_and_nothing_that_came_before() -> None:
    """Header and segments (L-18)."""
    before, *after = [step for step in cases()["the building has a new log key"] if step["do"] == "log"]
    assert before["klog"] == "K_log" and {step["klog"] for step in after} == {"K_log 2"}
    assert [record["klog"] for record in after[-1]["records"]] == ["K_log", *["K_log 2"] * 3]


def test_a_head_is_hidden_from_staff_at_a_flat_and_from_nobody_at_home() -> None:
    """P-1."""
    heads = [step["receipt"]["full"]["head"] for step in cases()["at a flat's door"] if step["do"] == "receipt"]
    assert heads == ["head8", "head8", "head"]

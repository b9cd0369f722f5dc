"""The chapter about firmware."""

from limen.cli.vectorbook import images


def test_the_chapter_has_small_and_large_chunks_and_statements_to_refuse() -> None:
    """1 KiB chunks and 4 KiB ones, and what is no threshold."""
    book = images.firmware_cases()
    assert isinstance(book["images"], list) and [len(bytes.fromhex(image["hashes"])) // 16 for image in book["images"]] == [3, 18]
    assert isinstance(book["refuse"], list) and len(book["refuse"]) == 5

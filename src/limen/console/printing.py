"""What signs and letters have in common."""

from typing import Final

MM_PER_PT: Final = 0.3528


def latin(text: str) -> str:
    """As core fonts can draw it: letters of other scripts become question marks."""
    return text.encode("latin-1", "replace").decode("latin-1")

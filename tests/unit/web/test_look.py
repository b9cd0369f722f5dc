"""The colours can be read: contrast is computed from the tokens, not judged by eye."""

import re
from pathlib import Path

import pytest

TOKENS = (Path(__file__).parents[3] / "src/limen/web/static/web/tokens.css").read_text()
NAME_AND_COLOUR = re.compile(r"--([a-z-]+):\s*(#[0-9a-f]{6})")
WORDS = ["ink", "quiet", "attention-word", "danger-word", "good-word", "act"]
GROUNDS = ["paper", "sheet"]
WASHES = {"attention-word": "attention-wash", "danger-word": "danger-wash", "ink": "good-wash"}


def palette(scheme: str) -> dict[str, str]:
    """All colours of a scheme; what dark does not name it takes from light."""
    light, dark = TOKENS.split("@media (prefers-color-scheme: dark)")
    colours = dict(NAME_AND_COLOUR.findall(light))
    return colours if scheme == "light" else colours | dict(NAME_AND_COLOUR.findall(dark))


def luminance(colour: str) -> float:
    """WCAG 2.2 relative luminance."""
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("word", WORDS)
def test_words_have_a_contrast_of_seven_to_one(scheme: str, ground: str, word: str) -> None:
    """Text can be read in the rain, at night and by old eyes (act, a large and underlined word, at least 4.5)."""
    colours = palette(scheme)
    assert contrast(colours[word], colours[ground]) >= (4.5 if word == "act" else 7.0)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("word", "wash"), WASHES.items())
def test_words_on_a_wash_stay_readable(scheme: str, word: str, wash: str) -> None:
    """A tinted ground never costs legibility."""
    colours = palette(scheme)
    assert contrast(colours[word], colours[wash]) >= 6.0


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_edges_and_the_main_button_can_be_seen(scheme: str) -> None:
    """Fields and buttons have an edge of 4.5:1, and the words on the main button are at least as clear."""
    colours = palette(scheme)
    assert contrast(colours["edge"], colours["paper"]) >= 4.5
    assert contrast(colours["on-act"], colours["act"]) >= 4.5

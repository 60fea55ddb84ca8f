"""Contrast of the tokens, computed for both themes as WCAG 2.2 asks: 4.5 for text, 3 for edges and signs."""

import math
import re
from pathlib import Path

import pytest

CSS = Path(__file__).resolve().parents[2] / "static/css"
Lab = tuple[float, float, float]

COLOUR = r"oklch\(([\d.]+)% ([\d.]+) ([\d.]+)\)"
GROUNDS = ("canvas", "surface", "surface-sunken", "surface-raised", "new-soft", "accent-soft")


def oklab(lightness: float, chroma: float, hue: float) -> Lab:
    turn = math.radians(hue)
    return lightness / 100, chroma * math.cos(turn), chroma * math.sin(turn)


def read_tokens() -> dict[str, tuple[Lab, Lab]]:
    """Each plain colour token as its light and its dark value."""
    text = (CSS / "tokens.css").read_text(encoding="utf-8")
    pairs = re.findall(rf"--([\w-]+): light-dark\({COLOUR}, {COLOUR}\);", text)
    return {name: (oklab(*map(float, numbers[:3])), oklab(*map(float, numbers[3:]))) for name, *numbers in pairs}


def luminance(colour: Lab) -> float:
    lightness, a, b = colour
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    red, green, blue = (min(1.0, max(0.0, part)) for part in (red, green, blue))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: Lab, other: Lab) -> float:
    dark, bright = sorted((luminance(one), luminance(other)))
    return (bright + 0.05) / (dark + 0.05)


def mix(one: Lab, other: Lab, share: float) -> Lab:
    """color-mix(in oklab, one share, other)."""
    first, second, third = (share * a + (1 - share) * b for a, b in zip(one, other, strict=True))
    return first, second, third


TOKENS = read_tokens()
TEXT = [
    *((ink, ground) for ink in ("ink", "ink-soft", "ink-faint") for ground in GROUNDS),
    *((ink, ground) for ink in ("accent", "danger") for ground in GROUNDS if ground != "new-soft"),
    *((ink, f"{ink}-soft") for ink in ("warn", "good", "danger")),
    *(("warn", ground) for ground in ("surface", "surface-sunken")),
    *((f"{surface}-ink", surface) for surface in ("accent", "new", "danger", "toast")),
    ("accent-ink", "accent-strong"),
    ("toast-accent", "toast"),
    ("toast-warn", "toast"),
]
EDGES = [(edge, ground) for edge in ("accent", "field-line") for ground in GROUNDS]


@pytest.mark.parametrize(("ink", "ground"), TEXT)
def test_text_is_readable(ink, ground):
    assert min(map(contrast, TOKENS[ink], TOKENS[ground])) >= 4.5


@pytest.mark.parametrize(("edge", "ground"), EDGES)
def test_edges_and_focus_have_enough_contrast(edge, ground):
    assert min(map(contrast, TOKENS[edge], TOKENS[ground])) >= 3


@pytest.mark.parametrize("base", ["surface", "new-soft", "accent-soft"])
@pytest.mark.parametrize("tone", [name for name in TOKENS if name.startswith("action-")])
def test_bubbles_are_readable_on_every_card_and_row(tone, base):
    rule = re.search(r"\.bubble \{.*?\}", (CSS / "marks.css").read_text(encoding="utf-8"), re.DOTALL).group()
    surface, ink = (int(number) / 100 for number in re.findall(r"var\(--tone\) (\d+)%", rule))
    for theme in (0, 1):
        colour = TOKENS[tone][theme]
        on = mix(colour, TOKENS[base][theme], surface)
        assert contrast(mix(colour, TOKENS["ink"][theme], ink), on) >= 4.5


def test_initials_are_readable_in_every_hue():
    text = (CSS / "marks.css").read_text(encoding="utf-8")
    lightness, chroma = map(float, re.search(r"oklch\(([\d.]+)% ([\d.]+) var\(--hue", text).groups())
    hues = [float(hue) for hue in re.findall(r"\.hue-\d+ \{ --hue: (\d+)", text)]
    assert len(hues) == 12
    assert min(contrast(oklab(lightness, chroma, hue), (1.0, 0.0, 0.0)) for hue in hues) >= 4.5


def of_hex(code: str) -> Lab:
    """The colour of "#2457b3", the other way round than `luminance`."""
    parts = (int(code[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    long = math.cbrt(0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue)
    middle = math.cbrt(0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue)
    short = math.cbrt(0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue)
    return (
        0.2104542553 * long + 0.7936177850 * middle - 0.0040720468 * short,
        1.9779984951 * long - 2.4285922050 * middle + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * middle - 0.8086757660 * short,
    )


def test_a_form_is_readable_in_every_colour_of_an_office():
    """Its name and links on both grounds, and the words of its button, which is darker while it is pressed."""
    text = (CSS / "form.css").read_text(encoding="utf-8")
    hues = re.findall(r"\.form-hue-\d+ \{ --accent: light-dark\((#\w{6}), (#\w{6})\)", text)
    strong = (
        int(re.search(r"--accent-strong: color-mix\(in oklab, var\(--accent\) (\d+)%, var\(--ink\)", text)[1]) / 100
    )
    assert len(hues) == 12
    assert luminance(of_hex("#2457b3")) == pytest.approx(0.1045, abs=0.001)
    for pair in hues:
        for theme, colour in enumerate(map(of_hex, pair)):
            grounds = [TOKENS[name][theme] for name in ("canvas", "surface", "accent-ink")]
            assert min(contrast(colour, ground) for ground in grounds) >= 4.5
            pressed = mix(colour, TOKENS["ink"][theme], strong)
            assert contrast(pressed, TOKENS["accent-ink"][theme]) >= 4.5

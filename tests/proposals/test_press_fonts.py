"""Letters: each script we promise in faces of our own, whole in the file, and in the right order."""

from __future__ import annotations

import io
import re
import subprocess
from pathlib import Path

import pikepdf
import pytest
from fontTools.ttLib import TTFont

from proposals.checks import fonts_are_installed
from proposals.documents import fonts
from tests.proposals import sheets

pytestmark = pytest.mark.slow
#: What stands in the file: script, language, words, the face that sets them.
SCRIPTS = {
    "latin": ("fr", "Les communes partagent l’œuvre à 80 % – ça va.", "Noto-Serif"),
    "cyrillic": ("uk", "Громади разом прибирають сніг, їжа ґанок.", "Noto-Serif"),
    "greek": ("el", "Οι δήμοι συνεργάζονται για τα απορρίμματα.", "Noto-Serif"),
    "armenian": ("hy", "Համայնքները միասին մաքրում են ձյունը։", "Noto-Serif-Armenian"),
    "georgian": ("ka", "მუნიციპალიტეტები ერთად წმენდენ თოვლს.", "Noto-Serif-Georgian"),
    "arabic": ("ar", "البلديات تتعاون في جمع النفايات", "Noto-Naskh-Arabic"),
}
MARKS = dict.fromkeys(map(ord, "\u202a\u202b\u202c\u200e\u200f"))


def faces(pdf: pikepdf.Pdf) -> dict[str, pikepdf.Dictionary]:
    """Composite fonts by name without the tag of the subset."""
    found = {}
    for thing in pdf.objects:
        if isinstance(thing, pikepdf.Dictionary) and thing.get("/Subtype") == "/Type0":
            found[str(thing.BaseFont).partition("+")[2]] = thing
    return found


@pytest.mark.parametrize("script", SCRIPTS)
def test_a_script_is_set_in_its_own_face_and_reads_back(script: str) -> None:
    language, words, face = SCRIPTS[script]
    direction = ' dir="rtl"' if script == "arabic" else ""
    body = f"<p>{words}</p><p><b>{words}</b></p>"
    made = sheets.make(body, language=language, more=direction)
    read = sheets.words_of(made).translate(MARKS)
    assert read.count(words.rstrip(".")) == 2
    with sheets.opened(made) as pdf:
        assert {face, f"{face}-Bold"} <= set(faces(pdf))


def test_fonts_are_embedded_with_their_letters_and_no_missing_glyph() -> None:
    body = "".join(f'<p lang="{language}">{words}</p>' for language, words, _face in SCRIPTS.values())
    with sheets.opened(sheets.make(body + "<p>漢字 ▶ \U0001f600 क</p>")) as pdf:
        assert len(faces(pdf)) >= 4
        for font in faces(pdf).values():
            assert "/ToUnicode" in font
            assert str(font.Encoding) == "/Identity-H", "a glyph is missing"
            file = TTFont(io.BytesIO(font.DescendantFonts[0].FontDescriptor.FontFile2.read_bytes()))
            assert file["maxp"].numGlyphs > 1


def test_letters_no_face_has_become_squares() -> None:
    assert fonts.drawable("a漢b") == "a□b"
    assert fonts.drawable("Österreich – Ґанок\u200b 5\u00a0%") == "Österreich – Ґанок\u200b 5\u00a0%"
    assert "□□" in sheets.words_of(sheets.make("<p>漢字</p>"))


def test_right_to_left_runs_from_the_right() -> None:
    """The first word stands right of the second."""
    places = positions(sheets.make("<p>البلديات تتعاون</p>", language="ar", more=' dir="rtl"'))
    assert places["البلديات"] > places["تتعاون"]


def positions(pdf: bytes) -> dict[str, float]:
    """Where each word begins, from the left."""
    found = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True)
    words = re.findall(r'xMin="([\d.]+)"[^>]*>([^<]+)</word>', found.stdout.decode())
    # It gives letters from the left, so what reads from the right comes turned around.
    return {
        (word[::-1] if word[0] > "\u0600" else word).translate(MARKS): float(left) for left, word in words
    }


def test_words_in_drawings_are_words() -> None:
    """WeasyPrint alone sets each letter by itself, which leaves Arabic unjoined."""
    svg = (
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 400 60" font-family="sans-serif">'
        '<text x="200" y="20" text-anchor="middle">البلديات</text>'
        '<text x="390" y="40" text-anchor="end">right</text><text x="10" y="40">left</text></svg>'
    )
    made = sheets.make('<img src="asset:a.svg" alt="Words">', {"a.svg": svg})
    places = positions(made)
    assert "البلديات" in places
    assert places["left"] < places["right"]
    with sheets.opened(made) as pdf:
        shown = [one for one in pikepdf.parse_content_stream(pdf.pages[0]) if str(one.operator) == "TJ"]
    assert len(shown) <= 8


def test_missing_fonts_are_named_at_start(monkeypatch: pytest.MonkeyPatch) -> None:
    assert fonts_are_installed() == []
    monkeypatch.setattr(fonts, "ROOTS", (Path("/nowhere"),))
    (message,) = fonts_are_installed()
    assert message.id == "proposals.E001"
    assert "NotoNaskhArabic-Regular.ttf" in message.msg
    assert "fonts-noto-core" in str(message.hint)

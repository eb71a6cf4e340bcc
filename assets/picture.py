#!/usr/bin/env python3
"""Draws what `tmux capture-pane -e -p` printed as an SVG: `picture.py COLUMNS < screen > picture.svg`.

Text is placed cell by cell; bars, lines and dots are drawn as shapes, so that the picture does not depend on
the fonts of whoever looks at it.
"""

import re
import sys
import unicodedata
from html import escape

CELL, ROW, SIZE, MARGIN = 8.0, 17.0, 13.5, 14.0
GROUND, TEXT = "#11151c", "#d4d9e1"
BASIC = [
    "#1c212b", "#e0606a", "#7fbf6a", "#dcb45c", "#5fa3e0", "#b98be0", "#58b8b8", "#c3c9d2",
    "#606a78", "#f07f88", "#9ad588", "#f0cc7c", "#84bdf0", "#cfa8f0", "#7bd0d0", "#ffffff",
]
SGR = re.compile(r"\x1b\[([0-9;:]*)m")
# Where a line leaves the middle of its cell: left, right, up, down.
LINES = {
    "─": "lr", "│": "ud", "┌": "rd", "┐": "ld", "└": "ru", "┘": "lu",
    "├": "rud", "┤": "lud", "┬": "lrd", "┴": "lru", "┼": "lrud",
    "━": "lr", "┃": "ud",
}


def indexed(number):
    if number < 16:
        return BASIC[number]
    if number < 232:
        red, rest = divmod(number - 16, 36)
        parts = [0 if part == 0 else 55 + 40 * part for part in (red, *divmod(rest, 6))]
    else:
        parts = [8 + 10 * (number - 232)] * 3
    return "#%02x%02x%02x" % tuple(parts)


class Style:
    def __init__(self):
        self.ink, self.ground, self.marks = None, None, frozenset()

    def apply(self, codes):
        codes = [int(code or 0) for code in re.split("[;:]", codes)]
        while codes:
            code = codes.pop(0)
            if code == 0:
                self.__init__()
            elif code in (1, 2, 3, 4, 7):
                self.marks |= {code}
            elif code in (22, 23, 24, 27):
                self.marks -= {1, 2} if code == 22 else {code - 20}
            elif code in (38, 48):
                if codes.pop(0) == 5:
                    color = indexed(codes.pop(0))
                else:
                    color, codes = "#%02x%02x%02x" % tuple(codes[:3]), codes[3:]
                self.ink, self.ground = (color, self.ground) if code == 38 else (self.ink, color)
            elif code in (39, 49):
                self.ink, self.ground = (None, self.ground) if code == 39 else (self.ink, None)
            elif 30 <= code <= 37 or 90 <= code <= 97:
                self.ink = BASIC[code - 30 if code < 90 else code - 82]
            elif 40 <= code <= 47 or 100 <= code <= 107:
                self.ground = BASIC[code - 40 if code < 100 else code - 92]

    def seen(self):
        ink, ground = self.ink or TEXT, self.ground
        if 7 in self.marks:
            ink, ground = ground or GROUND, ink
        return ink, ground, 1 in self.marks, 2 in self.marks, 4 in self.marks


def cells(line, style):
    """(sign, look) of each cell; a wide sign has an empty one after it."""
    at = 0
    for match in [*SGR.finditer(line), None]:
        for sign in line[at : match.start() if match else len(line)]:
            yield sign, style.seen()
            if unicodedata.east_asian_width(sign) in "WF":
                yield "", style.seen()
        if match:
            style.apply(match[1])
            at = match.end()


def rect(x, y, width, height, ink):
    return f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" fill="{ink}"/>'


def shape(sign, x, y, ink):
    """A sign that is a picture rather than a letter; None for letters."""
    code = ord(sign)
    if 0x2581 <= code <= 0x2588:
        height = ROW * (code - 0x2580) / 8
        return rect(x, y + ROW - height, CELL, height, ink)
    if sign == "■":
        return rect(x + 1, y + ROW / 2 - 3, CELL - 2, 6, ink)
    if 0x2800 < code <= 0x28FF:
        dots = [(0, 0), (0, 1), (0, 2), (1, 0), (1, 1), (1, 2), (0, 3), (1, 3)]
        on = [dot for bit, dot in enumerate(dots) if code & (1 << bit)]
        return "".join(
            f'<circle cx="{x + CELL * (0.25 + 0.5 * a):g}" cy="{y + ROW * (0.125 + 0.25 * b):g}" r="1.1" fill="{ink}"/>'
            for a, b in on
        )
    if sign in LINES:
        ends = {"l": (x, y + ROW / 2), "r": (x + CELL, y + ROW / 2), "u": (x + CELL / 2, y), "d": (x + CELL / 2, y + ROW)}
        middle = f"{x + CELL / 2:g} {y + ROW / 2:g}"
        path = "".join(f"M{middle}L{ends[end][0]:g} {ends[end][1]:g}" for end in LINES[sign])
        return f'<path d="{path}" stroke="{ink}" fill="none"/>'
    return None


def runs(row):
    """Letters of one look that stand beside each other, without blanks: (column, text, look)."""
    start, text, look = 0, "", None
    for column, (sign, seen) in enumerate(row):
        letter = sign not in ("", " ") and shape(sign, 0, 0, "") is None
        if letter and text and seen == look and sign.isascii() and text.isascii():
            text += sign
            continue
        if text:
            yield start, text, look
        start, text, look = column, sign if letter else "", seen
    if text:
        yield start, text, look


def draw(lines, columns):
    width, height = columns * CELL + 2 * MARGIN, len(lines) * ROW + 2 * MARGIN
    yield (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" '
        f'font-family="ui-monospace,SFMono-Regular,Menlo,Consolas,\'DejaVu Sans Mono\',monospace" font-size="{SIZE}">'
    )
    yield f'<rect width="100%" height="100%" rx="8" fill="{GROUND}"/>'
    style = Style()
    for number, line in enumerate(lines):
        y, row = MARGIN + number * ROW, list(cells(line, style))
        for column, (sign, (ink, ground, *_)) in enumerate(row):
            x = MARGIN + column * CELL
            if ground:
                yield rect(x, y, CELL, ROW, ground)
            picture = shape(sign, x, y, ink) if sign.strip() else None
            if picture:
                yield picture
        for column, text, (ink, _, bold, dim, under) in runs(row):
            look = ' font-weight="bold"' * bold + ' opacity="0.6"' * dim + ' text-decoration="underline"' * under
            x, length = MARGIN + column * CELL, len(text) * CELL
            yield (
                f'<text x="{x:g}" y="{y + ROW * 0.75:g}" textLength="{length:g}" lengthAdjust="spacingAndGlyphs" '
                f'fill="{ink}"{look}>{escape(text)}</text>'
            )
    yield "</svg>"


def main():
    lines = sys.stdin.read().rstrip("\n").split("\n")
    print("\n".join(draw(lines, int(sys.argv[1]))))


main()

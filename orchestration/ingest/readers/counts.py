"""Records of a file counted apart from the parser that reads them, from what every parser must agree on.

JSON by its brackets outside of strings, XML by its tags, a shapefile by the headers and lengths of its files.
"""

import codecs
import mmap
import re
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

CHUNK = 8 << 20
QUOTE, BACKSLASH, OPEN, CLOSE, OPEN_ARRAY, CLOSE_ARRAY = (ord(sign) for sign in '"\\{}[]')
KEY_LENGTH = 80  # bytes looked at before an array for the key it stands under

Places = npt.NDArray[np.int64]


@dataclass
class _Brackets:
    """Where objects begin at one depth, and where the arrays around them begin and end."""

    objects: list[Places] = field(default_factory=list)
    opened: list[Places] = field(default_factory=list)
    closed: list[Places] = field(default_factory=list)


def objects_in(path: Path, depth: int, key: str | None = None) -> int:
    """How many objects stand in the arrays of a JSON document that lie so deep, or in those under one key.

    Depth 1 is an array that is the document itself. Only the brackets and quotes are read.
    """
    data = np.memmap(path, np.uint8, mode="r")
    found = _Brackets()
    level, in_string = 0, False
    for start in range(0, len(data), CHUNK):
        chunk = np.asarray(data[start : start + CHUNK])
        quotes = _quotes(data, chunk, start)
        is_bracket = (chunk == OPEN) | (chunk == CLOSE) | (chunk == OPEN_ARRAY) | (chunk == CLOSE_ARRAY)
        places = np.flatnonzero(is_bracket)
        outside = (np.searchsorted(quotes, places) + in_string) % 2 == 0
        places = places[outside]
        signs = chunk[places]
        steps = np.where((signs == OPEN) | (signs == OPEN_ARRAY), 1, -1)
        after = level + np.cumsum(steps)
        before = after - steps
        found.objects.append(places[(signs == OPEN) & (before == depth)] + start)
        found.opened.append(places[(signs == OPEN_ARRAY) & (before == depth - 1)] + start)
        found.closed.append(places[(signs == CLOSE_ARRAY) & (after == depth - 1)] + start)
        level = int(after[-1]) if len(after) else level
        in_string ^= bool(len(quotes) % 2)
    objects, opened, closed = (np.concatenate(one) for one in (found.objects, found.opened, found.closed))
    if len(opened) != len(closed):
        return len(objects)
    wanted = re.compile(rb'"%s"\s*:\s*\Z' % re.escape(key.encode())) if key else None
    count = 0
    for first, last in zip(opened, closed, strict=True):
        if wanted is None or wanted.search(data[max(first - KEY_LENGTH, 0) : first].tobytes()):
            count += int(np.searchsorted(objects, last) - np.searchsorted(objects, first))
    return count


def _quotes(data: npt.NDArray[np.uint8], chunk: npt.NDArray[np.uint8], start: int) -> Places:
    """The quotes of a chunk that open or close a string: those before which no odd run of backslashes stands."""
    quotes = np.flatnonzero(chunk == QUOTE)
    if not len(quotes):
        return quotes
    before = np.where(quotes > 0, chunk[quotes - 1], data[start - 1] if start else 0)
    escaped = []
    for index in np.flatnonzero(before == BACKSLASH):
        run = start + int(quotes[index]) - 1
        while run >= 0 and data[run] == BACKSLASH:
            run -= 1
        if (start + int(quotes[index]) - 1 - run) % 2:
            escaped.append(index)
    return np.delete(quotes, escaped)


def elements_in(path: Path, name: str) -> int:
    """How many elements of a name begin in an XML file, whatever their name space."""
    tag = re.compile(rb"<(?:[\w.-]+:)?%s[\s/>]" % re.escape(name.encode()))
    no_markup = re.compile(rb"<!--.*?-->|<!\[CDATA\[.*?\]\]>", re.DOTALL)
    with path.open("rb") as opened, mmap.mmap(opened.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data[:2] in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE):
            return len(tag.findall(no_markup.sub(b"", data[:].decode("utf-16").encode())))
        if data.find(b"<!") >= 0:
            return len(tag.findall(no_markup.sub(b"", data[:])))
        return sum(1 for _ in tag.finditer(data))


@dataclass(frozen=True)
class ShapefileCounts:
    """The records of a shapefile by each of its files, and those marked as deleted.

    `promised` and `there` are what the header of the table says and what it has room for; `indexed` is by the .shx;
    `whole` tells whether .shp and .shx are as long as their headers say.
    """

    promised: int
    there: int
    indexed: int
    deleted: int
    whole: bool

    @property
    def agree(self) -> bool:
        """Whether no file of it is cut off, and all tell of as many records."""
        return self.whole and self.promised == self.there == self.indexed


def shapefile_counts(shp: Path, shx: Path, dbf: Path) -> ShapefileCounts:
    """What the files of a shapefile say of their records (ESRI Shapefile Technical Description; dBASE III)."""
    promised, header, length = _dbf_header(dbf)
    size = dbf.stat().st_size
    there = min(promised, max(size - header, 0) // length) if length else 0
    with dbf.open("rb") as opened:
        opened.seek(header)
        table = np.frombuffer(opened.read(there * length), np.uint8)
    deleted = int((table[::length] == ord("*")).sum()) if length else 0
    indexed = (_length_in_header(shx) - 100) // 8
    whole = all(path.stat().st_size >= _length_in_header(path) for path in (shp, shx))
    return ShapefileCounts(promised, there, indexed, deleted, whole)


def _dbf_header(dbf: Path) -> tuple[int, int, int]:
    """Records, bytes of the header, and bytes of a record."""
    with dbf.open("rb") as opened:
        head = opened.read(12).ljust(12, b"\0")
    return (
        int.from_bytes(head[4:8], "little"),
        int.from_bytes(head[8:10], "little"),
        int.from_bytes(head[10:12], "little"),
    )


def _length_in_header(path: Path) -> int:
    """Bytes of a .shp or .shx, as its header says; it counts words of two."""
    with path.open("rb") as opened:
        return 2 * int.from_bytes(opened.read(28)[24:28], "big")

"""Text files as bytes: brought to UTF-8, and their lines counted without a parser.

What belongs here: what holds for any text. What a line means is the parser's matter (delimited.py).
"""

import codecs
import contextlib
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from orchestration.catalog.model import DataSet
from orchestration.ingest.errors import SourceError
from orchestration.ingest.readers.base import RawFile

CHUNK = 4 << 20
HEAD = 1 << 20
SAMPLE = 1 << 16  # bytes read at each place of a sample
EVERY = 1 << 25  # bytes from one place to the next, at most
ENOUGH_BAD_LINES = 0.01  # above this share the encoding is wrong throughout, not one line damaged


def _as_latin_1(error: UnicodeError) -> tuple[str, int]:
    """What is called Latin-1 is nearly always Windows-1252: quotes and dashes added, five gaps left to Latin-1."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("latin-1"), error.end


codecs.register_error("latin-1", _as_latin_1)


@contextlib.contextmanager
def plain_text(file: RawFile, data_set: DataSet, scratch: Path, without_mark: bool = False) -> Iterator[Path]:
    """The file as plain UTF-8 with LF or CRLF at line ends: itself, or else a copy that lives as long as the block.

    `without_mark` takes a byte order mark away, which some parsers know and others do not.
    """
    head = next(_bytes(file.path), b"")[:HEAD]
    refuse_other_encoding(file, head, data_set)
    encoding = data_set.encoding
    text_head = head if encoding == "utf-8" else b"".join(_recoded([head], file, encoding, final=False))
    is_classic_mac = b"\r" in text_head and b"\n" not in text_head
    has_mark = without_mark and head.startswith(codecs.BOM_UTF8)
    if encoding == "utf-8" and not is_classic_mac and not has_mark:
        yield file.path
        return
    chunks = _bytes(file.path, start=len(codecs.BOM_UTF8) if has_mark else 0)
    chunks = chunks if encoding == "utf-8" else _recoded(chunks, file, encoding)
    try:
        with scratch.open("xb") as out:
            for chunk in chunks:
                out.write(chunk.replace(b"\r", b"\n") if is_classic_mac else chunk)
        yield scratch
    finally:
        scratch.unlink(missing_ok=True)


def refuse_other_encoding(file: RawFile, head: bytes, data_set: DataSet) -> None:
    """SourceError where the first bytes are plainly in another encoding than the city file says."""
    seems_utf16 = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)) or head.count(0) > len(head) // 10
    if seems_utf16 != (data_set.encoding == "utf-16"):
        found = "UTF-16 text, or no text at all (zero bytes)" if seems_utf16 else "text that is not UTF-16"
        raise _encoding_error(file, data_set, found)
    if data_set.encoding != "utf-8":
        return
    lines = head.split(b"\n")[: -1 if len(head) == HEAD else None]  # the last line may be cut in a character
    foreign = [line for line in lines if not line.isascii()]
    bad = [number for number, line in enumerate(lines, start=1) if not line.isascii() and not _is_utf8(line)]
    if len(bad) > len(foreign) / 2 and len(bad) > ENOUGH_BAD_LINES * len(lines):
        byte = next(byte for byte in lines[bad[0] - 1] if byte > 127)
        raise _encoding_error(file, data_set, f"text that is not UTF-8: line {bad[0]} holds the byte 0x{byte:02X}")


def cut_off(file: RawFile, line: int, more: str = "") -> SourceError:
    """The error of a text whose last line breaks off: rows after it are missing, and nobody knows how many."""
    return SourceError(
        file=file.name,
        found=f"a file that ends within line {line:,}{more}",
        expected="a whole file",
        mend="export or download it again; the transfer probably broke off",
    )


def ends_in_line_end(path: Path) -> bool:
    """Whether the last line of a text has its end."""
    with path.open("rb") as opened:
        opened.seek(-1, 2)
        return opened.read(1) in b"\r\n"


def count_lines(text: Path) -> int:
    """Physical lines; the last one may lack its line end."""
    count, last = 0, b"\n"
    for chunk in _bytes(text):
        count += chunk.count(b"\n")
        last = chunk[-1:]
    return count + (last != b"\n")


def blank_lines(text: Path, blanks: bytes = b"") -> list[int]:
    """Numbers of the lines that hold nothing but the given blanks."""
    found: list[int] = []
    count = 0
    with text.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            chunk += opened.readline()
            if blanks or chunk.startswith((b"\n", b"\r\n")) or b"\n\n" in chunk or b"\n\r\n" in chunk:
                lines = chunk.split(b"\n")[: -1 if chunk.endswith(b"\n") else None]
                found += [
                    count + number
                    for number, line in enumerate(lines, start=1)
                    if not line.removesuffix(b"\r").strip(blanks)
                ]
            count += chunk.count(b"\n")
    return found


def line_numbers(text: Path, positions: Sequence[int]) -> list[int]:
    """The line that begins at each byte position (ascending), or at the next byte that ends no line."""
    numbers: list[int] = []
    line, at = 1, 0
    with text.open("rb") as opened:
        for position in positions:
            while chunk := opened.read(min(CHUNK, max(position - at, 0))):
                line += chunk.count(b"\n")
                at += len(chunk)
            while (byte := opened.read(1)) in (b"\n", b"\r"):
                line += byte == b"\n"
                at += 1
            opened.seek(at)
            numbers.append(line)
    return numbers


def sampled(text: Path) -> list[bytes]:
    """Whole lines from evenly spaced places, without their ends."""
    size = text.stat().st_size
    lines: list[bytes] = []
    with text.open("rb") as opened:
        for start in range(0, size, min(max(size // 32, SAMPLE), EVERY)):
            opened.seek(start)
            opened.readline()
            lines += [line.rstrip(b"\r") for line in opened.read(SAMPLE).split(b"\n")[:-1]]
    return lines


def line_ends(text: Path) -> dict[str, int]:
    """How often each kind of line end occurs."""
    crlf = lf = cr = 0
    with text.open("rb") as opened:
        while chunk := opened.read(CHUNK):
            chunk += opened.readline()
            both = chunk.count(b"\r\n")
            crlf, lf, cr = crlf + both, lf + chunk.count(b"\n") - both, cr + chunk.count(b"\r") - both
    return {"CR LF": crlf, "LF": lf, "CR": cr}


def _bytes(text: Path, start: int = 0) -> Iterator[bytes]:
    with text.open("rb") as opened:
        opened.seek(start)
        while chunk := opened.read(CHUNK):
            yield chunk


def _recoded(chunks: Iterable[bytes], file: RawFile, encoding: str, final: bool = True) -> Iterator[bytes]:
    """The chunks as UTF-8, without a byte order mark."""
    codec, errors = ("cp1252", "latin-1") if encoding == "latin-1" else (encoding, "strict")
    decoder = codecs.getincrementaldecoder(codec)(errors)
    line = 1
    try:
        for chunk in chunks:
            text = decoder.decode(chunk)
            line += text.count("\n")
            yield text.encode()
        yield decoder.decode(b"", final).encode()
    except UnicodeError as error:
        raise SourceError(
            file=file.name,
            found=f"bytes that are no {encoding.upper()}, at or soon after line {line}",
            expected=f"text encoded as {encoding.upper()} throughout",
            mend="export it again; the transfer probably broke off",
        ) from error


def _encoding_error(file: RawFile, data_set: DataSet, found: str) -> SourceError:
    return SourceError(
        file=file.name,
        found=found,
        expected=f"text encoded as {data_set.encoding.upper()}",
        mend="export it as UTF-8 (and leave out `encoding`), or set `encoding` for this data set in the city file: "
        "utf-8, utf-16, or latin-1 (also Windows-1252)",
    )


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True

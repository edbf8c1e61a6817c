"""Every reader against files that were damaged at random: each is read with all rows accounted for, or refused in words.

Never another exception, a hang, or a row that is gone without a word. ATTACK_INPUTS says how many inputs (500), drawn
with fixed seeds: a failure names the seed of its input, and ATTACK_SEED sets where they begin.
"""

import gzip
import os
import random
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

import pytest

from orchestration.catalog.model import Format
from orchestration.ingest.errors import SourceError
from tests.unit.conftest import MakeDataSet, Raw
from tests.unit.test_readers_packed import WRITE, files, zipped

Read = Callable[..., Raw]
INPUTS = int(os.environ.get("ATTACK_INPUTS", "500"))
SEED = int(os.environ.get("ATTACK_SEED", "0"))
PATIENCE = 60  # seconds for one small file, on a busy machine
ROWS = [{"a": f"vid{number:03d}w", "b": f"v{number * 7919 % 1000} x"} for number in range(12)]
IDS = [row["a"].encode() for row in ROWS]
TEXTS = ("csv", "json", "jsonl", "arcgis_json", "open311_json", "open311_xml", "geojson")
# What breaks parsers: quotes, brackets, markup, zero bytes, marks of encodings, numbers out of all bounds.
SPECIAL = (
    b'"', b"'", b",", b"\n", b"\r", b"\r\n", b"\0", b"[", b"]", b"{", b"}", b"[[[[[[[[", b"{\"a\":", b"null", b"\\u0000",
    b"\\ud800", b"\xff\xfe", b"\xef\xbb\xbf", b"\xe9", b"<", b"</request>", b"<!DOCTYPE x [<!ENTITY e \"e\">]>", b"&e;",
    b"<![CDATA[", b"1e999", b"-", b"9" * 400, b"=1+1", b"\t", b"\x1a", b"\x7f", b"PK\x03\x04", b"NaN", b"\xc2\x85",
)  # fmt: skip


def mutated(content: bytes, draw: random.Random) -> bytes:
    """The content with one to four damages."""
    for _ in range(draw.randint(1, 4)):
        at = draw.randrange(len(content) + 1)
        length = min(draw.choice([1, 2, 8, 40]), len(content) - at)
        piece = content[at : at + length]
        match draw.randrange(7):
            case 0 if piece:
                content = content[:at] + bytes([piece[0] ^ 1 << draw.randrange(8)]) + content[at + 1 :]
            case 1:
                content = content[:at] + content[at + length :]
            case 2:
                content = content[:at] + piece * draw.choice([2, 3]) + content[at + length :]
            case 3:
                content = content[:at] + draw.choice(SPECIAL) + content[at:]
            case 4:
                content = content[:at] + draw.randbytes(length) + content[at + length :]
            case 5:
                content = content[:at] if draw.random() < 0.3 else content + piece
            case _:
                other = draw.randrange(len(content) + 1)
                content = content[:other] + piece + content[other:]
    return content


def damaged(kind: Format, draw: random.Random) -> dict[str, bytes]:
    """The files of a data set, one of them damaged; bare, packed before the damage or after it."""
    found = files(kind, "things", ROWS)
    name = draw.choice(sorted(found))
    way = draw.choice(["bare", "bare", "gzip", "zip", "packed and then damaged"])
    if way == "packed and then damaged":
        return {"things.zip": mutated(zipped(found), draw)}
    found[name] = mutated(found[name], draw)
    if way == "zip":
        return {"things.zip": zipped(found)}
    return {f"{one}.gz": gzip.compress(content) for one, content in found.items()} if way == "gzip" else found


@contextmanager
def patience(seconds: int) -> Iterator[None]:
    """TimeoutError where the block takes longer."""

    def give_up(number: int, frame: FrameType | None) -> None:
        raise TimeoutError(f"no end after {seconds} seconds")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(seconds)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


def lost(raw: Raw, given: dict[str, bytes]) -> list[bytes]:
    """The ids that stand whole in a text and in nothing that was read of it."""
    content = b"".join(gzip.decompress(text) if name.endswith(".gz") else text for name, text in given.items())
    read = [str(value) for row in raw.rows for value in row.values()]
    heads = [name for file in raw.load.files for pair in file.headers.items() for name in pair]
    seen = "\n".join([*read, *heads]).encode("utf-8", "surrogatepass")
    return [one for one in IDS if one in content and one not in seen]


def is_told(raw: Raw) -> bool:
    """Whether lines are set aside, something is noted as not read, or the second count will stop the gate."""
    files_read = raw.load.files
    counts_differ = raw.load.records is not None and raw.load.records != raw.load.rows + len(raw.rejected)
    return bool(raw.rejected) or any(file.notes for file in files_read) or counts_differ


@pytest.mark.parametrize("kind", list(WRITE))
def test_damaged_files_are_read_whole_or_refused(read: Read, data_set: MakeDataSet, kind: Format) -> None:
    outcomes = {"read": 0, "refused": 0}
    for number in range(INPUTS // len(WRITE)):
        seed = f"{kind} {SEED + number}"
        given = damaged(kind, random.Random(seed))
        things: Any = data_set(format=kind, columns=["a", "b"], crs=None)
        try:
            with patience(PATIENCE):
                raw = read(things, given)
        except SourceError as error:
            assert error.file and error.found and error.expected and error.mend, seed
            outcomes["refused"] += 1
            continue
        except BaseException as error:
            error.add_note(f"input {seed}: {given}")
            raise
        outcomes["read"] += 1
        assert len(raw.rows) == raw.load.rows > 0, seed
        if kind in TEXTS and "things.zip" not in given:
            assert not lost(raw, given) or is_told(raw), (seed, given, raw.rows)
    assert min(outcomes.values()) > 0, outcomes

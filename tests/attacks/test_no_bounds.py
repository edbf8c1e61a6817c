"""Files that no honest program writes: refused in words, within seconds and within the memory that a run may have.

Each is read in a process of its own, whose memory is limited: it would take this one down with it.
"""

import subprocess
import sys
from pathlib import Path

import pytest

SECONDS = 60  # on a busy machine; alone each takes less than ten
READ = """
import resource, sys
from pathlib import Path
limit = 4 << 30  # address space, of which libraries take most without using it
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
from orchestration.catalog.model import City, DataSet
from orchestration.catalog.reading import CatalogError, read_checked
from orchestration.ingest.errors import SourceError
from orchestration.ingest.landing import land
from orchestration.ingest.loads import load
from orchestration.sources.folder import FolderSource
home, kind = Path(sys.argv[1]), sys.argv[2]
try:
    if kind == "yaml":
        read_checked(home / "exports" / "things.yml", City)
    else:
        things = DataSet(
            name="things", city="testville", title="Things", entity="zones" if kind == "geojson" else "calls",
            files=["things.*"], format=kind, license="none", grain="one thing", growth="snapshot", columns=["a", "b"],
        )
        print("read", load(*land(FolderSource(home / "exports"), things, home / "landing"), things, home / "raw", "500MB")[0].rows)
except (SourceError, CatalogError) as error:
    print("refused", error)
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
assert peak < 1_500_000, peak  # kB
"""
DEEP, WIDE = 100_000, 1_000_000
NAMES = [f"c{number}" for number in range(WIDE)]


def bomb() -> str:
    """Nine of nine of nine …: a kilobyte that stands for billions of values."""
    lines = ["a0: &a0 [x,x,x,x,x,x,x,x,x]"]
    lines += [f"a{n}: &a{n} [{','.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    return "\n".join(lines)


HOSTILE = {
    "aliases that multiply": ("yaml", bomb(), "aliases within aliases"),
    "an alias of itself": ("yaml", "a: &a [*a]", "aliases within aliases"),
    "brackets in brackets": ("yaml", f"name: {'[' * DEEP}{']' * DEEP}", "nested more than"),
    "blocks in blocks": ("yaml", "\n".join(f"{' ' * level}a:" for level in range(1000)), "nested more than"),
    "a number of a million digits": ("yaml", f"name: {'9' * 999_000}", "cannot be read"),
    "numbers in base sixty": ("yaml", f"name: {':'.join(['59'] * 200_000)}", "cannot be read"),
    "a long text": ("yaml", f"name: {'x' * 50_000_000}", "characters"),
    "a float beyond floats": ("yaml", "boundary: {west: 1e400, south: .nan, east: .inf, north: 1}", "boundary"),
    "elements in elements": (
        "open311_xml",
        f"<service_requests><request><a>1</a><b>{'<d>' * DEEP}{'</d>' * DEEP}</b></request></service_requests>",
        "nested more than 100 deep",
    ),
    "a million elements": (
        "open311_xml",
        f"<service_requests><request>{''.join(f'<{n}>1</{n}>' for n in NAMES)}</request></service_requests>",
        "more than 5,000 elements",
    ),
    "a header of a million columns": ("csv", f"a,b,{','.join(NAMES)}\n1,2{',3' * WIDE}\n", ""),
    "a header line that is one name": ("csv", f"a,b,{'c' * 2_000_000}\n1,2,3\n", ""),
    "an object of a million keys": ("json", '[{"a":1,"b":2,' + ",".join(f'"{n}":1' for n in NAMES[:200_000]) + "}]", "columns"),
    "arrays in arrays": ("json", f'[{{"a":"1","b":{"[" * DEEP}{"]" * DEEP}}}]', None),
    "arrays in a layer": (
        "geojson",
        '{"type":"FeatureCollection","features":[{"type":"Feature","geometry":null,"properties":{"a":"1","b":'
        f"{'[' * DEEP}{']' * DEEP}}}}}]}}",
        "nested too deep",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_what_has_no_bounds_is_refused(tmp_path: Path, name: str) -> None:
    kind, content, told = HOSTILE[name]
    (tmp_path / "exports").mkdir()
    (tmp_path / "exports" / ("things.yml" if kind == "yaml" else "things.x")).write_text(content)
    command = [sys.executable, "-c", READ, str(tmp_path), kind]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS, check=False)
    assert ended.returncode == 0, ended.stderr[-2000:]
    said = ended.stdout.strip().splitlines()[-1]
    if told is None:  # kept as text, like any nested value
        assert said == "read 1"
    else:
        assert "refused" in ended.stdout and told in ended.stdout, said[:500]
        assert len(said) < 3_000

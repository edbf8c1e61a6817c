"""`footprint export`: the public product for others to read, the analysts' only by name."""

import json
from pathlib import Path

import duckdb

from tests.integration.conftest import run_footprint


def test_the_public_product_can_be_read_by_others_and_holds_nothing_else(
    demo_release_home: Path, demo_release: Path, tmp_path: Path
) -> None:
    target = tmp_path / "handed on"
    done = run_footprint(demo_release_home, "export", "--public", str(target), "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["release"] == demo_release.name
    names = {path.relative_to(target).as_posix() for path in target.rglob("*") if path.is_file()}
    assert names == {
        "public.duckdb",
        "manifest.json",
        "README.md",
        "parquet/zone_month.parquet",
        "parquet/zone_summary.parquet",
    }
    for path in [target, *target.rglob("*")]:
        assert path.stat().st_mode & 0o777 == (0o755 if path.is_dir() else 0o644), path
    manifest = json.loads((target / "manifest.json").read_text())
    assert set(manifest["tables"]) == {"published.zone_month", "published.zone_summary"}
    assert {file["name"] for file in manifest["files"]} == names - {"manifest.json"}
    assert not {"loads", "gates", "coverage"} & set(manifest)
    with duckdb.connect(str(target / "public.duckdb"), read_only=True) as connection:
        schemas = connection.execute("select distinct schema_name from duckdb_tables()").fetchall()
    assert schemas == [("published",)]


def test_the_analysts_product_is_for_its_owner_alone(demo_release_home: Path, tmp_path: Path) -> None:
    target = tmp_path / "analysts"
    done = run_footprint(demo_release_home, "export", "--analyst", str(target))
    assert done.returncode == 0, done.stderr
    assert {path.name for path in target.iterdir()} == {"analyst.duckdb", "public.duckdb", "manifest.json"}
    assert all(path.stat().st_mode & 0o077 == 0 for path in [target, *target.iterdir()])


def test_export_asks_which_product_and_never_writes_over_another(demo_release_home: Path, tmp_path: Path) -> None:
    neither = run_footprint(demo_release_home, "export")
    assert neither.returncode == 2
    assert "--public DIR" in neither.stderr
    both = run_footprint(demo_release_home, "export", "--public", str(tmp_path / "a"), "--analyst", str(tmp_path / "b"))
    assert both.returncode == 2
    (tmp_path / "there").mkdir()
    there = run_footprint(demo_release_home, "export", "--public", str(tmp_path / "there"))
    assert there.returncode == 1
    assert "is there already" in there.stderr
    inside = run_footprint(demo_release_home, "export", "--public", str(demo_release_home / "public"))
    assert inside.returncode == 2
    assert not list(tmp_path.glob(".*unfinished*"))

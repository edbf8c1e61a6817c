"""The published tables as they are made run after run: what was published once is known after its release is gone."""

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from orchestration.disclosure.store import HistoryError, make_published
from orchestration.settings import Settings

NOW = datetime(2026, 1, 1, tzinfo=UTC)
BUSY = [40, 30, 35, 28, 33, 41, 38, 29, 31, 36, 27, 39]
YEAR_2024 = "date '2024-01-01' as period_start, date '2024-12-31' as period_end, 366 as covered_days"
YEAR_2025 = "date '2025-01-01' as period_start, date '2025-12-31' as period_end, 365 as covered_days"


def candidates(home: Settings, counts: list[int], period: str = YEAR_2024) -> None:
    """A build database with one zone's candidates."""
    home.create_folders()
    home.warehouse_database.unlink(missing_ok=True)
    with duckdb.connect(str(home.warehouse_database)) as connection:
        connection.execute(f"""
            create schema candidates;
            create table candidates.zone_month as
                select 'a' as city, 'z' as zone_id, period_start + to_months(i::int) as month, 'calls' as measure,
                    {counts}[i + 1]::bigint as n, 30 as days, 30 as covered_days, 'ok' as status
                from range(12) as t(i), (select {period});
            alter table candidates.zone_month alter month type date;
            create table candidates.zone_summary as
                select 'a' as city, 'z' as zone_id, 'Z' as zone_name, 1000.0 as population, 'calls' as measure,
                    {sum(counts)}::bigint as n, {period}, 1.5 as rate_per_1000, 1.0 as rate_lo, 2.0 as rate_hi,
                    'garwood' as ci_method, 'ok' as status, null::varchar as reason, 'MAUP' as caveat_codes
        """)


def released(home: Settings, release: str) -> Path:
    """Make the published tables and set them aside as a release does."""
    make_published(home, NOW)
    folder = home.releases / release
    folder.mkdir()
    for database in (home.analyst_database, home.public_database):
        shutil.move(database, folder / database.name)
    (folder / "manifest.json").write_text("{}")
    return folder


def outcome(release: Path) -> tuple[object, ...] | None:
    """How a release's only block came about."""
    with duckdb.connect(str(release / "analyst.duckdb"), read_only=True) as connection:
        return connection.execute("select outcome, period_start, since_release from audit.published_periods").fetchone()


def months(release: Path) -> list[int | None]:
    """The months that a release published."""
    with duckdb.connect(str(release / "public.duckdb"), read_only=True) as connection:
        return [n for (n,) in connection.execute("select n from published.zone_month order by month").fetchall()]


def test_what_was_published_is_known_after_its_release_is_gone(tmp_path: Path) -> None:
    home = Settings(home=tmp_path / "warehouse")
    candidates(home, BUSY)
    first = released(home, "20250101T000000Z-1")
    assert outcome(first) == ("new", date(2024, 1, 1), None)
    candidates(home, BUSY, YEAR_2025)
    assert outcome(released(home, "20250201T000000Z-2")) == ("new", date(2025, 1, 1), None)
    shutil.rmtree(first)
    candidates(home, [n + 1 for n in BUSY])
    third = released(home, "20250301T000000Z-3")
    assert outcome(third) == ("frozen", date(2024, 1, 1), first.name)
    assert months(third) == BUSY


def test_what_is_older_than_the_years_kept_is_forgotten(tmp_path: Path) -> None:
    home = Settings(home=tmp_path / "warehouse", keep_published_years=1)
    candidates(home, BUSY)
    released(home, "20240101T000000Z-1")
    candidates(home, [n + 1 for n in BUSY])
    assert outcome(released(home, "20260101T000000Z-2")) == ("new", date(2024, 1, 1), None)


def test_a_restatement_is_made_for_the_city_named(tmp_path: Path) -> None:
    home = Settings(home=tmp_path / "warehouse")
    candidates(home, BUSY)
    released(home, "20250101T000000Z-1")
    late = [BUSY[0] + 20, *BUSY[1:]]
    candidates(home, late)
    restated = released(Settings(home=home.home, restate=["a"]), "20250201T000000Z-2")
    assert outcome(restated) == ("restated", date(2024, 1, 1), None)
    assert months(restated) == late


def test_a_release_that_cannot_be_read_stops_the_next(tmp_path: Path) -> None:
    home = Settings(home=tmp_path / "warehouse")
    candidates(home, BUSY)
    first = released(home, "20250101T000000Z-1")
    (first / "public.duckdb").write_bytes(b"cut")
    with pytest.raises(HistoryError, match=r"20250101T000000Z-1: what this release published cannot be read"):
        make_published(home, NOW)

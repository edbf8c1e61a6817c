"""Review files on their way into the crosswalk: sound decisions are taken, one bad value stops them all."""

import csv
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from orchestration.cli import app
from orchestration.crosswalk import review, seed
from orchestration.crosswalk.review import HEADER, Seen, proposal, reviewed
from orchestration.crosswalk.seed import FIELDS, Row
from orchestration.crosswalk.suggest import suggest
from orchestration.crosswalk.wording import type_key
from orchestration.ingest.errors import SourceError
from orchestration.publish import releases

CITIES = ("riverbend", "testville")
TYPES = ("WELFARE CHECK - ELDER", "LOUD PARTY", "STOLEN BOAT")


def row(text: str = "LOUD PARTY", **changes: str) -> Row:
    """A proposal as a person returns it."""
    return proposal("testville", Seen(text, 12, 0.012), suggest(text)) | {"decision": "accept"} | changes


def written(folder: Path, *rows: Row) -> Path:
    path = folder / "types.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        writer.writerows(rows)
    return path


def mapped(text: str, **changes: str) -> Row:
    return {field: value for field, value in row(text, **changes).items() if field in FIELDS}


def test_decided_rows_are_taken_and_others_left(tmp_path: Path) -> None:
    changed = row(
        "STOLEN BOAT", decision="Change", answer_axis="police_required", eligible_low="0", eligible_high="0.1"
    )
    found = reviewed(written(tmp_path, row(), changed, row("WELFARE CHECK - ELDER", decision="")), [], CITIES)
    assert [taken["call_type"] for taken in found.rows] == ["LOUD PARTY", "STOLEN BOAT"]
    assert found.rows[1]["answer_axis"] == "police_required"
    assert found.undecided == 1
    assert all(tuple(taken) == FIELDS for taken in found.rows)


@pytest.mark.parametrize(
    ("field", "value", "expected"),
    [
        ("decision", "yes", "accept or change"),
        ("city", "atlantis", "one of riverbend, testville"),
        ("call_type", "Loud Party", "the normalised type, LOUD PARTY"),
        ("topic_category", "other", "seeds/codebooks/topic_categories.csv"),
        ("answer_axis", "unmapped", "one of administrative_online"),
        ("answer_axis", "", "one of administrative_online"),
        ("eligible_low", "half", "a share from 0 to 1"),
        ("eligible_low", "nan", "a share from 0 to 1"),
        ("eligible_high", "1.2", "a share from 0 to 1"),
        ("eligible_high", "0.1", "at least eligible_low, 0.5"),
        ("disqualifiers", "weapon;rain", "seeds/codebooks/answer_disqualifiers.csv"),
        ("initiation_implied", "caller", "administrative, alarm, officer"),
        ("initiation_evidence", "LOUD", "where initiation_implied has a value"),
        ("confidence", "4", "one of 1, 2, 3"),
        ("rationale", " ", "a reason in words"),
        ("valid_from", "1 May 2024", "YYYY-MM-DD"),
        ("valid_to", "2024-02-30", "YYYY-MM-DD"),
    ],
)
def test_a_bad_value_is_refused_with_its_line_and_field(tmp_path: Path, field: str, value: str, expected: str) -> None:
    path = written(tmp_path, row("STOLEN BOAT"), row(**{field: value}))
    with pytest.raises(SourceError) as error:
        reviewed(path, [], CITIES)
    assert error.value.file == str(path)
    assert error.value.found.startswith(f"line 3, field {field}: ")
    assert expected in error.value.expected


def test_validity_must_run_forward(tmp_path: Path) -> None:
    path = written(tmp_path, row(valid_from="2024-05-01", valid_to="2024-04-30"))
    with pytest.raises(SourceError, match="line 2, field valid_to: 2024-04-30"):
        reviewed(path, [], CITIES)


def test_a_type_is_mapped_once_a_day(tmp_path: Path) -> None:
    before = mapped("LOUD PARTY", valid_to="2023-12-31")
    after = row(valid_from="2024-01-01")
    assert len(reviewed(written(tmp_path, after), [before], CITIES).rows) == 1
    with pytest.raises(SourceError, match="mapped already"):
        reviewed(written(tmp_path, row()), [before], CITIES)
    with pytest.raises(SourceError, match="line 3, field call_type: LOUD PARTY, mapped already"):
        reviewed(written(tmp_path, row(), row()), [], CITIES)


def test_a_file_without_its_columns_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "types.csv"
    path.write_text("decision,city\naccept,testville\n", encoding="utf-8")
    with pytest.raises(SourceError, match="no column published_type"):
        reviewed(path, [], CITIES)


def test_a_row_cut_short_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path)
    with path.open("a", encoding="utf-8") as file:
        file.write("accept,LOUD PARTY,12\n")
    with pytest.raises(SourceError, match="line 2, field row: more or fewer fields"):
        reviewed(path, [], CITIES)


def test_a_file_saved_by_a_spreadsheet_is_read(tmp_path: Path) -> None:
    path = written(tmp_path, row())
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().replace(b"\r\n", b"\n"))
    assert len(reviewed(path, [], CITIES).rows) == 1


def test_decisions_are_not_overwritten(tmp_path: Path) -> None:
    undecided = row(decision="")
    path = written(tmp_path, undecided)
    review.write(path, [undecided])
    written(tmp_path, row())
    with pytest.raises(FileExistsError):
        review.write(path, [undecided])


@settings(deadline=None)
@given(
    st.lists(
        st.text(alphabet="ABCDEFGHIJ KLMNOPRSTUWY-/", min_size=1, max_size=20).filter(type_key), unique_by=type_key
    )
)
def test_proposals_accepted_as_they_are_can_be_taken(
    tmp_path_factory: pytest.TempPathFactory, texts: list[str]
) -> None:
    proposals = [row(text) for text in texts if suggest(text).confidence]
    path = written(tmp_path_factory.mktemp("review"), *proposals)
    assert len(reviewed(path, [], CITIES).rows) == len(proposals)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A warehouse whose current release has calls of riverbend: 90 mapped, and 10 of three types that are not."""
    from orchestration.settings import settings

    release = tmp_path / "home" / "releases" / "r1"
    release.mkdir(parents=True)
    (tmp_path / "home" / "build").mkdir()
    duckdb.connect(str(release / "public.duckdb")).close()
    with duckdb.connect(str(release / "analyst.duckdb")) as connection:
        connection.execute("""
            create schema demand;
            create table demand.fct_calls (city varchar, final_type varchar, initial_type varchar, mapping_status varchar);
            insert into demand.fct_calls select 'riverbend', 'NOISE', null, 'final_type' from range(90);
            insert into demand.fct_calls select 'riverbend', 'STOLEN BOAT', 'THEFT?', 'unmapped' from range(6);
            insert into demand.fct_calls select 'riverbend', null, 'LOUD - PARTY', 'unmapped' from range(3);
            insert into demand.fct_calls values ('riverbend', null, null, 'unmapped');
        """)
    manifest = releases.Release(
        release_id="r1",
        run_id="run1",
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
        version="0",
        loads=[],
        tables={},
        gates=[],
        files=releases.describe_files(release),
    )
    (release / releases.MANIFEST).write_text(manifest.model_dump_json())
    (release.parent / "current").symlink_to("r1")
    monkeypatch.setenv("FOOTPRINT_HOME", str(tmp_path / "home"))
    settings.cache_clear()
    yield tmp_path / "home"  # type: ignore[misc]
    settings.cache_clear()


def asked(*arguments: str) -> Any:
    return CliRunner().invoke(app, ["crosswalk", *arguments])


def test_suggest_writes_what_review_takes(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crosswalk = tmp_path / "call_type_crosswalk.csv"
    seed.write(crosswalk, [mapped("LOUD PARTY", city="testville")])
    monkeypatch.setattr(seed, "CROSSWALK", crosswalk)

    answer = asked("suggest", "--city", "riverbend", "--json")
    assert answer.exit_code == 0, answer.output
    path = home / "crosswalk" / "riverbend.csv"
    rows = seed.read(path)
    assert [(one["published_type"], one["records"], one["share"]) for one in rows] == [
        ("STOLEN BOAT", "6", "0.0600"), ("LOUD - PARTY", "3", "0.0300"),
    ]  # fmt: skip
    assert '"without_type": 1' in answer.output

    rows[1]["decision"] = "accept"
    review_file = written(tmp_path, *rows)
    assert asked("review", str(review_file)).exit_code == 0
    assert [(one["city"], one["call_type"]) for one in seed.read(crosswalk)] == [
        ("riverbend", "LOUD PARTY"), ("testville", "LOUD PARTY"),
    ]  # fmt: skip


def test_one_bad_row_leaves_the_crosswalk_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    crosswalk = tmp_path / "call_type_crosswalk.csv"
    seed.write(crosswalk, [mapped("LOUD PARTY")])
    monkeypatch.setattr(seed, "CROSSWALK", crosswalk)
    before = crosswalk.read_bytes()
    good = row("STOLEN BOAT", city="riverbend")
    path = written(tmp_path, good, row(city="riverbend", confidence="high"))
    answer = asked("review", str(path), "--json")
    assert answer.exit_code == 1
    assert "line 3, field confidence: high" in answer.output
    assert crosswalk.read_bytes() == before


def test_a_city_without_calls_is_told(home: Path) -> None:
    answer = asked("suggest", "--city", "atlantis")
    assert answer.exit_code == 2
    assert "has calls of atlantis" in answer.output


def test_types_of_a_run_that_a_gate_stopped_are_proposed(home: Path) -> None:
    with duckdb.connect(str(home / "build" / "analyst.duckdb")) as connection:
        connection.execute("""
            create schema demand;
            create table demand.fct_calls (city varchar, final_type varchar, initial_type varchar, mapping_status varchar);
            insert into demand.fct_calls select 'testville', 'LOUD PARTY', null, 'unmapped' from range(4);
        """)
    new = json.loads(asked("suggest", "--city", "testville", "--json").stdout)
    assert (new["read_from"], new["records"], [one["published_type"] for one in new["proposals"]]) == (
        "stopped_run", 4, ["LOUD PARTY"],
    )  # fmt: skip
    # A city that the stopped run did not build is read from the release.
    assert json.loads(asked("suggest", "--city", "riverbend", "--json").stdout)["read_from"] == "release"

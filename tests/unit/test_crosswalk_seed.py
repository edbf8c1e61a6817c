"""The crosswalk's rows are sound, and cover the call types that cities really published."""

import csv
import gzip
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from expectations.thresholds import MAPPED_RECORDS
from orchestration.catalog.model import cities
from orchestration.crosswalk.seed import CROSSWALK, EVERY_CITY, SEEDS, faults, overlapping, read, topic_groups
from orchestration.crosswalk.wording import type_key

DATA = Path(__file__).parents[3] / "shared" / "data"
APCO = DATA / "schemes" / "apco_common_incident_types_2019.csv"
# The columns of call types in the files of each city; an NA of R's exports is no type.
TYPE_COLUMNS = {
    "seattle": {
        "911_incident_response_2015.csv.gz": ("Event.Clearance.Description", "Initial.Type.Description"),
        "911_incident_response_2016_sample.csv": ("Event Clearance Description", "Initial Type Description"),
        "call_data_sample_a.csv": ("Final Call Type", "Initial Call Type"),
        "call_data_sample_b.csv": ("Final Call Type", "Initial Call Type"),
    },
    "burlington": {"police_incidents_2022.csv": ("call_type",)},
    "san_luis_obispo": {"SLOPD_report_asof_2021-12-30.csv": ("type",)},
    "takoma_park": {"cad_data.csv": ("type",)},
}
FILES = [(city, file) for city, files in TYPE_COLUMNS.items() for file in files]


def values(path: Path, column: str) -> Iterator[str]:
    opened = gzip.open if path.suffix == ".gz" else open
    with opened(path, "rt", encoding="utf-8-sig", errors="replace", newline="") as file:
        for row in csv.DictReader(file):
            yield (row[column] or "").strip()


def known(city: str) -> set[str]:
    return {row["call_type"] for row in read(CROSSWALK) if row["city"] in (city, EVERY_CITY)}


def test_every_row_holds_only_allowed_values() -> None:
    wrong = {
        (row["city"], row["call_type"]): found
        for row in read(CROSSWALK)
        if (found := faults(row, type_key(row["call_type"])))
    }
    assert not wrong


def test_no_two_rows_map_one_type_on_one_day() -> None:
    rows = read(CROSSWALK)
    assert not [row for number, row in enumerate(rows) if overlapping(row, rows[:number])]


def test_rows_stand_in_order_so_that_changes_are_easy_to_review() -> None:
    keys = [(row["city"], row["call_type"], row["valid_from"]) for row in read(CROSSWALK)]
    assert keys == sorted(keys)


def test_every_category_is_used_and_named_once() -> None:
    named = [row["topic_category"] for row in read(SEEDS / "topic_categories.csv")]
    assert len(named) == len(set(named))
    assert set(named) == {row["topic_category"] for row in read(CROSSWALK)}


def test_every_scheme_has_a_label_for_every_category_but_tests() -> None:
    labels = {(row["scheme"], row["topic_category"]) for row in read(SEEDS / "published_schemes.csv")}
    categories = set(topic_groups()) - {"test_call"}
    assert labels == {
        (scheme, topic)
        for scheme in ("langton", "vera_own_reading", "lum_own_reading", "ah_datalytics_own_reading")
        for topic in categories
    }


def test_every_call_type_of_the_demo_city_is_mapped() -> None:
    from orchestration.demo.calltypes import CALL_TYPES

    assert {type_key(call_type.name) for call_type in CALL_TYPES} <= known("riverbend")


def test_cities_of_the_crosswalk_are_named_as_the_catalog_names_them() -> None:
    expected = {EVERY_CITY, *cities(), *TYPE_COLUMNS}
    assert {row["city"] for row in read(CROSSWALK)} <= expected


@pytest.mark.parametrize(("city", "file"), FILES)
def test_types_of_real_exports_are_mapped(city: str, file: str) -> None:
    path = DATA / city / file
    if not path.is_file():
        pytest.skip("needs the real exports, which are not part of the repository")
    types = known(city)
    for column in TYPE_COLUMNS[city][file]:
        seen = Counter("" if value == "NA" else value for value in values(path, column))
        mapped = sum(count for value, count in seen.items() if type_key(value) in types)
        share = mapped / seen.total()
        missing = Counter({value: count for value, count in seen.items() if type_key(value) not in types})
        print(f"{city} {column}: {share:.2%} of {seen.total():,} records, missing {missing.most_common(3)}")
        assert share >= MAPPED_RECORDS.value, missing.most_common(10)


@pytest.mark.skipif(
    not APCO.is_file(), reason="needs the published list of incident types, which is not part of the repository"
)
def test_apco_codes_are_codes_of_the_standard() -> None:
    codes = set(values(APCO, "code")) | {"FRAUD"}  # one row of the file swallows the one after it
    assert {row["apco_code"] for row in read(CROSSWALK)} - {""} <= codes

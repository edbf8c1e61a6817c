"""Names of columns: made usable without quotes, never two alike, and guesses at what a lost one is called now."""

import re

from hypothesis import given
from hypothesis import strategies as st

from orchestration.ingest.columns import likely_new_name, normalised

HEADERS = st.lists(
    st.one_of(st.sampled_from(["a", "A ", "a_2", "a 2", "", "column_2", "Ä", "日付"]), st.text(max_size=8))
)


def test_portals_spellings() -> None:
    assert normalised(["CAD Event Number", "District/Sector", " x ", "100 Block Address", "Année", "Straße"]) == [
        "cad_event_number", "district_sector", "x", "100_block_address", "annee", "stra_e"
    ]  # fmt: skip


def test_empty_ones_are_called_by_their_position() -> None:
    assert normalised(["a", "", "?!", "column_2"]) == ["a", "column_2", "column_3", "column_2_2"]


def test_repeats_are_numbered_past_names_that_are_taken() -> None:
    assert normalised(["date", "Date", "date_2", "DATE"]) == ["date", "date_3", "date_2", "date_4"]
    assert normalised(["sheet", "a"], reserved=["sheet"]) == ["sheet_2", "a"]


@given(HEADERS)
def test_names_never_collide_and_need_no_quotes(headers: list[str]) -> None:
    names = normalised(headers, reserved=["a"])
    assert len(names) == len(headers) == len({*names, "a"}) - 1
    assert all(re.fullmatch(r"[0-9a-z]+(_[0-9a-z]+)*", name) for name in names)


def test_likely_new_name() -> None:
    found = ["cad_call_number", "beat", "weather"]
    assert likely_new_name("call_number", ["call_number", "beat"], found) == "cad_call_number"
    assert likely_new_name("zzz", ["zzz", "beat"], found) is None
    assert likely_new_name("beats", ["beats", "beat"], ["beat"]) is None

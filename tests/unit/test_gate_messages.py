"""The words of a gate, and the limits they quote."""

import pytest

from orchestration.gates import messages
from orchestration.gates.data_docs import check_run_id

WORDS = {"expected": "Every load has rows.", "mend": "Load it again."}


def test_sentence_formats_the_columns_of_a_row() -> None:
    row = {"city": "riverbend", "bad": 1234, "share": 0.0512}
    assert messages.sentence("{city}: {bad:,} rows ({share:.1%})", row) == "riverbend: 1,234 rows (5.1%)"


@pytest.mark.parametrize(("value", "text"), [(None, "unknown"), ("many", "many")])
def test_sentence_survives_values_that_do_not_fit(value: object, text: str) -> None:
    assert messages.sentence("{n:,} rows", {"n": value}) == f"{text} rows"


def test_sentence_names_a_column_the_query_lacks() -> None:
    assert messages.sentence("{city} has {rows:,}", {"city": "riverbend"}) == "riverbend has unknown"


def test_sentence_leaves_braces_in_values_alone() -> None:
    assert messages.sentence("{city}", {"city": "{rows}"}) == "{rows}"


def test_observed_shows_the_first_rows_and_counts_the_rest() -> None:
    rows = [{"city": f"city {number}"} for number in range(9)]
    text = messages.observed("{city} is empty.", rows, total=1200)
    assert text.startswith("city 0 is empty. city 1 is empty.")
    assert text.endswith("city 4 is empty. And 1,195 more.")


def test_failed_says_what_was_found_expected_and_how_to_mend_it() -> None:
    assert messages.failed(WORDS, "riverbend: no rows.") == (
        "riverbend: no rows. Expected: Every load has rows. To mend: Load it again."
    )


def test_not_checked_masks_values_that_could_be_personal() -> None:
    error = "Conversion Error: Could not convert string '12 ELM ST' to INT32\nLINE 1: select ..."
    text = messages.not_checked("canonical.calls", error)
    assert "canonical.calls could not be checked: Conversion Error" in text
    assert "ELM" not in text
    assert "LINE 1" not in text


def test_not_checked_names_a_missing_column() -> None:
    error = 'Binder Error: Referenced column "longitude" not found in FROM clause!'
    assert '"longitude" not found' in messages.not_checked("canonical.calls", error)


@pytest.mark.parametrize("run_id", ["", "../up", "a/b", "data_docs", ".hidden"])
def test_run_id_is_a_plain_folder_name(run_id: str) -> None:
    with pytest.raises(ValueError, match="run id"):
        check_run_id(run_id)

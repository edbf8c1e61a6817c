"""What a failed dbt build tells: the table, how many rows, what was expected, and where to look."""

import pytest

from orchestration.transform.assets import manifest
from orchestration.transform.failures import in_words
from orchestration.transform.project import NodeResult


def failed(name: str, failures: int | None = 3, message: str = "dbt's own words") -> NodeResult:
    (unique_id,) = [key for key in manifest()["nodes"] if key.split(".")[2] == name]
    return NodeResult(unique_id, "fail" if failures else "error", 0.1, failures, message)


@pytest.mark.parametrize(
    ("test", "says"),
    [
        (
            "unique_combination_resources_city__resource_id",
            "canonical.resources: 3 keys (city, resource_id) stand in more than one row. Expected: each key once. To mend: ",
        ),
        (
            "required_columns_unit_responses_city__unit_response_id__call_id",
            "3 rows have no value in one of city, unit_response_id, call_id. Expected: a value in every row.",
        ),
        ("eligible_range_is_a_range", "3 rows break a rule. Expected: (answer_axis = 'internal' and"),
    ],
)
def test_a_failed_test_is_told_in_a_sentence(test: str, says: str) -> None:
    told = in_words([failed(test)], manifest()["nodes"])
    assert says in told
    assert told.endswith(f"(dbt's test {test}).")


def test_a_model_that_could_not_be_built_is_told_as_dbt_does() -> None:
    assert in_words([failed("resources", None)], manifest()["nodes"]) == "canonical.resources: dbt's own words"


def test_every_kind_of_test_finds_words() -> None:
    tests = [node["name"] for node in manifest()["nodes"].values() if node["resource_type"] == "test"]
    told = [in_words([failed(name)], manifest()["nodes"]) for name in tests]
    assert all("Expected: " in text and "dbt's own words" not in text for text in told)


def test_only_the_first_failures_are_told() -> None:
    told = in_words([failed("resources", None)] * 7, manifest()["nodes"])
    assert told.count("dbt's own words") == 5
    assert told.endswith("And 2 more.")

"""The Pittsburgh release against its file: 311 requests by type, state and place."""

import duckdb
import pandas as pd
import pytest

from tests.integration.real_exports import counted, fates, mapping, table

CITY = "pittsburgh"


@pytest.fixture(scope="module")
def requests(real_analyst: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """The file as published."""
    return table(CITY, "311_sample.csv")


def by(analyst: duckdb.DuckDBPyConnection, key: str) -> dict[object, int]:
    """Requests by an expression."""
    return mapping(analyst, f"select {key}, count(*) from demand.fct_requests where city = '{CITY}' group by 1")


def test_every_request_is_there_with_its_clock(real_analyst: duckdb.DuckDBPyConnection, requests: pd.DataFrame) -> None:
    found = mapping(
        real_analyst,
        f"""
        select request_id, strftime(requested_at_local, '%Y-%m-%dT%H:%M:%S')
        from demand.fct_requests where city = '{CITY}'
        """,
    )

    assert fates(real_analyst, CITY, "requests_311") == {("accepted", None): 500}
    assert found == dict(zip(requests["REQUEST_ID"], requests["CREATED_ON"], strict=True))


def test_requests_by_type(real_analyst: duckdb.DuckDBPyConnection, requests: pd.DataFrame) -> None:
    assert by(real_analyst, "category") == counted(requests["REQUEST_TYPE"])


def test_only_code_1_is_closed(real_analyst: duckdb.DuckDBPyConnection, requests: pd.DataFrame) -> None:
    codes = counted(requests["STATUS"])

    assert codes == {"1": 409, "3": 49, "0": 42}
    assert by(real_analyst, "request_status") == {"closed": codes["1"], "open": codes["0"] + codes["3"]}


def test_places_out_of_bounds_and_of_zeros(real_analyst: duckdb.DuckDBPyConnection, requests: pd.DataFrame) -> None:
    withheld = int((requests["GEO_ACCURACY"] == "OUT_OF_BOUNDS").sum())
    zeros = int((requests["X"] == "0").sum())

    assert (withheld, zeros) == (23, 2)
    assert by(real_analyst, "location_status") == {
        "withheld": withheld,
        "missing": zeros,
        "located": 500 - withheld - zeros,
    }

"""What `footprint city check` tells of a city's offenses and contacts: what their numbers are not."""

import duckdb

Told = tuple[str, str, str, str]  # rule, table, found, mend: the fields of a `check.Finding`

ONE_TYPE = """
select any_value(commonest_offense), min(year(year_start)), max(year(year_start)), min(share)
from intermediate.int_offenses__mix where city = $city and is_one_type
having count(*) > 0
"""
UNCLASSIFIED = """
select count(*) filter (measure = 'offenses_unclassified') as unclassified, count(*),
    mode(coalesce(nibrs_code, offense)) filter (measure = 'offenses_unclassified')
from intermediate.int_offenses__classified where city = $city and measure is not null
having unclassified > 0
"""
CONTACTS = """
select linked, perhaps_double, has_sum from intermediate.int_contacts__sums where city = $city and perhaps_double > 0
"""


def told(connection: duckdb.DuckDBPyConnection, city: str) -> list[Told]:
    """Offenses of one type, of unknown kind, and contacts that may be counted twice."""

    def rows(query: str) -> list[tuple]:  # type: ignore[type-arg]
        return connection.execute(query, {"city": city}).fetchall()

    return [
        *(_one_type(*row) for row in rows(ONE_TYPE)),
        *(_unclassified(*row) for row in rows(UNCLASSIFIED)),
        *(_perhaps_double(*row) for row in rows(CONTACTS)),
    ]


def _one_type(offense: str, first: int, last: int, share: float) -> Told:
    return (
        "one_offense_type",
        "offenses",
        f"{share:.0%} or more of the offenses of {first} to {last} are of one type: {offense}",
        "This is not the city's crime, and its numbers say so (ONE_OFFENSE_TYPE). Bring in the whole data set if there is "
        "one.",
    )


def _unclassified(unclassified: int, offenses: int, commonest: str | None) -> Told:
    return (
        "unclassified_offenses",
        "offenses",
        f"{unclassified:,} of {offenses:,} offenses ({unclassified / offenses:.1%}) have no code of the codebook, most "
        f"often {commonest}: whether they were reported or found by police is not known, and they are counted apart",
        "Map the publisher's codes to NIBRS in the staging model (nibrs_code).",
    )


def _perhaps_double(linked: int, perhaps_double: int, has_sum: bool) -> Told:
    consequence = "they are added up with that doubt" if has_sum else "so contacts have no number (not_estimable)"
    return (
        "contacts_perhaps_double",
        "contacts",
        f"up to {perhaps_double:,} arrests and uses of force may be part of a stop or an arrest without a common number "
        f"({linked:,} have one); {consequence}",
        "Map the number of the call of stops and arrests (call_id) where the export has one.",
    )

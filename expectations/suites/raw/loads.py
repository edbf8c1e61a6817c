"""Guards raw.loads: a load is whole, and not much shorter than the last one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import no_rows, no_rows_where, not_empty
from expectations.thresholds import (
    KEPT_ROWS,
    KEPT_ROWS_OF_A_COUNTED_SET,
    KEPT_ROWS_OF_A_GROWING_SET,
    REJECTED_LINES,
)

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "raw.loads"


def profile(columns: dict[str, str]) -> str:
    return f"""
        select *,
            rows + rejected_lines as lines,
            rejected_lines / nullif(rows + rejected_lines, 0) as rejected_share,
            least(rows, coalesce(kept_rows, rows)) as still_there,
            1 - still_there / nullif(previous_rows, 0) as lost_share,
            case
                when growth = 'append' and portal_rows is not null then {KEPT_ROWS_OF_A_COUNTED_SET.value}
                when growth = 'append' then {KEPT_ROWS_OF_A_GROWING_SET.value}
                else {KEPT_ROWS.value}
            end as limit_share,
            case growth when 'append' then 'a set that only gains rows' else 'a snapshot' end as kind,
            coalesce((
                select ' Most in ' || string_agg(
                    month || ' (' || m.previous_rows || ' before, ' || m.rows || ' now)', ', '
                    order by m.previous_rows - m.rows desc, month
                ) || '.'
                from (
                    select * from raw.shrunk_months as s
                    where s.city = l.city and s.data_set = l.data_set and s.load_id = l.load_id
                    order by s.previous_rows - s.rows desc, s.month limit 3
                ) as m
            ), '') as months,
            withdrawn_rows / nullif(rows, 0) as withdrawn_share,
            rows + rejected_lines - portal_rows as portal_difference
        from raw.loads as l
    """


def expectations() -> list[Expectation]:
    return [
        not_empty(
            TABLE,
            why="A run without loads would publish an empty release.",
            mend="Put the exports into the incoming folder of their city, or fetch them, and run again.",
        ),
        no_rows_where(
            "load_has_rows",
            "coalesce(rows, 0) = 0",
            severity="critical",
            why="An empty file is a failed download, not a city without incidents.",
            expected="Every load has rows.",
            message="{city} / {data_set}: load {load_id} has no rows.",
            mend="Open the landed file: an error page or a lone header line means the download must be repeated.",
        ),
        no_rows_where(
            "rows_match_portal",
            "portal_difference <> 0",
            severity="critical",
            why="A pull that lost a page looks like a quieter city.",
            expected="Rows read plus lines rejected equal the rows that the portal counted.",
            message="{city} / {data_set}: the portal counted {portal_rows:,} rows, load {load_id} has {lines:,}.",
            mend="Pull again; if the difference stays, the portal's own count is wrong: tell its publisher.",
        ),
        no_rows_where(
            "rejected_share",
            f"rejected_share > {REJECTED_LINES.value}",
            severity="critical",
            why=REJECTED_LINES.reason,
            expected=f"At most {REJECTED_LINES.value:.0%} of a load's lines cannot be read.",
            message="{city} / {data_set}: {rejected_lines:,} of {lines:,} lines ({rejected_share:.1%}) "
            "could not be read.",
            mend="See raw.rejected_lines for each line's reason; then correct the delimiter, quote or "
            "encoding in the city's catalog file, or ask for a new export.",
        ),
        no_rows_where(
            "rows_kept",
            "previous_rows > 0 and still_there < limit_share * previous_rows and not coalesce(shrink_accepted, false)",
            severity="critical",
            why=f"{KEPT_ROWS.reason} {KEPT_ROWS_OF_A_GROWING_SET.reason}",
            expected=f"A load keeps at least {KEPT_ROWS.value:.0%} of the rows of the load now released, month by month; "
            f"of a set that only gains rows {KEPT_ROWS_OF_A_GROWING_SET.value:.0%}, or "
            f"{KEPT_ROWS_OF_A_COUNTED_SET.value:.0%} where the portal counts as many as came.",
            message="{city} / {data_set}: {lost_share:.0%} of the rows are gone ({rows:,} now, "
            "{previous_rows:,} in the current release), of {kind}.{months}",
            mend="Download the data set again; if the publisher did remove the rows, accept the shrink when "
            "you run it again (--accept-shrink).",
        ),
        no_rows(
            "withdrawn_rows_are_few",
            f"""
            select city, data_set, any_value(listed_keys) as listed_keys, sum(rows) as total,
                sum(withdrawn_rows) as withdrawn, withdrawn / total as share
            from {{batch}}
            group by city, data_set
            having withdrawn > {1 - KEPT_ROWS_OF_A_COUNTED_SET.value} * total and not bool_or(shrink_accepted)
            """,
            severity="critical",
            why=KEPT_ROWS_OF_A_COUNTED_SET.reason,
            expected=f"The portal still lists at least {KEPT_ROWS_OF_A_COUNTED_SET.value:.0%} of the rows that it sent.",
            message="{city} / {data_set}: the portal lists {listed_keys:,} keys; {withdrawn:,} of {total:,} rows "
            "({share:.1%}) that it sent are not among them.",
            mend="Run again later: the portal may be filling its table anew. If the rows were withdrawn, accept the "
            "shrink (--accept-shrink).",
        ),
        no_rows_where(
            "portal_has_no_others",
            "unknown_keys > 0 and load_number = 1",
            severity="warning",
            why="Rows that the portal has and the warehouse lacks are missing from every number.",
            expected="Every key that the portal lists is in a load.",
            message="{city} / {data_set}: the portal lists {listed_keys:,} keys, {unknown_keys:,} of them in no load.",
            mend="Run again: rows made while the portal was asked come with the next pull; if others stay away, all is "
            "pulled anew by itself.",
        ),
        no_rows(
            "statuses_are_read_again",
            """
            select city, data_set, min(as_of) as oldest, any_value(looks_back_days) as days
            from {batch}
            where entity in ('requests', 'calls') and looks_back_days is not null
            group by city, data_set
            having min(as_of) < greatest(max(as_of), max(looked_at))
            """,
            severity="warning",
            why="A request that was closed or opened again after it was last read still shows its old status.",
            expected="What changes on a record is pulled however old the record is.",
            message="{city} / {data_set}: the status of records made more than {days} days before a pull may be as old as "
            "{oldest:%Y-%m-%d %H:%M} UTC, when all were last pulled.",
            mend="Read status_as_of_utc with request_status. changes_for_days in the city file says how far back each "
            "pull looks, compared_every_days how often all is pulled.",
        ),
    ]

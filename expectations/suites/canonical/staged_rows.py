"""Guards canonical.staged_rows: every row of a load has one fate, and few of them a bad one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from expectations.checks import Severity, no_rows, not_empty
from expectations.thresholds import QUARANTINED_ROWS, REPEATED_KEYS, SUPERSEDED_VERSIONS

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation

TABLE = "canonical.staged_rows"

# Versions by a documented way (a version column, a later pull of a chain) are no duplicates. Of files that are each
# whole, the same key in two of them is.
_REPEATED = "row_reason = 'repeated_row' or (row_reason = 'superseded_version' and growth = 'yearly_files')"


def expectations() -> list[Expectation]:
    return [
        not_empty(
            TABLE,
            why="Without counts of staged rows nothing could be reconciled.",
            mend="See that the staging models ran and that canonical.staged_rows names each of them.",
        ),
        no_rows(
            "staged_rows_match_loads",
            """
            select city, data_set, load_id, coalesce(l.rows, 0) as loaded, coalesce(s.rows, 0) as staged,
                coalesce(s.rows, 0) - coalesce(l.rows, 0) as difference
            from (select * replace (rows - withdrawn_rows as rows) from raw.loads) as l
            full join (
                -- A second entity made from the same rows does not count them again.
                select city, source_dataset as data_set, load_id, sum(rows) as rows
                from {batch} as staged
                where not exists (
                    select 1 from raw.loads as o
                    where o.city = staged.city and o.data_set = staged.source_dataset
                        and o.load_id = staged.load_id and o.entity <> staged.entity
                )
                group by all
            ) as s using (city, data_set, load_id)
            where coalesce(l.rows, 0) <> coalesce(s.rows, 0)
            """,
            severity="critical",
            why="A row without a fate, or with two, could not be accounted for to the publisher.",
            expected="Accepted, quarantined and excluded rows of a load add up to its raw rows.",
            message="{city} / {data_set}: load {load_id} has {loaded:,} raw rows, staging accounts for "
            "{staged:,} ({difference:+,}).",
            mend="Look in the city's staging model for a filter that drops rows or a join that multiplies them.",
        ),
        no_rows(
            "quarantined_share",
            f"""
            select city, source_dataset, sum(rows) as total,
                sum(rows) filter (row_status = 'quarantined') as bad,
                bad / total as share,
                arg_max(row_reason, rows) filter (row_status = 'quarantined') as reason
            from {{batch}}
            group by city, source_dataset
            having coalesce(bad, 0) > {QUARANTINED_ROWS.value} * total
            """,
            severity="critical",
            why=QUARANTINED_ROWS.reason,
            expected=f"At most {QUARANTINED_ROWS.value:.0%} of a data set's rows are quarantined.",
            message="{city} / {source_dataset}: {bad:,} of {total:,} rows ({share:.1%}) are quarantined, "
            "most for {reason}.",
            mend="Read some of these rows in quarantine; if the publisher changed a format, change the "
            "city's staging model with it.",
        ),
        *_one_key_one_content(),
        _repeats_are_told(),
        no_rows(
            "repeated_keys",
            f"""
            select city, source_dataset, sum(staged.rows) as total,
                sum(staged.rows) filter ({_REPEATED}) as repeated,
                repeated / total as share
            from {{batch}} as staged
            left join (select city, data_set as source_dataset, load_id, growth from raw.loads) as loads
                using (city, source_dataset, load_id)
            group by city, source_dataset
            having coalesce(repeated, 0) > {REPEATED_KEYS.value} * total
            """,
            severity="critical",
            why=REPEATED_KEYS.reason,
            expected=f"At most {REPEATED_KEYS.value:.0%} of a data set's rows repeat the key of another row.",
            message="{city} / {source_dataset}: {repeated:,} of {total:,} rows ({share:.1%}) have a duplicated key.",
            mend="If a file was delivered twice, remove one; if the key does not identify a row, correct "
            "key in the city's catalog file.",
        ),
        no_rows(
            "superseded_versions",
            f"""
            select city, source_dataset, load_id, sum(staged.rows) as total,
                sum(staged.rows) filter (row_reason = 'superseded_version') as older, older / total as share
            from {{batch}} as staged
            inner join (
                select city, data_set as source_dataset, arg_max(load_id, load_number) as load_id
                from raw.loads group by all
            ) as newest using (city, source_dataset, load_id)
            group by city, source_dataset, load_id
            having coalesce(older, 0) > {SUPERSEDED_VERSIONS.value} * total
            """,
            severity="critical",
            why=SUPERSEDED_VERSIONS.reason,
            expected=f"At most {SUPERSEDED_VERSIONS.value:.0%} of the newest load's rows are older versions of others.",
            message="{city} / {source_dataset}: {older:,} of {total:,} rows ({share:.1%}) of load {load_id} are older "
            "versions of another row.",
            mend="Look at a few rows that share a key: if they are different records, correct key in the city's "
            "catalog file and staging model.",
        ),
    ]


def _one_key_one_content() -> list[Expectation]:
    """A zone that is lost leaves its calls nowhere; a few calls that are set aside, and named, do no harm."""
    rules: tuple[tuple[str, str, Severity], ...] = (
        ("one_zone_one_outline", "in", "critical"),
        ("one_key_one_content", "not in", "warning"),
    )
    return [
        no_rows(
            name,
            f"""
            select city, source_dataset, count(*) as n,
                min(source_file || ' line ' || source_line) as first, max(source_file || ' line ' || source_line) as last
            from canonical.rows_set_aside_by_staging
            where row_reason = 'same_key_other_content' and (city, source_dataset) {which} (
                select (city, source_dataset) from {{batch}} where entity = 'zones'
            )
            group by city, source_dataset
            """,
            severity=severity,
            why="One key with two contents is two things, or one that nobody can tell from another: neither is counted.",
            expected="A key stands for one content, or a column or a later load tells which is the newer.",
            message="{city} / {source_dataset}: {n:,} rows share a key with a row that says something else, from {first} "
            "to {last} (all of them in canonical.rows_set_aside_by_staging); none of them is counted.",
            mend="If numbers start anew each year or county, add what tells them apart to key in the city's catalog file "
            "and staging model; if one is a newer version, name the column that says so in rank_versions.",
        )
        for name, which, severity in rules
    ]


def _repeats_are_told() -> Expectation:
    return no_rows(
        "repeats_without_a_key",
        """
        select city, source_dataset, sum(rows) as total,
            coalesce(sum(rows) filter (row_reason = 'repeated_content_kept'), 0) as kept,
            coalesce(sum(rows) filter (row_reason = 'repeated_content'), 0) as left_out
        from {batch}
        group by city, source_dataset
        having kept + left_out > 0
        """,
        severity="warning",
        why="Where no column is a key, nobody can tell a record that is written twice from two records that are alike.",
        expected="No row of an export without a key says the same as another.",
        message="{city} / {source_dataset}: of {total:,} rows, {left_out:,} that say the same as another are left out, "
        "{kept:,} are counted.",
        mend="Find out from the publisher which it is, and set repeats in the city's catalog file: exclude or keep.",
    )

"""Ways of breaking a sound database: the gate, what breaks it, the expectations that then fail, part of the message."""

from expectations.suites import Layer

CELL = "zone_id = 'T1' and measure = 'calls' and month = date '2024-02-01'"
HIDE = "update published.zone_month set n = null, status = 'suppressed' where zone_id = 'T1' and month"

# A sound row of who else could answer, and the calls that it is of.
ELIGIBLE = """insert into demand.alternative_response by name
    select 'riverbend' as city, 'community' as denominator, 'moderate' as scheme, '(all)' as path, 'calls' as unit,
        100 as total, 60 as gross, 50 as screened, 20 as eligible_low, 40 as eligible_high, 0.6 as gross_share,
        0.5 as screened_share, 0.2 as eligible_low_share, 5 as diverted_least, 10 as diverted_p05, 15 as diverted_p50,
        20 as diverted_p95, 30 as diverted_most, 0.15 as diverted_share_p50, 'ok' as status;
    insert into demand.calls_by_type by name
    select 'riverbend' as city, 'community_or_unknown' as denominator, 'disorder' as call_type_group,
        '(all)' as final_type, 100 as calls, 1 as share_calls, 'ok' as share_status, 1 as share_time,
        1 as rate_per_1000, 'ok' as rate_status, 'ok' as time_status"""
# A sound row of waits.
WAITS = """insert into demand.response_times by name
    select 'riverbend' as city, 'city' as zone_kind, '(all)' as zone_id, '1' as priority, 60 as calls, 60 as arrivals,
        0 as without_received_time, 0 as desk_only, 0 as invalid, 0 as unreached, 0 as unreached_without_end,
        9 as median_minutes, 20 as p90_minutes, 9 as median_censored, 20 as p90_censored, 'ok' as median_status,
        'ok' as p90_status, 'ok' as median_censored_status, 'ok' as p90_censored_status, 'ok' as status,
        'order statistics' as interval_method, 'Kaplan-Meier, log-log bands' as censored_method"""
# A sound row of coverage.
COVERAGE = """insert into audit.coverage by name
    select 'riverbend' as city, 'calls' as data_set, 'calls' as entity, date '2024-01-01' as first_record,
        date '2024-04-09' as last_record, date '2024-04-09' as covered_to, 100 as covered_days, 0 as gaps, 0 as gap_days,
        7 as delay_days, 'default' as delay_from, date '2024-06-01' as landed_on, 1000 as records,
        1000 as records_on_covered_days, false as is_sample"""
BROKEN: dict[str, tuple[Layer, str, set[str], str]] = {
    "renamed column": (
        "raw",
        """update raw.load_columns set present = false, likely_new_name = 'call_no', file = 'calls_2024.csv', files_without = 3
        where column_name = 'call_number'""",
        {"needed_column_present"},
        "the column “call_number” is not in calls_2024.csv and 2 more. It is probably called “call_no” now.",
    ),
    "more covered days than there are": (
        "marts",
        f"{COVERAGE}; update audit.coverage set covered_days = 101",
        {"days_add_up"},
        "101 covered days and 0 in gaps from 2024-01-01 to 2024-04-09",
    ),
    "days without a record": (
        "marts",
        f"""{COVERAGE}; update audit.coverage set covered_days = 90, gaps = 1, gap_days = 10;
        insert into audit.coverage_gaps values
        ('riverbend', 'calls', 'calls', '2024-02-01', '2024-02-10', 10, 100)""",
        {"no_gaps"},
        "10 days are missing, in 1 gap(s), between 2024-01-01 and 2024-04-09: 2024-02-01 to 2024-02-10",
    ),
    "days that are still filling": (
        "marts",
        f"""{COVERAGE}; update audit.coverage set covered_days = 95, covered_to = '2024-04-04',
        records_on_covered_days = 980""",
        {"no_late_end"},
        "20 records are of days younger than 7 days when the data landed on 2024-06-01",
    ),
    "a sample beside the whole": (
        "marts",
        f"{COVERAGE}; update audit.coverage set is_sample = true",
        {"samples_are_told"},
        "1,000 records on 100 days are a sample beside a denser data set of calls",
    ),
    "no whole year": (
        "marts",
        f"""{COVERAGE}; insert into zones.reference_periods by name
        select 'riverbend' as city, 'calls' as measure, 'none' as kind, date '2024-01-01' as period_start,
            date '2024-04-09' as period_end, 100 as days, 100 as covered_days, 'partial_period' as status,
            'no year is covered' as reason""",
        {"periods_are_whole_years"},
        "100 days between 2024-01-01 and 2024-04-09 are covered, and numbers of a year are partial_period",
    ),
    "half the rows": (
        "raw",
        "update raw.loads set rows = 1000, records = 1000 where entity = 'calls'",
        {"rows_kept"},
        "50% of the rows are gone (1,000 now, 2,000 in the current release)",
    ),
    "a month gone while others grow": (
        "raw",
        """update raw.loads set kept_rows = 1000 where entity = 'calls';
        insert into raw.shrunk_months values ('riverbend', 'calls_export', 'snapshot', 'calls-1', '2024-03', 1000, 0, false)""",
        {"rows_kept"},
        "50% of the rows are gone (2,000 now, 2,000 in the current release), of a snapshot. Most in 2024-03 (1000 before, "
        "0 now).",
    ),
    "a growing set shrinks": (
        "raw",
        "update raw.loads set growth = 'append', rows = 1960, records = 1960 where entity = 'calls'",
        {"rows_kept"},
        "2% of the rows are gone (1,960 now, 2,000 in the current release), of a set that only gains rows.",
    ),
    "a file of a month is cut": (
        "raw",
        "update raw.load_files set rows = 500 where file = 'calls.1.csv'",
        {"file_rows_kept"},
        "calls.1.csv has 500 rows now, 1,000 in the current release",
    ),
    "a file of a month is older": (
        "raw",
        "update raw.load_files set rows = 990, last_day = '2024-06-29' where file = 'calls.1.csv'",
        {"file_is_no_older"},
        "calls.1.csv ends on 2024-06-29 (990 rows), in the current release on 2024-06-30 (1,000 rows)",
    ),
    "a file of a month is missing": (
        "raw",
        "update raw.load_files set load_id = null, rows = null where file = 'calls.1.csv'",
        {"file_kept"},
        "calls.1.csv (1,000 rows in the current release) is not in the new delivery",
    ),
    "a file with a header only": (
        "raw",
        "update raw.load_files set rows = 0, previous_rows = null where file = 'calls.1.csv'",
        {"file_has_rows"},
        "calls.1.csv holds no row",
    ),
    "an older snapshot": (
        "raw",
        """insert into raw.held_back
        values ('riverbend', 'calls_export', 'calls-2', 'calls-1', 'its name is of March', 1990, 2000)""",
        {"delivery_is_newer"},
        "load calls-2 (1,990 rows) is not used, as it is older than what is in use (calls-1, 2,000 rows): its name is of "
        "March.",
    ),
    "a moment without an answer": (
        "raw",
        """insert into raw.missing_windows values ('riverbend', 'requests_export', 'requests-1',
        timestamp '2024-03-12 10:30', timestamp '2024-03-12 10:31', 60, 86400 * 30)""",
        {"window_answered"},
        "the portal does not answer for 2024-03-12 10:30 to 2024-03-12 10:31 UTC",
    ),
    "a day without an answer": (
        "raw",
        """insert into raw.missing_windows values ('riverbend', 'requests_export', 'requests-1',
        timestamp '2024-03-12', timestamp '2024-03-13', 86400, 86400 * 30)""",
        {"window_answered", "missing_time_is_short"},
        "the portal did not answer for 24.0 of 720 hours",
    ),
    "a portal that lost a fifth": (
        "raw",
        "update raw.loads set withdrawn_rows = 400, listed_keys = 1600, growth = 'append' where entity = 'calls'",
        {"withdrawn_rows_are_few"},
        "the portal lists 1,600 keys; 400 of 2,000 rows (20.0%) that it sent are not among them",
    ),
    "keys that no load has": (
        "raw",
        "update raw.loads set listed_keys = 2003, unknown_keys = 3, growth = 'append' where entity = 'calls'",
        {"portal_has_no_others"},
        "the portal lists 2,003 keys, 3 of them in no load",
    ),
    "statuses of long ago": (
        "raw",
        """update raw.loads set looks_back_days = 90, looked_at = timestamp '2024-07-02', growth = 'append'
        where entity = 'requests'""",
        {"statuses_are_read_again"},
        "made more than 90 days before a pull may be as old as 2024-07-01 00:00 UTC",
    ),
    "the same feed twice": (
        "raw",
        "insert into raw.repeated_across_files values ('riverbend', 'offenses_export', 'offenses-1', 'b.csv', 300, 290)",
        {"files_share_few_rows"},
        "290 of 300 rows of b.csv (load offenses-1) stand word for word in another file",
    ),
    "a row in two files": (
        "raw",
        "insert into raw.repeated_across_files values ('riverbend', 'offenses_export', 'offenses-1', 'b.csv', 300, 2)",
        {"files_share_no_rows"},
        "2 of 300 rows of b.csv",
    ),
    "load without rows": (
        "raw",
        """update raw.loads set rows = 0, records = 0, previous_rows = null
        where entity = 'resources'""",
        {"load_has_rows"},
        "load resources-1 has no rows",
    ),
    "a page is missing": (
        "raw",
        "update raw.loads set portal_rows = rows + 1000 where entity = 'calls'",
        {"rows_match_portal"},
        "the portal counted 3,000 rows, load calls-1 has 2,000",
    ),
    "no load": ("raw", "delete from raw.loads", {"not_empty"}, "raw.loads has 0 rows"),
    "row lost while reading": (
        "raw",
        "update raw.files set records = rows + 1 where file = 'offenses.csv'",
        {"rows_match_records"},
        "offenses.csv has 601 records, but 600 rows were read and 0 lines rejected (-1)",
    ),
    "column about persons": (
        "raw",
        """insert into raw.column_changes by name select 'riverbend' as city, 'calls_export' as data_set,
        'caller_name' as column_name, 'withheld' as change, 'the name says that it is about a person' as after""",
        {"column_decided"},
        "the column “caller_name” was left out of raw: the name says that it is about a person",
    ),
    "member not read": (
        "raw",
        """insert into raw.file_notes select 'riverbend', 'calls_export', 'calls-1', 'calls.zip/a.csv', 'unread_member', 1,
        'of the archive were read a.csv, not read b.json'""",
        {"members_read"},
        "calls.zip/a.csv: of the archive were read a.csv, not read b.json.",
    ),
    "rows between stray quotes": (
        "raw",
        """insert into raw.file_notes select 'riverbend', 'calls_export', 'calls-1', 'calls.csv', 'stray_quotes', 76,
        '76 lines lay between quotes'""",
        {"quotes_pair"},
        "riverbend / calls_export: calls.csv: 76 lines lay between quotes.",
    ),
    "unreadable lines": (
        "raw",
        """update raw.loads set rejected_lines = 40, records = rows + 40
        where entity = 'calls'""",
        {"rejected_share", "rejected_lines_listed"},
        "40 of 2,040 lines (2.0%) could not be read",
    ),
    "zeros as coordinates": (
        "canonical",
        """update canonical.calls set longitude = 0, latitude = 0
        where i % 10 = 0""",
        {"inside_the_city"},
        "near longitude 0.0, latitude 0.0: in the ocean where both are 0",
    ),
    "exchanged coordinates": (
        "canonical",
        """update canonical.requests set longitude = latitude,
        latitude = longitude""",
        {"inside_the_city"},
        "longitude 41.5, latitude -93.5",
    ),
    "feet for degrees": (
        "canonical",
        """update canonical.calls set longitude = null, latitude = null, location_status = 'impossible'
        where i % 10 = 0""",
        {"places_are_possible"},
        "200 of 2,000 rows have a longitude beyond 180",
    ),
    "days without a clock": (
        "canonical",
        "update canonical.requests set requested_at_local = date_trunc('day', requested_at_local)",
        {"clock_goes_round"},
        "300 of 300 rows (100.0%) stand at 00:00",
    ),
    "a crew of a billion": (
        "canonical",
        "update canonical.unit_responses set crew_size = 1000000000 where i = 3",
        {"crews_are_possible"},
        "1 of 1,800 responses have a crew that cannot be, the largest of 1,000,000,000 officers",
    ),
    "one call number, two calls": (
        "canonical",
        """insert into canonical.rows_set_aside_by_staging
        select 'riverbend', 'calls_export', 'calls-1', 'calls.csv', unnest([7, 9]), 'quarantined',
            'same_key_other_content'""",
        {"one_key_one_content"},
        "2 rows share a key with a row that says something else, from calls.csv line 7 to calls.csv line 9",
    ),
    "one zone number, two outlines": (
        "canonical",
        """insert into canonical.rows_set_aside_by_staging
        select 'riverbend', 'zones_export', 'zones-1', 'zones.csv', unnest([2, 3]), 'quarantined',
            'same_key_other_content';
        insert into canonical.staged_rows
        values ('riverbend', 'zones_export', 'zones-1', 'zones', 'quarantined', 'same_key_other_content', 0)""",
        {"one_zone_one_outline"},
        "riverbend / zones_export: 2 rows share a key",
    ),
    "equal rows without a key": (
        "canonical",
        """update canonical.staged_rows set rows = 1900 where entity = 'calls';
        insert into canonical.staged_rows
        values ('riverbend', 'calls_export', 'calls-1', 'calls', 'accepted', 'repeated_content_kept', 100)""",
        {"repeats_without_a_key"},
        "of 2,000 rows, 0 that say the same as another are left out, 100 are counted",
    ),
    "arrival before receipt": (
        "canonical",
        """update canonical.calls
        set arrived_at_utc = received_at_utc - interval 5 minute where i % 5 = 0""",
        {"arrival_after_receipt"},
        "on 400 of 2,000 calls (20.0%) somebody arrived before",
    ),
    "unit before the call": (
        "canonical",
        """update canonical.unit_responses
        set arrived_at_utc = arrived_at_utc - interval 1 hour where i % 5 = 0""",
        {"arrival_after_receipt"},
        "of 1,800 responses compared with their call, 360 (20.0%)",
    ),
    "doubled keys": (
        "canonical",
        """insert into canonical.staged_rows
        values ('riverbend', 'calls_export', 'calls-1', 'calls', 'excluded', 'repeated_row', 2000);
        update raw.loads set rows = 4000 where entity = 'calls'""",
        {"repeated_keys"},
        "2,000 of 4,000 rows (50.0%) have a duplicated key",
    ),
    "a key of many records": (
        "canonical",
        """insert into canonical.staged_rows
        values ('riverbend', 'calls_export', 'calls-1', 'calls', 'excluded', 'superseded_version', 3000);
        update raw.loads set rows = 5000 where entity = 'calls'""",
        {"superseded_versions"},
        "3,000 of 5,000 rows (60.0%) of load calls-1 are older versions of another row",
    ),
    "one key in two whole files": (
        "canonical",
        """insert into canonical.staged_rows
        values ('riverbend', 'calls_export', 'calls-1', 'calls', 'excluded', 'superseded_version', 1000);
        update raw.loads set rows = 3000, growth = 'yearly_files' where entity = 'calls'""",
        {"repeated_keys"},
        "1,000 of 3,000 rows (33.3%) have a duplicated key",
    ),
    "format changed": (
        "canonical",
        """insert into canonical.staged_rows
        values ('riverbend', 'calls_export', 'calls-1', 'calls', 'quarantined', 'time_unreadable', 500);
        update raw.loads set rows = 2500 where entity = 'calls'""",
        {"quarantined_share"},
        "500 of 2,500 rows (20.0%) are quarantined, most for time_unreadable",
    ),
    "row without a fate": (
        "canonical",
        "update raw.loads set rows = rows + 1 where entity = 'contacts'",
        {"staged_rows_match_loads"},
        "401 raw rows, staging accounts for 400 (-1)",
    ),
    "row lost after staging": (
        "canonical",
        "delete from canonical.offenses where i = 7",
        {"rows_match_staging"},
        "staging accepted 600 rows, canonical.offenses has 599 (-1)",
    ),
    "year mistyped": (
        "canonical",
        "update canonical.contacts set contact_at_utc = '2924-05-01' where i < 8",
        {"not_in_the_future"},
        "8 of 400 rows lie in the future, the latest on 2924-05-01",
    ),
    "nearly all of one second": (
        "canonical",
        "update canonical.requests set requested_at_utc = '2025-12-31 23:59:59' where i % 20 > 0",
        {"times_of_their_own", "times_are_no_default"},
        "285 of 300 rows (95.0%) are of one instant, 2025-12-31 23:59:59 UTC",
    ),
    "all of one second": (
        "canonical",
        "update canonical.contacts set contact_at_utc = '2024-02-01 11:30:00'",
        {"times_of_their_own", "times_are_no_default"},
        "400 of 400 rows (100.0%) are of one instant",
    ),
    "entered together": (
        "canonical",
        "update canonical.calls set call_at_utc = '2024-02-01 08:00:01' where i % 20 < 2",
        {"times_of_their_own"},
        "200 of 2,000 rows (10.0%) are of one instant, 2024-02-01 08:00:01 UTC",
    ),
    "a default day among days without a clock": (
        "canonical",
        "update canonical.offenses set offense_at_utc = '2024-01-01 06:00:00' where i % 4 = 0",
        {"times_of_their_own", "times_are_no_default"},
        "150 of 600 rows (25.0%) are of one instant, 2024-01-01 06:00:00 UTC",
    ),
    "other offense codes": (
        "canonical",
        """update canonical.offenses set nibrs_code = 'PC 459'
        where i % 4 = 0""",
        {"offense_codes_known"},
        "150 of 600 offense codes (25.0%) are not NIBRS codes, most often PC 459",
    ),
    "places withheld": (
        "canonical",
        """update canonical.calls set location_status = 'withheld'
        where i % 4 > 0""",
        {"located_share"},
        "only 500 of 2,000 rows (25.0%) have a place",
    ),
    "column gone": (
        "canonical",
        "alter table canonical.contacts drop longitude",
        {"table_readable"},
        "canonical.contacts could not be checked",
    ),
    "fact lost a row": (
        "marts",
        "delete from crime.fct_offenses where i = 3",
        {"rows_match_canonical", "months_match_fact"},
        "canonical.offenses has 600 rows, crime.fct_offenses has 599",
    ),
    "month off by one": (
        "marts",
        """update demand.calls_by_zone_month set records = records + 1
        where zone_id = 'T1' and month = '2024-02-01'""",
        {"months_match_fact"},
        "riverbend, 2024-02: ",
    ),
    "call types that nobody mapped": (
        "marts",
        """update demand.fct_calls set mapping_status = 'unmapped' where i < 21;
        update demand.fct_calls set final_type = null where i = 3""",
        {"call_types_mapped"},
        "riverbend: 98.95% of 2,000 records with a type are mapped, 21 are not; the most frequent unmapped types are "
        "NOISE 1 (7), NOISE 2 (7), NOISE 0 (6), no type (1).",
    ),
    "call types unmapped in one zone": (
        "marts",
        "update demand.fct_calls set mapping_status = 'unmapped' where zone_id = 'T1' and i < 110; "
        "delete from demand.fct_calls where zone_id = 'T1' and i >= 900",
        {"no_zone_is_a_hole", "call_types_mapped", "rows_match_canonical", "months_match_fact"},
        "riverbend, tract T1: 87.6% of 225 records are mapped; the most frequent unmapped type is",
    ),
    "coverage of other records": (
        "marts",
        """create table demand.kept as from demand.crosswalk_coverage; drop view demand.crosswalk_coverage;
        create table demand.crosswalk_coverage as
            select * replace (records + if(zone_id = 'T1', 1, 0) as records) from demand.kept""",
        {"records_match_calls"},
        "the coverage counts 2,001 records, demand.fct_calls has 2,000",
    ),
    "infinite duration": (
        "marts",
        "update demand.fct_calls set response_minutes = 'inf' where i = 5",
        {"numbers_are_finite"},
        "infinite or undefined values in response_minutes",
    ),
    "rate not a number": (
        "marts",
        """update zones.zone_summary set rate_per_1000 = 'nan', rate_lo = null,
        rate_hi = null where n = 500""",
        {"numbers_are_finite"},
        "infinite or undefined values in rate_per_1000",
    ),
    "rate outside its interval": (
        "marts",
        "update zones.zone_summary set rate_hi = 1 where n = 500",
        {"rate_within_interval"},
        "the rate 125.000 is not within its interval 124.000 to 1.000 (exact)",
    ),
    "rate despite its status": (
        "marts",
        "update zones.zone_summary set status = 'suppressed' where n = 100",
        {"rate_matches_status"},
        "status suppressed",
    ),
    "count outside what its borders may move": (
        "marts",
        "update zones.zone_summary set n_high = 99 where n = 100",
        {"count_within_border_range"},
        "100 is not within 91 to 99",
    ),
    "negative count": (
        "marts",
        "update zones.zone_summary set n = -1, n_low = null where n = 100",
        {"no_negative_counts"},
        "values below zero in n",
    ),
    "no coverage of types": (
        "marts",
        """create table demand.kept as from demand.crosswalk_coverage; drop view demand.crosswalk_coverage;
        create table demand.crosswalk_coverage as from demand.kept where false""",
        {"records_match_calls"},
        "the coverage counts 0 records, demand.fct_calls has 2,000",
    ),
    "a warehouse without requests": (
        "marts",
        "delete from demand.fct_requests",
        {"every_kind_of_record"},
        "No requests are in the warehouse: the marts of requests are empty.",
    ),
    "accounting off by one": (
        "marts",
        "update audit.row_accounting set rows = rows - 1 where rows = 2000",
        {"rows_add_up"},
        "brought 2,000 rows and rejected lines, the accounting explains 1,999 (-1)",
    ),
    "zones of another city": (
        "marts",
        "update enforcement.fct_contacts set zone_id = null where i < 40",
        {"located_rows_have_a_zone"},
        "40 of 400 located rows (10.0%) are in no zone",
    ),
    "p90 of 49 arrivals": (
        "marts",
        f"{WAITS}; update demand.response_times set arrivals = 49, calls = 49",
        {"few_arrivals_are_no_ok"},
        "riverbend, city (all), priority 1: of 49 arrivals the median is ok, the 90th percentile ok",
    ),
    "unreached calls left out": (
        "marts",
        f"{WAITS}; update demand.response_times set calls = 62, unreached = 2, unreached_without_end = 1",
        {"no_estimate_without_the_unreached"},
        "1 unreached calls have no end, yet there is a median of 9",
    ),
    "limit without an estimate": (
        "marts",
        f"{WAITS}; update demand.response_times set median_censored = null",
        {"estimate_matches_status"},
        "with the unreached unknown (ok)",
    ),
    "limits by no method": (
        "marts",
        f"{WAITS}; update demand.response_times set censored_method = 'linear'",
        {"methods_are_named"},
        "limits by order statistics and linear",
    ),
    "more diverted than eligible": (
        "marts",
        f"""{ELIGIBLE};
        update demand.alternative_response set diverted_p95 = 41, diverted_most = 41""",
        {"range_in_order"},
        "moderate, (all), calls: diverted 10.0 to 41.0, eligible 20.0 to 40.0, screened 50.0, gross 60.0 of 100.0",
    ),
    "shares of fewer calls than there were": (
        "marts",
        f"""{ELIGIBLE};
        update demand.calls_by_type set calls = 101""",
        {"totals_match_calls"},
        "riverbend, community: shares are of 100 calls, demand.calls_by_type has 101",
    ),
    "share despite its status": (
        "marts",
        f"""{ELIGIBLE};
        update demand.alternative_response set status = 'insufficient_data', reason = 'no call type is mapped'""",
        {"estimate_matches_status"},
        "status insufficient_data (no call type is mapped) with a median of 15",
    ),
    "narrow swing on top": (
        "marts",
        """insert into demand.alternative_response_tornado by name
        select 'riverbend' as city, 'moderate' as scheme, 'responder' as path, unnest(['backup', 'uptake']) as factor,
            unnest([1, 2]) as rank, 0.1 as factor_low, 0.2 as factor_mode, 0.3 as factor_high, 1 as diverted_at_low,
            unnest([2, 9]) as diverted_at_high, unnest([1, 8]) as swing, 'invented' as source""",
        {"swings_in_order"},
        "moderate, responder: uptake of 0.1 to 0.3 at rank 2 swings 8",
    ),
    "wait in a queue without end": (
        "marts",
        """insert into demand.responder_programmes by name
        select 'riverbend' as city, 'moderate' as scheme, 'adopted' as phase, 2 as teams, 2.5 as offered,
            1.25 as utilisation, 0.5 as share_waiting, 'ok' as status, 9.0 as time_value_p50, 'ok' as money_status,
            5.0 as diverted_calls_p50, 'ok' as programme_status""",
        {"estimate_matches_status"},
        "riverbend, moderate, adopted, 2 teams: status ok, share waiting 0.5, money ok",
    ),
    "cost range upside down": (
        "marts",
        """insert into demand.responder_programmes by name
        select 'riverbend' as city, 'moderate' as scheme, 'adopted' as phase, 2 as teams, 0.5 as utilisation,
            0.5 as share_waiting, 'ok' as status, 9.0 as time_value_p50, 'ok' as money_status,
            5.0 as diverted_calls_p50, 'ok' as programme_status,
            300 as cost_per_diverted_call_p05, 200 as cost_per_diverted_call_p50""",
        {"range_in_order"},
        "riverbend, moderate, adopted, 2 teams: a range is out of order",
    ),
    "teams that divert more than they attend": (
        "marts",
        """insert into demand.responder_programmes by name
        select 'riverbend' as city, 'moderate' as scheme, 'adopted' as phase, 2 as teams, 'insufficient_data' as status,
            'x' as reason, 90 as attended_calls, 91 as diverted_calls, 91 as diverted_calls_p50, 'ok' as programme_status,
            'insufficient_data' as money_status, 'x' as money_reason""",
        {"range_in_order"},
        "riverbend, moderate, adopted, 2 teams: a range is out of order",
    ),
    "one team that diverts more than two": (
        "marts",
        """insert into demand.responder_programmes by name
        select 'riverbend' as city, 'moderate' as scheme, 'adopted' as phase, unnest([1, 2]) as teams,
            'insufficient_data' as status, 'x' as reason, unnest([90, 80]) as diverted_calls, 80 as diverted_calls_p50,
            'ok' as programme_status, 'insufficient_data' as money_status, 'x' as money_reason""",
        {"more_teams_divert_and_cost_more"},
        "riverbend, moderate, adopted: 2 teams divert 80 calls",
    ),
    "hours neither freed nor left": (
        "marts",
        """insert into budget.scenario by name
        select 'riverbend' as city, 'crisis' as scenario, 'adopted' as phase, 1 as move, 50 as calls,
            100 as police_hours_before, 20 as police_hours_freed_mode, 70 as police_hours_after_mode,
            9 as calls_moved_high, 'ok' as status, 5 as time_value_mode, 'ok' as money_status""",
        {"range_in_order"},
        "crisis, adopted, move 1: 100.0 hours before, 20.0 freed, 70.0 left; 9.0 of 50 calls moved",
    ),
    "money without a price": (
        "marts",
        """insert into budget.scenario by name
        select 'riverbend' as city, 'crisis' as scenario, '(none)' as phase, 0 as move, 'insufficient_data' as status,
            'no time on calls is known' as reason, 5 as spending_after_mode, 'insufficient_data' as money_status,
            'no time on calls is known' as money_reason""",
        {"estimate_matches_status"},
        "crisis, (none), move 0: status insufficient_data (no time on calls is known), money insufficient_data",
    ),
    "unsuppressed seven": (
        "published",
        f"update published.zone_month set n = 7 where {CELL}",
        {"no_small_counts", "months_within_total", "months_match_mart"},
        "zone T1, 2024-02: the number of calls lies between 1 and 10",
    ),
    "lone hidden month": (
        "published",
        f"{HIDE} = '2024-02-01'",
        {"hidden_numbers_stay_in_doubt"},
        "zone T1, calls: 2024-02 is hidden, but can only be",
    ),
    "total hidden, months shown": (
        "published",
        """update published.zone_summary set n = null, status = 'suppressed', rate_per_1000 = null, rate_lo = null,
        rate_hi = null where zone_id = 'T1' and measure = 'calls'""",
        {"hidden_numbers_stay_in_doubt"},
        "zone T1, calls: the total is hidden, but can only be 500 to 500",
    ),
    "a partner that was shown before": (
        "published",
        f"{HIDE.replace('T1', 'T2')} <= '2024-02-01'",
        {"hidden_numbers_stay_in_doubt"},
        "zone T2, calls: 2024-01 is hidden, but can only be",
    ),
    "one call more than before": (
        "published",
        f"update published.zone_month set n = n + 1 where {CELL.replace('T1', 'T2')}",
        {"no_month_changes_by_little", "months_match_mart", "months_within_total"},
        "in release r1",
    ),
    "count beside suppressed": (
        "published",
        f"""update published.zone_month set status = 'suppressed'
        where {CELL}""",
        {"suppressed_rows_are_empty"},
        "the status is suppressed, but the count does not follow it",
    ),
    "rate beside suppressed": (
        "published",
        """update published.zone_summary
        set n = null, status = 'suppressed' where zone_id = 'T2'""",
        {"suppressed_rows_are_empty", "no_rate_without_count", "hidden_numbers_stay_in_doubt"},
        "its count is hidden",
    ),
    "total unlike the mart's": (
        "published",
        "update published.zone_summary set n = 99 where n = 100",
        {"totals_match_mart"},
        "99 is published, zones.zone_summary has 100",
    ),
    "coordinate published": (
        "published",
        "alter table published.zone_month add column longitude double",
        {"no_personal_columns"},
        "published.zone_month has the column longitude",
    ),
    "unguarded table": (
        "published",
        "create table published.notes as select 'x' as note",
        {"only_guarded_tables"},
        "published.notes has a column note and no expectations",
    ),
}
SOUND: dict[str, tuple[Layer, str]] = {
    "raw": ("raw", ""),
    "shrink accepted": (
        "raw",
        """update raw.loads set rows = 1000, records = 1000, shrink_accepted = true
        where entity = 'calls'""",
    ),
    "records unknown": ("raw", "update raw.files set records = null"),
    "canonical": ("canonical", ""),
    "ten days without a clock": (
        "canonical",
        "update canonical.offenses set offense_at_utc = timestamp '2024-01-01 06:00:00' + interval (i % 10) day",
    ),
    "one day without a clock": ("canonical", "update canonical.offenses set offense_at_utc = '2024-01-01 06:00:00'"),
    "two calls of one second": (
        "canonical",
        "update canonical.requests set requested_at_utc = '2024-01-01 06:00:01' where i < 19",
    ),
    "withdrawals the portal counts": (
        "raw",
        """update raw.loads set growth = 'append', rows = 1900, records = 1900, portal_rows = 1900, kept_rows = 1900
        where entity = 'calls'""",
    ),
    "changes on any record are read": (
        "raw",
        "update raw.loads set looked_at = timestamp '2024-07-02', growth = 'append' where entity = 'requests'",
    ),
    "the second pull of a window": (
        "canonical",
        """update raw.loads set growth = 'rolling_window' where entity = 'calls';
        update canonical.staged_rows set row_status = 'excluded', row_reason = 'superseded_version'
        where entity = 'calls';
        insert into canonical.staged_rows by name select 'riverbend' as city, 'calls_export' as source_dataset,
            'calls-2' as load_id, 'calls' as entity, 'accepted' as row_status, rows
            from canonical.staged_rows where entity = 'calls';
        insert into raw.loads by name
            select * replace ('calls-2' as load_id, 2 as load_number) from raw.loads where entity = 'calls'""",
    ),
    "versions by a column": (
        "canonical",
        """insert into canonical.staged_rows
        values ('riverbend', 'calls_export', 'calls-1', 'calls', 'excluded', 'superseded_version', 600);
        update raw.loads set rows = 2600 where entity = 'calls'""",
    ),
    "a few points outside": ("canonical", "update canonical.calls set longitude = 0 where i < 30"),
    "zone in place of a point": (
        "canonical",
        """update canonical.requests set location_status = 'withheld',
        longitude = null, latitude = null, published_zone_id = 'T1'""",
    ),
    "marts": ("marts", ""),
    "who else could answer": ("marts", ELIGIBLE),
    "published": ("published", ""),
    "smallest months hidden": (
        "published",
        f"{HIDE} in (from published.zone_month select month where zone_id = 'T1' qualify rank() over (order by n) <= 2)",
    ),
    "suppressed total": (
        "published",
        f"""update published.zone_summary set n = null, status = 'suppressed',
        rate_per_1000 = null, rate_lo = null, rate_hi = null where zone_id = 'T1'; {HIDE} is not null""",
    ),
}

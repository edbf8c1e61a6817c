{% set time_zone = 'America/Los_Angeles' %}
{% set received = published_clock_time("date || ' ' || received") %}
{% set readable = received ~ ' is not null' %}
{% set snapshot_day = first_match('_file', '[0-9]{4}-[0-9]{2}-[0-9]{2}', 0) %}

with versions as (
    -- Every snapshot repeats the log; the one with the latest day in its name (2021-12-30) has the last word. Within
    -- one, the later of two rows is the fuller.
    {{ rank_versions(source('san_luis_obispo', 'calls'), ['case_number'], [snapshot_day, '_file', '_line'], readable) }}
),

typed as (
    select
        calls.case_number as call_id,
        {{ published_clock_time("calls.date || ' ' || calls.received") }} as received_at,
        {{ published_clock_time("calls.date || ' ' || calls.dispatched") }} as dispatched_same_day,
        {{ published_clock_time("calls.date || ' ' || calls.arrived") }} as arrived_same_day,
        calls.type as call_type,
        -- One value is the heading of a printed page.
        case when calls.observed_crime not like '%Summary Report%' then calls.observed_crime end as observed_crime,
        calls.clearance_code as disposition,
        calls.grid_location as native_zone,
        calls.address,
        try_cast({{ first_match('calls.address', '^([0-9]+) ', 1) }} as integer) as house_number,
        -- COM1 to COM9 and COMSP1, COMSP2 answer from the communications center: where nobody else is named, nobody
        -- arrives anywhere. The value ends in a line break.
        coalesce({{ first_match('calls.units', '^[^A-Z0-9]*(COM[A-Z0-9]*[^A-Z0-9]*)+$', 0) }} <> '', false)
            as is_desk_only,
        calls._load_id as load_id,
        calls._file as source_file,
        calls._line as source_line,
        {{ is_ambiguous_time(
            ["calls.date || ' ' || calls.received", "calls.date || ' ' || calls.dispatched",
             "calls.date || ' ' || calls.arrived"],
            time_zone
        ) }} as is_ambiguous_time,
        {{ time_reason("calls.date || ' ' || calls.received") }} as time_reason,
        -- A call in an older snapshot is no repeated key: that is how the log is published.
        case
            when versions.version_rank > 1 and versions.is_in_same_file then 'repeated_row'
            when versions.version_rank > 1 then 'in_newer_snapshot'
        end as exclusion_reason
    from {{ source('san_luis_obispo', 'calls') }} as calls
    left join versions
        on {{ same_row('calls', 'versions') }}
),

rolled_over as (
    select
        *,
        -- Only the receipt has a day. A clock that goes back by more than half a day has passed midnight; one that
        -- goes back by less was set wrong, and stays so that the time is told as negative rather than as 20 hours.
        {% for time in ['dispatched', 'arrived'] %}
        case
            when {{ minutes_between(time ~ '_same_day', 'received_at') }} > 720
                then {{ dbt.dateadd('day', 1, time ~ '_same_day') }}
            else {{ time }}_same_day
        end as {{ time }}_at,
        {% endfor %}
        -- Exact addresses, then premises and apartments: 1234 EXAMPLE S # A1; becomes 1200 BLK EXAMPLE S, the
        -- spelling that the log itself uses for blocks.
        case
            when house_number is not null and address not like '% BLK %'
                then
                    cast(floor(house_number / 100) * 100 as integer) || ' BLK '
                    || trim({{ first_match('address', '^[0-9]+ ([^#;]*)', 1) }})
            else nullif(trim({{ first_match('address', '^([^#;]*)', 1) }}), '')
        end as block_address,
        coalesce(case when call_id is null then 'missing_key' end, time_reason) as quarantine_reason
    from typed
),

timed as (
    select
        *,
        {{ local_to_utc('received_at', time_zone) }} as received_at_utc,
        -- A desk takes a call on; it is not sent and does not arrive.
        {% for time in ['dispatched', 'arrived'] -%}
        case when not is_desk_only then {{ local_to_utc(time ~ '_at', time_zone) }} end as {{ time }}_at_utc
        {%- if not loop.last %},{% endif %}
        {% endfor %}
    from rolled_over
)

select
    'san_luis_obispo' as city,
    call_id,
    received_at_utc as call_at_utc,
    {{ utc_to_local('received_at_utc', time_zone) }} as call_at_local,
    'received' as call_time_basis,
    is_ambiguous_time,
    received_at_utc,
    dispatched_at_utc,
    arrived_at_utc,
    cast(null as timestamp) as cleared_at_utc,
    -- Nothing says who started a call; a traffic stop is an officer's by its nature.
    case when call_type = 'Traffic Stop' then 'officer' else 'unknown' end as initiation,
    case when call_type = 'Traffic Stop' then 'type' else 'none' end as initiation_basis,
    cast(null as varchar) as channel,
    cast(null as varchar) as priority,
    cast(null as varchar) as initial_type,
    call_type as final_type,
    cast(null as varchar) as type_group,
    disposition,
    cast(null as varchar) as parent_call_id,
    block_address,
    cast(null as varchar) as published_zone_id,
    native_zone,
    cast(null as double) as longitude,
    cast(null as double) as latitude,
    'missing' as location_status,
    case when is_desk_only then 'telephone' end as answered_by,
    'calls' as source_dataset,
    load_id,
    source_file,
    source_line,
    observed_crime,
    is_desk_only,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from timed

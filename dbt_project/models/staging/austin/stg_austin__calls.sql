{% set time_zone = 'America/Chicago' %}
{% set readable = 'incident_number is not null and ' ~ published_clock_time('response_datetime') ~ ' is not null' %}

with versions as (
    {{ rank_versions(
        source('austin', 'calls'), ['incident_number'], published_clock_time('call_closed_datetime'), readable
    ) }}
),

typed as (
    select
        calls.incident_number as call_id,
        -- When the call taker's screen opened. The published response time begins a minute earlier, when somebody
        -- answered, and is therefore not used.
        {{ published_time_utc('calls.response_datetime', time_zone) }} as opened_at_utc,
        {{ published_time_utc('calls.first_unit_arrived_datetime', time_zone) }} as arrived_at_utc,
        {{ published_time_utc('calls.call_closed_datetime', time_zone) }} as closed_at_utc,
        case
            when lower(calls.incident_type) like 'dispatched%' then 'community'
            when lower(calls.incident_type) like 'officer%initiated%' then 'officer'
            else 'unknown'
        end as initiation,
        calls.incident_type as channel,
        calls.priority_level as priority,
        calls.initial_problem_description as initial_type,
        calls.final_problem_description as final_type,
        calls.final_problem_category as type_group,
        calls.call_disposition_description as disposition,
        -- The only place: no coordinate, no address. A census block group, 12 digits; files may have lost the point
        -- between number and text (480000000000.0).
        nullif(replace(calls.geoid, '.0', ''), '0') as native_zone,
        {{ number_of('calls.number_of_units_arrived', 'units') }} as unit_count,
        -- Minutes of all units together, not from the first arrival to the last departure.
        {{ number_of('calls.unit_time_on_scene', 'minutes') }} as unit_minutes_on_scene,
        case lower(calls.mental_health_flag)
            when 'mental health incident' then true
            when 'not mental health incident' then false
        end as is_mental_health,
        {{ is_ambiguous_time(
            ['calls.response_datetime', 'calls.first_unit_arrived_datetime', 'calls.call_closed_datetime'], time_zone
        ) }} as is_ambiguous_time,
        calls._load_id as load_id,
        calls._file as source_file,
        calls._line as source_line,
        coalesce(
            case when calls.incident_number is null then 'missing_key' end,
            {{ time_reason('calls.response_datetime') }},
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('austin', 'calls') }} as calls
    left join versions
        on {{ same_row('calls', 'versions') }}
)

select
    'austin' as city,
    call_id,
    opened_at_utc as call_at_utc,
    {{ utc_to_local('opened_at_utc', time_zone) }} as call_at_local,
    'received' as call_time_basis,
    is_ambiguous_time,
    opened_at_utc as received_at_utc,
    cast(null as timestamp) as dispatched_at_utc,
    arrived_at_utc,
    closed_at_utc as cleared_at_utc,
    initiation,
    case when initiation = 'unknown' then 'none' else 'explicit' end as initiation_basis,
    channel,
    priority,
    initial_type,
    final_type,
    type_group,
    disposition,
    cast(null as varchar) as parent_call_id,
    cast(null as varchar) as block_address,
    left(native_zone, 11) as published_zone_id,
    native_zone,
    cast(null as double) as longitude,
    cast(null as double) as latitude,
    'missing' as location_status,
    'calls' as source_dataset,
    load_id,
    source_file,
    source_line,
    unit_count,
    unit_minutes_on_scene,
    is_mental_health,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from typed

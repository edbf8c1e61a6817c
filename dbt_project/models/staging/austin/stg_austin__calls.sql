{% set time_zone = 'America/Chicago' %}
{% set readable = 'incident_number is not null and ' ~ portal_time('response_datetime') ~ ' is not null' %}

with versions as (
    {{ rank_versions(source('austin', 'calls'), ['incident_number'], portal_time('call_closed_datetime'), readable) }}
),

typed as (
    select
        calls.incident_number as call_id,
        -- When the call taker's screen opened. The published response time begins a minute earlier, when somebody
        -- answered, and is therefore not used.
        {{ portal_time('calls.response_datetime') }} as opened_at,
        {{ portal_time('calls.first_unit_arrived_datetime') }} as arrived_at,
        {{ portal_time('calls.call_closed_datetime') }} as closed_at,
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
        try_cast(calls.number_of_units_arrived as integer) as unit_count,
        -- Minutes of all units together, not from the first arrival to the last departure.
        try_cast(calls.unit_time_on_scene as double) as unit_minutes_on_scene,
        case lower(calls.mental_health_flag)
            when 'mental health incident' then true
            when 'not mental health incident' then false
        end as is_mental_health,
        calls._load_id as load_id,
        calls._file as source_file,
        calls._line as source_line,
        case
            when calls.incident_number is null then 'missing_key'
            when {{ portal_time('calls.response_datetime') }} is null then 'unreadable_time'
        end as quarantine_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('austin', 'calls') }} as calls
    left join versions
        on {{ same_row('calls', 'versions') }}
),

timed as (
    select
        *,
        {{ local_to_utc('opened_at', time_zone) }} as opened_at_utc
    from typed
)

select
    'austin' as city,
    call_id,
    opened_at_utc as call_at_utc,
    {{ utc_to_local('opened_at_utc', time_zone) }} as call_at_local,
    'received' as call_time_basis,
    opened_at_utc as received_at_utc,
    cast(null as timestamp) as dispatched_at_utc,
    {{ local_to_utc('arrived_at', time_zone) }} as arrived_at_utc,
    {{ local_to_utc('closed_at', time_zone) }} as cleared_at_utc,
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
from timed

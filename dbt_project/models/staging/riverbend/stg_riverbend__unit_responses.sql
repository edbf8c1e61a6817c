{% set readable = 'call_number is not null and unit is not null' %}

with versions as (
    {{ rank_versions(
        source('riverbend', 'unit_responses'), ['call_number', 'unit', 'dispatched'], '_load_number', readable
    ) }}
),

typed as (
    select
        responses.call_number as call_id,
        responses.unit as unit_id,
        responses.dispatched,
        try_cast(responses.crew_size as integer) as crew_size,
        {{ parse_timestamp('responses.dispatched', '%m/%d/%Y %I:%M:%S %p') }} as dispatched_at_local,
        {{ parse_timestamp('responses.arrived', '%m/%d/%Y %I:%M:%S %p') }} as arrived_at_local,
        {{ parse_timestamp('responses.cleared', '%m/%d/%Y %I:%M:%S %p') }} as cleared_at_local,
        responses._load_id as load_id,
        responses._file as source_file,
        responses._line as source_line,
        case when responses.call_number is null or responses.unit is null then 'missing_key' end as quarantine_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('riverbend', 'unit_responses') }} as responses
    left join versions
        on {{ same_row('responses', 'versions') }}
)

select
    'riverbend' as city,
    -- One unit may be sent to the same call twice; the moment it was sent tells the two apart.
    call_id || '/' || unit_id || '/' || coalesce(dispatched, '') as unit_response_id,
    call_id,
    unit_id,
    crew_size,
    {{ local_to_utc('dispatched_at_local', 'America/Chicago') }} as dispatched_at_utc,
    {{ local_to_utc('arrived_at_local', 'America/Chicago') }} as arrived_at_utc,
    {{ local_to_utc('cleared_at_local', 'America/Chicago') }} as cleared_at_utc,
    'unit_responses' as source_dataset,
    load_id,
    source_file,
    source_line,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from typed

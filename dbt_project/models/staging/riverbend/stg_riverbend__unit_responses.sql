{% set time_zone = 'America/Chicago' %}
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
        {{ number_of('responses.crew_size', 'crew_size') }} as crew_size,
        {{ published_time_utc('responses.dispatched', time_zone) }} as dispatched_at_utc,
        {{ published_time_utc('responses.arrived', time_zone) }} as arrived_at_utc,
        {{ published_time_utc('responses.cleared', time_zone) }} as cleared_at_utc,
        {{ is_ambiguous_time(['responses.dispatched', 'responses.arrived', 'responses.cleared'], time_zone) }}
            as is_ambiguous_time,
        responses._load_id as load_id,
        responses._file as source_file,
        responses._line as source_line,
        coalesce(
            case when responses.call_number is null or responses.unit is null then 'missing_key' end,
            {{ number_reason('responses.crew_size', 'crew_size') }},
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
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
    dispatched_at_utc,
    arrived_at_utc,
    cleared_at_utc,
    is_ambiguous_time,
    'unit_responses' as source_dataset,
    load_id,
    source_file,
    source_line,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from typed

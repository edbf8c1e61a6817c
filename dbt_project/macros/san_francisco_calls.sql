{# The staging of San Francisco's dispatched calls. The closed calls and the last 48 hours are two tables of one shape;
   a call of the second that the first holds too is counted there. #}
{% macro san_francisco_calls(data_set) -%}
{% set time_zone = 'America/Los_Angeles' -%}
{% set readable = 'cad_number is not null and ' ~ published_clock_time('received_datetime') ~ ' is not null' -%}
with versions as (
    -- An open call stands again each time it changed: its type may change until it is closed.
    {{ rank_versions(
        source('san_francisco', data_set), ['cad_number'], published_clock_time('call_last_updated_at'), readable
    ) }}
),

typed as (
    select
        calls.cad_number as call_id,
        {{ published_time_utc('calls.received_datetime', time_zone) }} as received_at_utc,
        {{ published_time_utc('calls.dispatch_datetime', time_zone) }} as dispatched_at_utc,
        {{ published_time_utc('calls.onscene_datetime', time_zone) }} as arrived_at_utc,
        {{ published_time_utc('calls.close_datetime', time_zone) }} as closed_at_utc,
        -- HSOC is neither: city workers asked, the Healthy Streets Operations Center sent.
        case upper(calls.onview_flag)
            when 'Y' then 'officer'
            when 'N' then 'community'
            when 'HSOC' then 'administrative'
            else 'unknown'
        end as initiation,
        calls.onview_flag as channel,
        coalesce(calls.priority_final, calls.priority_original) as priority,
        coalesce(calls.call_type_original_desc, calls.call_type_original) as initial_type,
        coalesce(calls.call_type_final_desc, calls.call_type_final) as final_type,
        calls.disposition,
        -- Several callers about one incident: each has a record, all but one name the record they repeat.
        nullif(calls.dup_cad_number, calls.cad_number) as parent_call_id,
        calls.intersection_name as block_address,
        calls.police_district as native_zone,
        {{ point_longitude('calls.intersection_point') }} as published_longitude,
        {{ point_latitude('calls.intersection_point') }} as published_latitude,
        -- Police, but parking control (MTA), sheriff and street teams (HEART), too: all are calls for a service.
        calls.agency,
        lower(calls.sensitive_call) = 'true' as is_sensitive,
        {{ is_ambiguous_time(
            ['calls.received_datetime', 'calls.dispatch_datetime', 'calls.onscene_datetime', 'calls.close_datetime'],
            time_zone
        ) }} as is_ambiguous_time,
        calls._load_id as load_id,
        calls._file as source_file,
        calls._line as source_line,
        coalesce(
            case when calls.cad_number is null then 'missing_key' end,
            {{ time_reason('calls.received_datetime') }},
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        {{ version_reason('versions') }} as version_reason
    from {{ source('san_francisco', data_set) }} as calls
    left join versions
        on {{ same_row('calls', 'versions') }}
),

judged as (
    select
        typed.*,
        -- About one call in four is sensitive and published without its place; types with many such calls look rarer
        -- on a map than they are.
        {{ location_status(
            'cast(typed.published_longitude as varchar)',
            'cast(typed.published_latitude as varchar)',
            'coalesce(typed.is_sensitive, false)'
        ) }} as location_status,
        {% if data_set == 'calls' -%}
        typed.version_reason as exclusion_reason
    from typed
        {%- else -%}
        coalesce(
            typed.version_reason, case when closed_calls.call_id is not null then 'duplicate_of_calls' end
        ) as exclusion_reason
    from typed
    left join {{ ref('stg_san_francisco__calls') }} as closed_calls
        on typed.call_id = closed_calls.call_id and closed_calls.row_status = 'accepted'
        {%- endif %}
)

select
    'san_francisco' as city,
    call_id,
    received_at_utc as call_at_utc,
    {{ utc_to_local('received_at_utc', time_zone) }} as call_at_local,
    'received' as call_time_basis,
    is_ambiguous_time,
    received_at_utc,
    dispatched_at_utc,
    arrived_at_utc,
    closed_at_utc as cleared_at_utc,
    initiation,
    case when initiation = 'unknown' then 'none' else 'explicit' end as initiation_basis,
    channel,
    priority,
    initial_type,
    final_type,
    cast(null as varchar) as type_group,
    disposition,
    parent_call_id,
    block_address,
    cast(null as varchar) as published_zone_id,
    native_zone,
    case when location_status = 'located' then published_longitude end as longitude,
    case when location_status = 'located' then published_latitude end as latitude,
    location_status,
    '{{ data_set }}' as source_dataset,
    load_id,
    source_file,
    source_line,
    agency,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from judged
{%- endmacro %}

{% set time_zone = 'America/New_York' %}
{% set readable = published_clock_time('created_on') ~ ' is not null' %}

with versions as (
    {{ rank_versions(source('pittsburgh', 'requests_311'), ['request_id'], '_load_number', readable) }}
),

typed as (
    select
        requests.request_id,
        {{ published_time_utc('requests.created_on', time_zone) }} as created_at_utc,
        requests.request_type as category,
        requests.department as agency,
        case requests.status
            when '0' then 'open'
            when '1' then 'closed'
            when '3' then 'open'
        end as request_status,
        requests.request_origin as origin,
        requests.tract as published_zone_id,
        requests.neighborhood as native_zone,
        requests.geo_accuracy,
        try_cast(requests.x as double) as published_longitude,
        try_cast(requests.y as double) as published_latitude,
        -- A place outside the city is left empty and marked.
        {{ location_status('requests.x', 'requests.y', "requests.geo_accuracy = 'OUT_OF_BOUNDS'") }} as location_status,
        {{ time_reason('requests.created_on') }} as time_reason,
        {{ identity_reason('versions') }} as identity_reason,
        {{ is_ambiguous_time('requests.created_on', time_zone) }} as is_ambiguous_time,
        requests._load_id as load_id,
        requests._file as source_file,
        requests._line as source_line,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('pittsburgh', 'requests_311') }} as requests
    left join versions
        on {{ same_row('requests', 'versions') }}
),

timed as (
    select
        *,
        created_at_utc as requested_at_utc,
        coalesce(
            case when request_id is null then 'missing_key' end,
            time_reason,
            identity_reason
        ) as quarantine_reason
    from typed
)

select
    'pittsburgh' as city,
    request_id,
    '311' as channel,
    requested_at_utc,
    {{ utc_to_local('requested_at_utc', time_zone) }} as requested_at_local,
    is_ambiguous_time,
    cast(null as timestamp) as closed_at_utc,
    category,
    agency,
    request_status,
    cast(null as boolean) as need_met,
    published_zone_id,
    native_zone,
    case when location_status = 'located' then published_longitude end as longitude,
    case when location_status = 'located' then published_latitude end as latitude,
    location_status,
    'requests_311' as source_dataset,
    load_id,
    source_file,
    source_line,
    origin,
    geo_accuracy,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from timed

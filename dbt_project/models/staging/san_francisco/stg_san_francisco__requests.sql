{% set time_zone = 'America/Los_Angeles' %}
{% set readable = 'service_request_id is not null and ' ~ published_clock_time('requested_datetime') ~ ' is not null' %}

with versions as (
    {{ rank_versions(
        source('san_francisco', 'requests_311'), ['service_request_id'], published_clock_time('updated_datetime'),
        readable
    ) }}
),

typed as (
    select
        requests.service_request_id as request_id,
        {{ published_time_utc('requests.requested_datetime', time_zone) }} as requested_at_utc,
        {{ published_time_utc('requests.closed_date', time_zone) }} as closed_at_utc,
        requests.service_name as category,
        requests.agency_responsible as agency,
        lower(requests.status_description) as request_status,
        requests.neighborhoods_sffind_boundaries as native_zone,
        try_cast(requests.long as double) as published_longitude,
        try_cast(requests.lat as double) as published_latitude,
        {{ location_status('requests.long', 'requests.lat') }} as location_status,
        {{ is_ambiguous_time(
            ['requests.requested_datetime', 'requests.closed_date'], time_zone
        ) }} as is_ambiguous_time,
        requests._load_id as load_id,
        requests._file as source_file,
        requests._line as source_line,
        coalesce(
            case when requests.service_request_id is null then 'missing_key' end,
            {{ time_reason('requests.requested_datetime') }},
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('san_francisco', 'requests_311') }} as requests
    left join versions
        on {{ same_row('requests', 'versions') }}
)

select
    'san_francisco' as city,
    request_id,
    '311' as channel,
    requested_at_utc,
    {{ utc_to_local('requested_at_utc', time_zone) }} as requested_at_local,
    is_ambiguous_time,
    closed_at_utc,
    category,
    agency,
    request_status,
    cast(null as boolean) as need_met,
    cast(null as varchar) as published_zone_id,
    native_zone,
    case when location_status = 'located' then published_longitude end as longitude,
    case when location_status = 'located' then published_latitude end as latitude,
    location_status,
    'requests_311' as source_dataset,
    load_id,
    source_file,
    source_line,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from typed

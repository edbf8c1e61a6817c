{% set time_zone = 'America/Chicago' %}
{% set readable = 'service_request is not null and ' ~ portal_time('date_created') ~ ' is not null' %}

with versions as (
    {{ rank_versions(
        source('new_orleans', 'requests_311'), ['service_request'], portal_time('date_modified'), readable
    ) }}
),

typed as (
    select
        requests.service_request as request_id,
        {{ portal_time('requests.date_created') }} as created_at,
        {{ portal_time('requests.case_close_date') }} as closed_at,
        requests.request_reason as category,
        requests.responsible_agency as agency,
        requests.request_status,
        try_cast(requests.longitude as double) as published_longitude,
        try_cast(requests.latitude as double) as published_latitude,
        {{ location_status('requests.longitude', 'requests.latitude') }} as location_status,
        requests._load_id as load_id,
        requests._file as source_file,
        requests._line as source_line,
        case
            when requests.service_request is null then 'missing_key'
            when {{ portal_time('requests.date_created') }} is null then 'unreadable_time'
        end as quarantine_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('new_orleans', 'requests_311') }} as requests
    left join versions
        on {{ same_row('requests', 'versions') }}
),

timed as (
    select
        *,
        {{ local_to_utc('created_at', time_zone) }} as requested_at_utc
    from typed
)

select
    'new_orleans' as city,
    request_id,
    '311' as channel,
    requested_at_utc,
    {{ utc_to_local('requested_at_utc', time_zone) }} as requested_at_local,
    {{ local_to_utc('closed_at', time_zone) }} as closed_at_utc,
    category,
    agency,
    request_status,
    cast(null as boolean) as need_met,
    cast(null as varchar) as published_zone_id,
    cast(null as varchar) as native_zone,
    case when location_status = 'located' then published_longitude end as longitude,
    case when location_status = 'located' then published_latitude end as latitude,
    location_status,
    'requests_311' as source_dataset,
    load_id,
    source_file,
    source_line,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from timed

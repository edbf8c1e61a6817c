{% set time_zone = 'America/Chicago' %}
{% set readable = 'service_request is not null and ' ~ published_clock_time('date_created') ~ ' is not null' %}

with versions as (
    {{ rank_versions(
        source('new_orleans', 'requests_311'), ['service_request'], published_clock_time('date_modified'), readable
    ) }}
),

typed as (
    select
        requests.service_request as request_id,
        {{ published_time_utc('requests.date_created', time_zone) }} as created_at_utc,
        {{ published_time_utc('requests.case_close_date', time_zone) }} as closed_at_utc,
        requests.request_reason as category,
        requests.responsible_agency as agency,
        requests.request_status,
        try_cast(requests.longitude as double) as published_longitude,
        try_cast(requests.latitude as double) as published_latitude,
        {{ location_status('requests.longitude', 'requests.latitude') }} as location_status,
        {{ is_ambiguous_time(['requests.date_created', 'requests.case_close_date'], time_zone) }} as is_ambiguous_time,
        requests._load_id as load_id,
        requests._file as source_file,
        requests._line as source_line,
        coalesce(
            case when requests.service_request is null then 'missing_key' end,
            {{ time_reason('requests.date_created') }},
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('new_orleans', 'requests_311') }} as requests
    left join versions
        on {{ same_row('requests', 'versions') }}
),

timed as (
    select
        *,
        created_at_utc as requested_at_utc
    from typed
)

select
    'new_orleans' as city,
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

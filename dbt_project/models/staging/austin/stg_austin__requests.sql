{% set time_zone = 'America/Chicago' %}
{% set readable = 'sr_number is not null and ' ~ published_clock_time('sr_created_date') ~ ' is not null' %}

with versions as (
    {{ rank_versions(
        source('austin', 'requests_311'), ['sr_number'], published_clock_time('sr_updated_date'), readable
    ) }}
),

typed as (
    select
        requests.sr_number as request_id,
        {{ published_time_utc('requests.sr_created_date', time_zone) }} as created_at_utc,
        {{ published_time_utc('requests.sr_closed_date', time_zone) }} as closed_at_utc,
        requests.sr_type_desc as category,
        requests.sr_department_desc as agency,
        lower(requests.sr_status_desc) as request_status,
        requests.sr_location_council_district as native_zone,
        try_cast(requests.sr_location_long as double) as published_longitude,
        try_cast(requests.sr_location_lat as double) as published_latitude,
        {{ location_status('requests.sr_location_long', 'requests.sr_location_lat') }} as location_status,
        {{ is_ambiguous_time(
            ['requests.sr_created_date', 'requests.sr_closed_date'], time_zone
        ) }} as is_ambiguous_time,
        requests._load_id as load_id,
        requests._file as source_file,
        requests._line as source_line,
        coalesce(
            case when requests.sr_number is null then 'missing_key' end,
            {{ time_reason('requests.sr_created_date') }},
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        case
            when lower(requests.sr_status_desc) like 'duplicate%' then 'duplicate_of_another_request'
            else {{ version_reason('versions') }}
        end as exclusion_reason
    from {{ source('austin', 'requests_311') }} as requests
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
    'austin' as city,
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
from timed

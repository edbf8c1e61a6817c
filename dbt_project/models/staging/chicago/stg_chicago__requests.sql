{% set time_zone = 'America/Chicago' %}
{% set readable = 'sr_number is not null and ' ~ published_clock_time('created_date') ~ ' is not null' %}

with versions as (
    {{ rank_versions(
        source('chicago', 'requests_311'), ['sr_number'], published_clock_time('last_modified_date'), readable
    ) }}
),

typed as (
    select
        requests.sr_number as request_id,
        {{ published_time_utc('requests.created_date', time_zone) }} as requested_at_utc,
        {{ published_time_utc('requests.closed_date', time_zone) }} as closed_at_utc,
        requests.sr_type as category,
        requests.owner_department as agency,
        lower(requests.status) as request_status,
        -- 0 stands for none.
        nullif(requests.community_area, '0') as community_area,
        try_cast(requests.longitude as double) as published_longitude,
        try_cast(requests.latitude as double) as published_latitude,
        {{ location_status('requests.longitude', 'requests.latitude') }} as location_status,
        {{ is_ambiguous_time(['requests.created_date', 'requests.closed_date'], time_zone) }} as is_ambiguous_time,
        requests._load_id as load_id,
        requests._file as source_file,
        requests._line as source_line,
        coalesce(
            case when requests.sr_number is null then 'missing_key' end,
            {{ time_reason('requests.created_date') }},
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        case
            when {{ version_reason('versions') }} is not null then {{ version_reason('versions') }}
            -- A question answered on the telephone asks for no service in a place.
            when requests.sr_type = '311 INFORMATION ONLY CALL' then 'information_only'
            when lower(requests.duplicate) = 'true' then 'duplicate_of_another_request'
        end as exclusion_reason
    from {{ source('chicago', 'requests_311') }} as requests
    left join versions
        on {{ same_row('requests', 'versions') }}
)

select
    'chicago' as city,
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
    community_area as published_zone_id,
    community_area as native_zone,
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

{% set time_zone = 'America/New_York' %}
{% set readable = 'srrecordid is not null and ' ~ published_clock_time('createddate') ~ ' is not null' %}

with versions as (
    {{ rank_versions(
        source('baltimore', 'requests_311'), ['srrecordid'], published_clock_time('statusdate'), readable
    ) }}
),

typed as (
    select
        requests.srrecordid as request_id,
        {{ published_time_utc('requests.createddate', time_zone) }} as requested_at_utc,
        -- The date of the last status is the date of closing only where that status is closed.
        case
            when lower(requests.srstatus) like 'closed%'
                then {{ published_time_utc('requests.statusdate', time_zone) }}
        end as closed_at_utc,
        requests.srtype as category,
        requests.agency,
        lower(requests.srstatus) as request_status,
        requests.neighborhood as native_zone,
        try_cast(requests.longitude as double) as published_longitude,
        try_cast(requests.latitude as double) as published_latitude,
        {{ location_status('requests.longitude', 'requests.latitude') }} as location_status,
        {{ is_ambiguous_time('requests.createddate', time_zone) }} as is_ambiguous_time,
        requests._load_id as load_id,
        requests._file as source_file,
        requests._line as source_line,
        coalesce(
            case when requests.srrecordid is null then 'missing_key' end,
            {{ time_reason('requests.createddate') }},
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        -- Calls for information (types beginning with ECC) ask for no service in a place.
        case
            when requests.srtype like 'ECC-%' then 'information_only'
            when lower(requests.srstatus) like '%duplicate%' then 'duplicate_of_another_request'
            else {{ version_reason('versions') }}
        end as exclusion_reason
    from {{ source('baltimore', 'requests_311') }} as requests
    left join versions
        on {{ same_row('requests', 'versions') }}
)

select
    'baltimore' as city,
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

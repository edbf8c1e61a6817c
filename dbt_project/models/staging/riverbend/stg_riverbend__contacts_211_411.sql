{% set time_zone = 'America/Chicago' %}
{% set contacted = published_clock_time('contact_date') %}
{% set readable = 'contact_id is not null and channel is not null and ' ~ contacted ~ ' is not null' %}

with versions as (
    {{ rank_versions(source('riverbend', 'contacts_211_411'), ['contact_id', 'channel'], '_load_number', readable) }}
),

typed as (
    select
        contacts.contact_id as request_id,
        contacts.channel,
        {{ published_time_utc('contacts.contact_date', time_zone) }} as requested_at_utc,
        contacts.need_category as category,
        contacts.referral as agency,
        case contacts.met when 'Y' then true when 'N' then false end as need_met,
        contacts.zone_id as published_zone_id,
        {{ is_ambiguous_time('contacts.contact_date', time_zone) }} as is_ambiguous_time,
        contacts._load_id as load_id,
        contacts._file as source_file,
        contacts._line as source_line,
        coalesce(
            case when contacts.contact_id is null or contacts.channel is null then 'missing_key' end,
            {{ time_reason('contacts.contact_date') }},
            {{ identity_reason('versions') }}
        ) as quarantine_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('riverbend', 'contacts_211_411') }} as contacts
    left join versions
        on {{ same_row('contacts', 'versions') }}
)

select
    'riverbend' as city,
    request_id,
    channel,
    requested_at_utc,
    {{ utc_to_local('requested_at_utc', time_zone) }} as requested_at_local,
    is_ambiguous_time,
    cast(null as timestamp) as closed_at_utc,
    category,
    agency,
    cast(null as varchar) as request_status,
    need_met,
    published_zone_id,
    cast(null as varchar) as native_zone,
    cast(null as double) as longitude,
    cast(null as double) as latitude,
    'missing' as location_status,
    'contacts_211_411' as source_dataset,
    load_id,
    source_file,
    source_line,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from typed

{% set contacted = parse_timestamp('contact_date', '%Y-%m-%d %H:%M') %}
{% set readable = 'contact_id is not null and channel is not null and ' ~ contacted ~ ' is not null' %}

with versions as (
    {{ rank_versions(source('riverbend', 'contacts_211_411'), ['contact_id', 'channel'], '_load_number', readable) }}
),

typed as (
    select
        contacts.contact_id as request_id,
        contacts.channel,
        {{ parse_timestamp('contacts.contact_date', '%Y-%m-%d %H:%M') }} as requested_at_local,
        contacts.need_category as category,
        contacts.referral as agency,
        case contacts.met when 'Y' then true when 'N' then false end as need_met,
        contacts.zone_id as published_zone_id,
        contacts._load_id as load_id,
        contacts._file as source_file,
        contacts._line as source_line,
        case
            when contacts.contact_id is null or contacts.channel is null then 'missing_key'
            when {{ parse_timestamp('contacts.contact_date', '%Y-%m-%d %H:%M') }} is null then 'unreadable_time'
        end as quarantine_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('riverbend', 'contacts_211_411') }} as contacts
    left join versions
        on {{ same_row('contacts', 'versions') }}
)

select
    'riverbend' as city,
    request_id,
    channel,
    {{ local_to_utc('requested_at_local', 'America/Chicago') }} as requested_at_utc,
    requested_at_local,
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

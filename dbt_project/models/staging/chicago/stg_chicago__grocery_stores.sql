{% set space = 'case when square_feet is not null then 1000000000 else 0 end' %}
{% set newest = space ~ ' + coalesce(try_cast(license_id as bigint), 0)' %}

with versions as (
    -- A store stands twice where its license was renewed or its floor space added: the fuller, then the later license
    -- wins. Two shops of different names at one address stay two.
    {{ rank_versions(source('chicago', 'grocery_stores'), ['store_name', 'address'], newest) }}
),

typed as (
    select
        -- One store has no license number.
        coalesce(stores.license_id, stores.store_name || ', ' || stores.address) as resource_id,
        stores.store_name as resource_name,
        {{ number_of('stores.square_feet', 'square_feet') }} as square_feet,
        stores.buffer_size,
        stores.community_area as native_zone,
        try_cast(stores.longitude as double) as published_longitude,
        try_cast(stores.latitude as double) as published_latitude,
        {{ location_status('stores.longitude', 'stores.latitude') }} as location_status,
        stores._load_id as load_id,
        stores._file as source_file,
        stores._line as source_line,
        {{ identity_reason('versions') }} as identity_reason,
        {{ version_reason('versions') }} as exclusion_reason
    from {{ source('chicago', 'grocery_stores') }} as stores
    left join versions
        on {{ same_row('stores', 'versions') }}
),

judged as (
    select
        *,
        coalesce(case when resource_id is null then 'missing_key' end, identity_reason) as quarantine_reason
    from typed
)

select
    'chicago' as city,
    resource_id,
    'grocery_store' as resource_kind,
    resource_name,
    cast(null as double) as capacity,
    native_zone,
    case when location_status = 'located' then published_longitude end as longitude,
    case when location_status = 'located' then published_latitude end as latitude,
    location_status,
    'grocery_stores' as source_dataset,
    load_id,
    source_file,
    source_line,
    square_feet,
    buffer_size,
    {{ row_status('quarantine_reason', 'exclusion_reason') }} as row_status,
    coalesce(quarantine_reason, exclusion_reason) as row_reason
from judged

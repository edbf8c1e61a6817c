with staged as (
    select
        city,
        source_dataset as data_set,
        load_id,
        row_status as fate,
        coalesce(row_reason, '') as reason,
        rows
    from {{ ref('staged_rows') }}
),

unreadable as (
    select
        city,
        data_set,
        load_id,
        'rejected' as fate,
        reason,
        count(*) as rows
    from {{ source('loads', 'rejected_lines') }}
    group by city, data_set, load_id, reason
),

fates as (
    select * from staged
    union all
    select * from unreadable
)

select
    fates.city,
    fates.data_set,
    fates.load_id,
    fates.fate,
    nullif(fates.reason, '') as reason,
    cast(fates.rows as bigint) as rows,
    loads.rows + loads.rejected_lines as landed_rows
from fates
inner join {{ source('loads', 'loads') }} as loads
    on fates.city = loads.city and fates.data_set = loads.data_set and fates.load_id = loads.load_id

with staged as (
    select
        staged_rows.city,
        staged_rows.source_dataset as data_set,
        staged_rows.load_id,
        staged_rows.row_status as fate,
        coalesce(staged_rows.row_reason, '') as reason,
        staged_rows.rows
    from {{ ref('staged_rows') }} as staged_rows
    -- A second entity made from the same rows does not count them again.
    inner join {{ source('loads', 'loads') }} as loads
        on
            staged_rows.city = loads.city
            and staged_rows.source_dataset = loads.data_set
            and staged_rows.load_id = loads.load_id
            and staged_rows.entity = loads.entity
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

withdrawn as (
    select
        city,
        data_set,
        load_id,
        'withdrawn' as fate,
        'not_listed_by_its_portal' as reason,
        count(*) as rows
    from {{ source('loads', 'withdrawn_rows') }}
    group by city, data_set, load_id
),

fates as (
    select * from staged
    union all
    select * from unreadable
    union all
    select * from withdrawn
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

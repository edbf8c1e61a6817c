{# Stored: small, and comes out of a scan of all calls. #}
{{ config(materialized='table') }}

with days_of_calls as (
    select
        city,
        count(distinct cast(call_at_utc as date)) as days
    from {{ ref('calls') }}
    group by city
)

select
    calls.city,
    calls.block_address,
    -- Single coordinates of a block are wrong now and then; the one in the middle is not.
    percentile_cont(0.5) within group (order by calls.longitude) as longitude,
    percentile_cont(0.5) within group (order by calls.latitude) as latitude,
    cast(count(*) as double) / days_of_calls.days as calls_per_day
from {{ ref('calls') }} as calls
inner join days_of_calls
    on calls.city = days_of_calls.city
where calls.block_address is not null
group by calls.city, calls.block_address, days_of_calls.days

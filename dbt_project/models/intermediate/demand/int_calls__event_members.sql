with recursive named_parents as (
    select
        city,
        call_id,
        parent_call_id
    from {{ ref('int_calls__classified') }}
    where population_before_inference = 'duplicate_explicit' and parent_call_id is not null
),

lineage as (
    select
        city,
        call_id,
        parent_call_id as ancestor_id
    from named_parents
    -- Distinct, so that records which name each other in a circle come to an end.
    union distinct
    select
        lineage.city,
        lineage.call_id,
        named_parents.parent_call_id as ancestor_id
    from lineage
    inner join named_parents
        on lineage.city = named_parents.city and lineage.ancestor_id = named_parents.call_id
),

explicit_groups as (
    select
        lineage.city,
        lineage.call_id,
        -- The ancestor that names no other, whether it is in the export or not; in a circle the least of its names.
        coalesce(min(lineage.ancestor_id) filter (where named_parents.call_id is null), min(lineage.ancestor_id))
            as group_id
    from lineage
    left join named_parents
        on lineage.city = named_parents.city and lineage.ancestor_id = named_parents.call_id
    group by lineage.city, lineage.call_id
),

links as (
    select
        city,
        call_id,
        first_call_id as event_key
    from {{ ref('int_calls__repeats') }}
    where is_repeat
    union all
    select
        explicit_groups.city,
        explicit_groups.call_id,
        coalesce(repeats.first_call_id, explicit_groups.group_id) as event_key
    from explicit_groups
    left join {{ ref('int_calls__repeats') }} as repeats
        on
            explicit_groups.city = repeats.city
            and explicit_groups.group_id = repeats.call_id
            and repeats.is_repeat
)

select
    city,
    call_id,
    event_key
from links
union distinct
select
    city,
    event_key as call_id,
    event_key
from links

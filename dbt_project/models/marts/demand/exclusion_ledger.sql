{% set rules = [
    ('raw', 'unreadable_line'), ('raw', 'quarantined'), ('raw', 'not_the_published_version'),
    ('canonical', 'test'), ('canonical', 'administrative'), ('canonical', 'duplicate_explicit'),
    ('canonical', 'officer_initiated'), ('canonical', 'duplicate_inferred'), ('canonical', 'cancelled_before_dispatch'),
    ('canonical', 'unknown_initiation')
] %}

with rules as (
    {% for stage, rule in rules %}
    select
        {{ loop.index }} as step,
        '{{ stage }}' as stage,
        '{{ rule }}' as rule
    {% if not loop.last %}union all{% endif %}
    {% endfor %}
),

call_records as (
    select
        city,
        zone_id,
        beat_id,
        case
            when population = 'demand' and not {{ is_initiation_known('initiation') }} then 'unknown_initiation'
            else population
        end as population,
        count(*) as n
    from {{ ref('fct_calls') }}
    group by all
),

rows_by_fate as (
    -- What has no place yet can only be told for the city as a whole.
    select
        accounting.city,
        'city' as zone_kind,
        '(all)' as zone_id,
        case accounting.fate
            when 'rejected' then 'unreadable_line'
            when 'quarantined' then 'quarantined'
            when 'excluded' then 'not_the_published_version'
            when 'withdrawn' then 'not_the_published_version'
        end as fate,
        accounting.rows as n
    from {{ ref('row_accounting') }} as accounting
    inner join {{ ref('loads') }} as loads
        on
            accounting.city = loads.city
            and accounting.data_set = loads.data_set
            and accounting.load_id = loads.load_id
    where loads.entity = 'calls' and accounting.fate <> 'accepted'
    union all
    select
        city,
        'city' as zone_kind,
        '(all)' as zone_id,
        population as fate,
        n
    from call_records
    union all
    select
        call_records.city,
        coalesce(zonings.zone_kind, 'tract') as zone_kind,
        coalesce(call_records.zone_id, '(unmatched)') as zone_id,
        call_records.population as fate,
        call_records.n
    from call_records
    left join {{ ref('int_primary_zonings') }} as zonings
        on call_records.city = zonings.city
    union all
    select
        city,
        'beat' as zone_kind,
        coalesce(beat_id, '(unmatched)') as zone_id,
        population as fate,
        n
    from call_records
    where city in (select beats.city from {{ ref('int_beats') }} as beats)
),

removed as (
    select
        city,
        zone_kind,
        zone_id,
        fate,
        sum(n) as n
    from rows_by_fate
    group by city, zone_kind, zone_id, fate
),

areas as (
    select
        city,
        zone_kind,
        zone_id,
        sum(n) as n
    from removed
    group by city, zone_kind, zone_id
),

ledger as (
    select
        areas.city,
        areas.zone_kind,
        areas.zone_id,
        rules.step,
        rules.stage,
        rules.rule,
        areas.n,
        coalesce(removed.n, 0) as rows_removed,
        sum(coalesce(removed.n, 0)) over (
            partition by areas.city, areas.zone_kind, areas.zone_id order by rules.step
        ) as removed_so_far
    from areas
    inner join rules
        on areas.zone_kind = 'city' or rules.stage = 'canonical'
    left join removed
        on
            areas.city = removed.city
            and areas.zone_kind = removed.zone_kind
            and areas.zone_id = removed.zone_id
            and rules.rule = removed.fate
)

select
    city,
    zone_kind,
    zone_id,
    step,
    stage,
    rule,
    cast(n - removed_so_far + rows_removed as bigint) as rows_in,
    cast(rows_removed as bigint) as rows_removed,
    cast(n - removed_so_far as bigint) as rows_out
from ledger

-- Calls of table categories, each as long as its hours say, by one officer, and a budget in two phases.
insert into canonical.calls by name
select 'cost' as city, category || i as call_id, timestamp '2023-06-01 12:00:00' as call_at_utc,
    call_at_utc as call_at_local, 'community' as initiation, category as final_type, category as type_group
from categories, range(calls) as n(i);
insert into canonical.unit_responses by name
select 'cost' as city, category || i as call_id, call_id as unit_response_id, timestamp '2023-06-01 12:00:00' as dispatched_at_utc,
    dispatched_at_utc + to_microseconds(cast(round(hours / calls * 3.6e9) as bigint)) as cleared_at_utc
from categories, range(calls) as n(i);
insert into canonical.budget_lines by name
select 'cost' as city, p as budget_line_id, 2023 as fiscal_year, p as phase, 'Police' as department, 'Patrol' as division,
    'All' as program, $budget as amount, $fte as sworn_fte
from (values ('adopted'), ('actual')) as t(p);
insert into codebooks.police_departments values ('cost', 'Police');

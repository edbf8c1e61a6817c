select
    city,
    zone_kind,
    zone_id,
    month,
    'calls' as measure,
    demand_calls as n
from {{ ref('calls_by_zone_month') }}
union all
select
    city,
    zone_kind,
    zone_id,
    month,
    'contacts' as measure,
    contacts as n
from {{ ref('contacts_by_zone_month') }}
union all
select
    city,
    zone_kind,
    zone_id,
    month,
    'offenses' as measure,
    offenses as n
from {{ ref('offenses_by_zone_month') }}

{# Every record that a measure by zone counts, as a query: whose it is, where and when. `entity` is what its coverage is
   known by. #}
{% macro counted_records() -%}
    select
        city,
        'calls' as measure,
        'calls' as entity,
        '' as record_kind,
        call_id as record_id,
        zone_id,
        beat_id,
        month,
        cast(call_at_local as date) as day
    from {{ ref('fct_calls') }}
    where population = 'demand'
    union all
    select
        city,
        'contacts' as measure,
        'contacts' as entity,
        contact_kind as record_kind,
        contact_id as record_id,
        zone_id,
        beat_id,
        month,
        cast(contact_at_local as date) as day
    from {{ ref('fct_contacts') }}
    where is_counted
    union all
    select
        city,
        measure,
        'offenses' as entity,
        '' as record_kind,
        offense_id as record_id,
        zone_id,
        beat_id,
        month,
        cast(offense_at_local as date) as day
    from {{ ref('fct_offenses') }}
    where measure is not null
{%- endmacro %}

{# The entity that the coverage of a measure is known by: all offenses come in one report. #}
{% macro covered_as(measure) -%}
    case when {{ measure }} like 'offenses%' then 'offenses' else {{ measure }} end
{%- endmacro %}

{{ config(materialized='table') }}

with fates as (
    {% for staging_model in built_models() %}
    select
        city,
        source_dataset,
        load_id,
        '{{ entity_of(staging_model) }}' as entity,
        row_status,
        row_reason,
        count(*) as rows
    from {{ ref(staging_model) }}
    group by city, source_dataset, load_id, row_status, row_reason
    {% if not loop.last %}union all{% endif %}
    {% else %}
    {{ no_rows(model, ['city', 'source_dataset', 'load_id', 'entity', 'row_status', 'row_reason', 'rows']) }}
    {% endfor %}
)

select
    fates.city,
    fates.source_dataset,
    fates.load_id,
    fates.entity,
    fates.row_status,
    fates.row_reason,
    fates.rows,
    loads.rows as load_rows
from fates
left join {{ source('loads', 'loads') }} as loads
    on fates.city = loads.city and fates.source_dataset = loads.data_set and fates.load_id = loads.load_id

{{ config(materialized='table') }}

{% for model, entity in staged_models() %}
select
    city,
    source_dataset,
    load_id,
    source_file,
    source_line,
    row_status,
    row_reason
from {{ ref(model) }}
where row_status <> 'accepted'
{% if not loop.last %}union all{% endif %}
{% endfor %}

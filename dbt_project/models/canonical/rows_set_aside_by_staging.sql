{{ config(materialized='table') }}

{% for staging_model in built_models() %}
select
    city,
    source_dataset,
    load_id,
    source_file,
    cast(source_line as bigint) as source_line,
    row_status,
    row_reason
from {{ ref(staging_model) }}
where row_status <> 'accepted'
{% if not loop.last %}union all{% endif %}
{% else %}
{{ no_rows(model, ['city', 'source_dataset', 'load_id', 'source_file', 'source_line', 'row_status', 'row_reason']) }}
{% endfor %}

{% for model, entity in staged_models() %}
select
    city,
    source_dataset as data_set,
    load_id,
    source_file,
    cast(source_line as bigint) as source_line,
    row_status as fate,
    row_reason as reason
from {{ ref(model) }}
where row_status <> 'accepted'
{% if not loop.last %}union all{% endif %}
{% endfor %}

{# Rows for which a condition does not hold. #}
{% test rows_hold(model, condition) %}
select *
from {{ model }}
where not coalesce({{ condition }}, false)
{% endtest %}

{# Rows of one key whose days of validity overlap; no first day is ever before, no last day ever after. #}
{% test no_overlap(model, key, valid_from, valid_to) %}
with numbered as (
    select
        *,
        row_number() over (order by {{ key | join(', ') }}, {{ valid_from }}) as row_in_order,
        coalesce({{ valid_from }}, date '0001-01-01') as first_day,
        coalesce({{ valid_to }}, date '9999-12-31') as last_day
    from {{ model }}
)

select earlier.*
from numbered as earlier
inner join numbered as later
    on
        {% for column in key %}earlier.{{ column }} = later.{{ column }} and {% endfor %}
        earlier.row_in_order < later.row_in_order
        and earlier.first_day <= later.last_day
        and later.first_day <= earlier.last_day
{% endtest %}

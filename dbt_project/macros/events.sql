{# What an event of several call records takes from the earliest of them (methods, 1.2). #}
{% macro told_by_the_earliest_record() -%}
    {{ return([
        'call_at_utc', 'call_at_local', 'call_time_basis', 'received_at_utc', 'channel', 'priority', 'priority_level',
        'initial_type', 'final_type', 'call_type_group', 'final_type_group', 'mapping_status', 'mapping_confidence',
        'topic_category', 'topic_group', 'initial_topic_category', 'initial_topic_group', 'answer_axis', 'eligible_low',
        'eligible_high', 'disqualifiers', 'langton_label', 'vera_own_reading', 'lum_own_reading', 'ah_datalytics_own_reading',
        'published_zone_id', 'native_zone', 'longitude', 'latitude', 'location_status'
    ]) }}
{%- endmacro %}

{# Every staging model with the entity it feeds: the one list that canonical, quarantine and row accounting go through. #}
{% macro staged_models() -%}
    {{ return([
        ('stg_riverbend__calls', 'calls'),
        ('stg_riverbend__unit_responses', 'unit_responses'),
        ('stg_riverbend__stops', 'contacts'),
        ('stg_riverbend__arrests', 'contacts'),
        ('stg_riverbend__offenses', 'offenses'),
        ('stg_riverbend__requests', 'requests'),
        ('stg_riverbend__contacts_211_411', 'requests'),
        ('stg_riverbend__zones', 'zones'),
        ('stg_riverbend__budget_lines', 'budget_lines'),
        ('stg_riverbend__resources', 'resources'),
        ('stg_riverbend__survey', 'survey_responses'),
        ('stg_seattle__incident_responses_2015', 'calls'),
        ('stg_seattle__incident_responses_2016', 'calls'),
        ('stg_seattle__calls', 'calls'),
        ('stg_seattle__terry_stops', 'contacts'),
        ('stg_seattle__uses_of_force', 'contacts'),
        ('stg_seattle__crimes', 'offenses'),
        ('stg_seattle__tracts', 'zones'),
        ('stg_seattle__tracts_2015', 'zones'),
        ('stg_seattle__beats', 'zones'),
        ('stg_seattle__budget_lines', 'budget_lines'),
    ]) }}
{%- endmacro %}

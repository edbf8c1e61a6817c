with coded as (
    select
        offenses.city,
        offenses.offense_id,
        offenses.offense_at_local,
        offenses.nibrs_code,
        offenses.offense,
        offenses.report_status,
        -- What the source says stands before what the code says.
        coalesce(nullif(offenses.crime_against, 'unknown'), codes.crime_against, 'unknown') as crime_against,
        -- NULL where the code is not in the codebook: unknown is not the same as reported by a victim.
        codes.is_police_generated,
        codes.nibrs_code is not null as is_code_known
    from {{ ref('offenses') }} as offenses
    left join {{ ref('nibrs_offenses') }} as codes
        on offenses.nibrs_code = codes.nibrs_code
),

judged as (
    select
        *,
        case
            when {{ is_unfounded('report_status') }} or lower(offense) like '%unfounded%' then 'unfounded'
            when crime_against = 'not_a_crime' then 'not_a_crime'
        end as not_counted_reason
    from coded
)

select
    city,
    offense_id,
    cast(date_trunc('month', offense_at_local) as date) as month,
    nibrs_code,
    is_code_known,
    offense,
    crime_against,
    is_police_generated,
    case
        when not_counted_reason is not null then null
        when is_police_generated then 'offenses_police_generated'
        when not is_police_generated then 'offenses'
        else 'offenses_unclassified'
    end as measure,
    not_counted_reason
from judged

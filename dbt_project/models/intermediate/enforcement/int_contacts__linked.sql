{# A number that stands for a contact and for a call of another year links nothing. #}
{% set hours_apart = 24 %}

with numbered as (
    select
        city,
        contact_kind,
        contact_id,
        contact_at_utc,
        call_id,
        row_number() over (
            partition by city, contact_kind, call_id
            order by arrest_made desc nulls last, contact_at_utc asc, contact_id asc
        ) as person
    from {{ ref('contacts') }}
    -- A stop that is known to have ended otherwise was of somebody else.
    where call_id is not null and (contact_kind <> 'stop' or coalesce(arrest_made, true))
),

arrests_of_stops as (
    -- One to one: a second arrest of the same call is of a second person.
    select
        arrests.city,
        arrests.contact_kind,
        arrests.contact_id,
        stops.contact_kind as part_of_contact_kind,
        stops.contact_id as part_of_contact_id
    from numbered as arrests
    inner join numbered as stops
        on
            arrests.city = stops.city
            and arrests.call_id = stops.call_id
            and arrests.person = stops.person
            and {{ dbt.datediff('stops.contact_at_utc', 'arrests.contact_at_utc', 'hour') }}
            between -{{ hours_apart }} and {{ hours_apart }}
    where arrests.contact_kind = 'arrest' and stops.contact_kind = 'stop'
),

force_of_contacts as (
    select
        force.city,
        force.contact_kind,
        force.contact_id,
        contacts.contact_kind as part_of_contact_kind,
        contacts.contact_id as part_of_contact_id,
        row_number() over (
            partition by force.city, force.contact_id
            order by contacts.contact_kind desc, contacts.contact_at_utc asc, contacts.contact_id asc
        ) as choice
    from {{ ref('contacts') }} as force
    inner join {{ ref('contacts') }} as contacts
        on
            force.city = contacts.city
            and force.call_id = contacts.call_id
            and {{ dbt.datediff('contacts.contact_at_utc', 'force.contact_at_utc', 'hour') }}
            between -{{ hours_apart }} and {{ hours_apart }}
    where force.contact_kind = 'use_of_force' and contacts.contact_kind in ('stop', 'arrest')
)

select
    city,
    contact_kind,
    contact_id,
    part_of_contact_kind,
    part_of_contact_id
from arrests_of_stops
union all
select
    city,
    contact_kind,
    contact_id,
    part_of_contact_kind,
    part_of_contact_id
from force_of_contacts
where choice = 1

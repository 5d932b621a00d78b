/**
 * What the hub need not load of a person. Devices tell of each dose, for years, and nothing that is derived looks back
 * further than 120 days (src/core/working-set.ts): what is older by 130 days leaves the working set, and is read when a message names it.
 */
export const workingSet = `
-- Milliseconds since the epoch; infinity for what always belongs to it. Intakes; what a device handed out; lists of a
-- source that a newer one replaced.
create function leaves_working_set_v1(p_type text, p_dates jsonb, p_tokens text[]) returns float8
language plpgsql immutable as $$
declare
  days constant float8 := 130 * 86400000::float8;
  dated text;
begin
  if p_type = 'MedicationAdministration' then
    dated := p_dates #>> '{effective-time,1}';
  elsif p_type = 'MedicationDispense' then
    if exists (select from unnest(p_tokens) t where t like 'MedicationDispense?performer=Device/%') then
      dated := p_dates #>> '{whenhandedover,1}';
    end if;
  elsif p_tokens @> array['List?status=*|retired'] then
    dated := p_dates #>> '{date,1}';
  end if;
  return coalesce(dated::float8 + days, 'infinity');
end
$$;
create index resource_working on resource (person_id, leaves_working_set_v1(type, dates, tokens))
  where type in ('List', 'MedicationAdministration', 'MedicationDispense') and not deleted;
`

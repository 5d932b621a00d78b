/**
 * FHIR writes of clients. An id is one resource's, whoever owns it; and what a conditional write found absent is looked
 * for again in the transaction that writes, under a lock of the condition (fhir-api.md C-02, C-04).
 */
export const fhirWrites = `
drop index resource_id;
create unique index resource_id on resource (id, type);

-- Before any row is locked: other writers of the same condition wait here, and then see what was written. Lines repeat
-- the identifiers of the facts that they are derived from, and no client writes them.
create function expect_absent_v1(p_type text, p_token text) returns void language plpgsql as $$
begin
  perform pg_advisory_xact_lock(hashtextextended(p_token, 0));
  if exists (select 1 from resource
    where tokens && array[p_token] and type = p_type and not deleted and layer <> 'line')
  then
    perform fail_v1('CONCURRENT_CHANGE', 'a resource meets the condition by now');
  end if;
end
$$;

-- commit_v1 with conditions, and for persons that begin with this effect.
create function commit_v2(p jsonb, bodies text[]) returns boolean language plpgsql as $$
begin
  if jsonb_typeof(p -> 'absent') = 'object' then
    perform expect_absent_v1(p #>> '{absent,type}', p #>> '{absent,token}');
  end if;
  if (p ->> 'makesPerson')::boolean then
    insert into person (person_id) values (p ->> 'personId') on conflict do nothing;
  end if;
  return commit_v1(p, bodies);
end
$$;
`

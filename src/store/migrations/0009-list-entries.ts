/**
 * A list version names the versions of the resources that it shows: their texts stand in resource and resource_history
 * once, however many versions of the list show them.
 */
export const listEntries = `
-- The names in a Bundle's text, as a process of an older build writes it.
create function bundle_entries_v1(p_bundle text) returns text[] language sql immutable as $$
  select array_agg(concat_ws('/', e #>> '{resource,resourceType}', e #>> '{resource,id}',
      e #>> '{resource,meta,versionId}') order by n)
  from jsonb_array_elements(p_bundle::jsonb -> 'entry') with ordinality u(e, n)
$$;

-- '<type>/<id>/<version>' in the order of the Bundle, the List first
alter table list_version add column entries text[];
update list_version set entries = bundle_entries_v1(body);
alter table list_version drop column body;
alter table list_version alter column entries set not null;
-- small documents beside the bodies: lz4 packs and unpacks them several times faster than pglz
do $do$
begin
  alter table message alter column envelope set compression lz4;
  alter table message alter column answer set compression lz4;
  alter table message alter column unmapped set compression lz4;
  alter table resource alter column dates set compression lz4;
  alter table resource alter column tokens set compression lz4;
  alter table list_version alter column entries set compression lz4;
  alter table change alter column resources set compression lz4;
exception when feature_not_supported then null;
end
$do$;

create or replace function write_knowledge_v1(p_person text, p jsonb, p_bodies text[]) returns void language plpgsql as $$
begin
  insert into amendment (person_id, type, natural_key, name, at, changes, message_id, source_key)
    select p_person, a.type, a.key, a.name, a.at, a.changes, a.message_id, a.source_key
    from jsonb_to_recordset(p -> 'amendments')
      a(type text, key text, name text, at text, changes text, message_id text, source_key text)
    on conflict (person_id, type, natural_key, name) do update set at = excluded.at, changes = excluded.changes,
      message_id = excluded.message_id, source_key = excluded.source_key;
  insert into source_state (person_id, key, role, name, last_heard, failed)
    select p_person, s.key, s.role, s.name, s.last_heard, s.failed
    from jsonb_to_recordset(p -> 'sources') s(key text, role text, name text, last_heard timestamptz, failed text)
    on conflict (person_id, key) do update set role = excluded.role, name = excluded.name,
      last_heard = excluded.last_heard, failed = excluded.failed;
  if jsonb_array_length(p -> 'identities') > 0 then
    insert into person_identity (system, value, person_id, use)
      select i.system, i.value, p_person, i.use
      from jsonb_to_recordset(p -> 'identities') i(system text, value text, use text) where i.value <> ''
      order by 1, 2
      on conflict (system, value) do update set use = excluded.use where person_identity.person_id = p_person;
    if exists (select 1 from jsonb_to_recordset(p -> 'identities') i(system text, value text)
      join person_identity o on o.system = i.system and o.value = i.value where o.person_id <> p_person)
    then
      perform fail_v1('IDENTITY_CONFLICT', 'an identifier belongs to another person');
    end if;
  end if;
  if jsonb_typeof(p -> 'list') = 'object' then
    insert into list_version (person_id, version, entries, created_at)
      values (p_person, (p #>> '{list,version}')::bigint,
        case when p #> '{list,entries}' is null then bundle_entries_v1(p_bodies[(p #>> '{list,body}')::int])
          else array(select jsonb_array_elements_text(p #> '{list,entries}')) end,
        (p #>> '{list,createdAt}')::timestamptz)
      on conflict do nothing;
    if not found then
      perform fail_v1('CONCURRENT_CHANGE', 'this list version exists');
    end if;
  end if;
end
$$;
`

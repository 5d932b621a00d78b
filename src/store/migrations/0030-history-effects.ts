/**
 * Effects with history: each version with its layer and source, each source as it was known, list versions in a chain;
 * nothing is dated where answers were given already. Lanes in which time is due are worked alone, time before rows.
 */
export const historyEffects = `
create or replace function write_resources_v1(p_person text, p_writes jsonb, p_bodies text[], p_merge boolean) returns void
language plpgsql as $$
declare
  w record;
  key text;
begin
  for w in select * from jsonb_to_recordset(p_writes) as x(person_id text, type text, id text, version bigint,
      base bigint, natural_key text, sort_order text, layer text, body int, source_key text, message_id text,
      last_updated timestamptz, deleted boolean, method text, tokens text[], dates jsonb)
    -- one order for all writers of shared resources
    order by x.person_id collate "C", x.type collate "C", x.id collate "C", x.version
  loop
    if w.person_id <> '' and w.person_id is distinct from p_person then
      perform fail_v1('UNEXPECTED', 'an effect writes one person and shared resources');
    end if;
    key := w.natural_key;
    if p_merge and exists (select 1 from resource r where r.person_id = w.person_id and r.type = w.type
      and r.natural_key = key and not r.deleted and r.id <> w.id)
    then
      key := key || '|merged|' || w.id;
    end if;
    if w.base = 0 then
      insert into resource (person_id, type, id, version, natural_key, sort_order, layer, body, source_key,
          message_id, last_updated, deleted, method, tokens, dates)
        values (w.person_id, w.type, w.id, w.version, key, w.sort_order, w.layer, p_bodies[w.body], w.source_key,
          w.message_id, w.last_updated, w.deleted, w.method, w.tokens, w.dates)
        on conflict do nothing;
    else
      insert into resource_history (person_id, type, id, version, body, last_updated, deleted, method, message_id,
          layer, source_key)
        select person_id, type, id, version, body, last_updated, deleted, method, message_id, layer, source_key
        from resource
        where person_id = w.person_id and type = w.type and id = w.id and version = w.base
        on conflict do nothing;
      update resource set version = w.version, natural_key = key, sort_order = w.sort_order, layer = w.layer,
          body = p_bodies[w.body], source_key = w.source_key, message_id = w.message_id, last_updated = w.last_updated,
          deleted = w.deleted, method = w.method, tokens = w.tokens, dates = w.dates
        where person_id = w.person_id and type = w.type and id = w.id and version = w.base;
    end if;
    if not found or w.version <> w.base + 1 then
      perform fail_v1('CONCURRENT_CHANGE', 'a resource changed since it was read');
    end if;
  end loop;
end
$$;

create or replace function write_knowledge_v1(p_person text, p jsonb, p_bodies text[]) returns void language plpgsql as $$
begin
  perform fence_told_v1(array['p-' || p_person, 'p-' || (p #>> '{merge,prior}')], (p ->> 'at')::timestamptz);
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
  -- a merge brings the other person's sources
  insert into source_history (person_id, key, at, role, name, last_heard, failed)
    select p_person, s.key, (p ->> 'at')::timestamptz, s.role, s.name, s.last_heard, s.failed from source_state s
    where s.person_id = p_person and (jsonb_typeof(p -> 'merge') = 'object'
      or s.key in (select x ->> 'key' from jsonb_array_elements(p -> 'sources') x))
    on conflict do nothing;
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
    insert into list_version (person_id, version, entries, created_at, valid_from, content_hash, chain)
      select p_person, v.version, v.entries, v.created_at, v.valid_from, v.content_hash,
          next_chain_v1(p_person, v.version, v.created_at, v.valid_from, v.content_hash)
        from (select (p #>> '{list,version}')::bigint as version,
          array(select jsonb_array_elements_text(p #> '{list,entries}')) as entries,
          (p #>> '{list,createdAt}')::timestamptz as created_at, (p #>> '{list,validFrom}')::timestamptz as valid_from,
          p #>> '{list,contentHash}' as content_hash) v
      on conflict do nothing;
    if not found then
      perform fail_v1('CONCURRENT_CHANGE', 'this list version exists');
    end if;
  end if;
end
$$;

create or replace function commit_group_v1(p jsonb, p_texts text) returns table (lane text, due boolean) language plpgsql as $$
#variable_conflict use_column
declare
  bodies text[] := string_to_array(p_texts, chr(1));
  wanted int;
  done int;
begin
  perform 1 from lane l where l.lane_key in (select e ->> 'lane' from jsonb_array_elements(p -> 'effects') e)
    order by l.lane_key for update;
  if exists (select 1 from jsonb_to_recordset(p -> 'effects') e(lane text, owner text, epoch bigint)
    left join lane l on l.lane_key = e.lane
    where l.lane_key is null or l.owner is distinct from e.owner or l.epoch <> e.epoch)
  then
    perform fail_v1('LEASE_LOST', 'the lease of a lane was taken over');
  end if;
  if exists (select 1 from jsonb_to_recordset(p -> 'effects') e(person text)
    join person q on q.person_id = e.person where q.merged_into is not null)
  then
    perform fail_v1('CONCURRENT_CHANGE', 'the person was merged');
  end if;
  perform fence_told_v1(array_agg(e.lane), e.at)
    from jsonb_to_recordset(p -> 'effects') e(lane text, at timestamptz) group by e.at;

  update message m set state = r.state, done_at = clock_timestamp(), unmapped = r.unmapped,
      answer = coalesce(nullif(r.answer, 'null'), m.answer), reason_code = null, reason_text = null, reason_at = null
    from jsonb_to_recordset(p -> 'rows') r(lane text, id text, state text, unmapped jsonb, answer jsonb)
    where m.id = r.id and m.state = 'waiting' and m.lane_key = r.lane;
  get diagnostics done = row_count;
  if done <> jsonb_array_length(p -> 'rows') then
    perform fail_v1('LEASE_LOST', 'a message is not open in its lane');
  end if;

  -- one order for all writers of shared resources
  insert into resource (person_id, type, id, version, natural_key, sort_order, layer, body, source_key, message_id,
      last_updated, deleted, method, tokens, dates)
    select w.person_id, w.type, w.id, w.version, w.natural_key, w.sort_order, w.layer, bodies[w.body], w.source_key,
        w.message_id, w.last_updated, w.deleted, w.method, w.tokens, w.dates
      from jsonb_to_recordset(p -> 'creates') w(person_id text, type text, id text, version bigint, natural_key text,
        sort_order text, layer text, body int, source_key text, message_id text, last_updated timestamptz,
        deleted boolean, method text, tokens text[], dates jsonb)
      order by w.person_id collate "C", w.type collate "C", w.id collate "C"
    on conflict do nothing;
  get diagnostics done = row_count;
  if done <> jsonb_array_length(p -> 'creates') then
    perform fail_v1('CONCURRENT_CHANGE', 'a resource changed since it was read');
  end if;
  wanted := jsonb_array_length(p -> 'updates');
  if wanted > 0 then
    insert into resource_history (person_id, type, id, version, body, last_updated, deleted, method, message_id,
        layer, source_key)
      select r.person_id, r.type, r.id, r.version, r.body, r.last_updated, r.deleted, r.method, r.message_id, r.layer,
          r.source_key
        from jsonb_to_recordset(p -> 'updates') w(person_id text, type text, id text, base bigint)
        join resource r on r.person_id = w.person_id and r.type = w.type and r.id = w.id and r.version = w.base
      on conflict do nothing;
    update resource r set version = w.version, natural_key = w.natural_key, sort_order = w.sort_order, layer = w.layer,
        body = bodies[w.body], source_key = w.source_key, message_id = w.message_id, last_updated = w.last_updated,
        deleted = w.deleted, method = w.method, tokens = w.tokens, dates = w.dates
      from jsonb_to_recordset(p -> 'updates') w(person_id text, type text, id text, version bigint, base bigint,
        natural_key text, sort_order text, layer text, body int, source_key text, message_id text,
        last_updated timestamptz, deleted boolean, method text, tokens text[], dates jsonb)
      where r.person_id = w.person_id and r.type = w.type and r.id = w.id and r.version = w.base;
    get diagnostics done = row_count;
    if done <> wanted then
      perform fail_v1('CONCURRENT_CHANGE', 'a resource changed since it was read');
    end if;
  end if;
  -- versions that came and went within this transaction
  if jsonb_array_length(p -> 'passed') > 0 then
    insert into resource_history (person_id, type, id, version, body, last_updated, deleted, method, message_id,
        layer, source_key)
      select w.person_id, w.type, w.id, w.version, bodies[w.body], w.last_updated, w.deleted, w.method, w.message_id,
          w.layer, w.source_key
        from jsonb_to_recordset(p -> 'passed') w(person_id text, type text, id text, version bigint, body int,
          last_updated timestamptz, deleted boolean, method text, message_id text, layer text, source_key text);
  end if;

  if jsonb_array_length(p -> 'amendments') > 0 then
    insert into amendment (person_id, type, natural_key, name, at, changes, message_id, source_key)
      select a.person_id, a.type, a.key, a.name, a.at, a.changes, a.message_id, a.source_key
        from jsonb_to_recordset(p -> 'amendments') a(person_id text, type text, key text, name text, at text,
          changes text, message_id text, source_key text)
      on conflict (person_id, type, natural_key, name) do update set at = excluded.at, changes = excluded.changes,
        message_id = excluded.message_id, source_key = excluded.source_key;
  end if;
  insert into source_state (person_id, key, role, name, last_heard, failed)
    select s.person_id, s.key, s.role, s.name, s.last_heard, s.failed
      from jsonb_to_recordset(p -> 'sources') s(person_id text, key text, role text, name text,
        last_heard timestamptz, failed text)
    on conflict (person_id, key) do update set role = excluded.role, name = excluded.name,
      last_heard = excluded.last_heard, failed = excluded.failed;
  insert into source_history (person_id, key, at, role, name, last_heard, failed)
    select s.person_id, s.key, s.at, s.role, s.name, s.last_heard, s.failed
      from jsonb_to_recordset(p -> 'sources') s(person_id text, key text, at timestamptz, role text, name text,
        last_heard timestamptz, failed text)
    on conflict do nothing;
  if jsonb_array_length(p -> 'identities') > 0 then
    insert into person_identity (system, value, person_id, use)
      select i.system, i.value, i.person_id, i.use
        from jsonb_to_recordset(p -> 'identities') i(person_id text, system text, value text, use text)
        where i.value <> '' order by 1, 2
      on conflict (system, value) do update set use = excluded.use
        where person_identity.person_id = excluded.person_id;
    if exists (select 1 from jsonb_to_recordset(p -> 'identities') i(person_id text, system text, value text)
      join person_identity o on o.system = i.system and o.value = i.value where o.person_id <> i.person_id)
    then
      perform fail_v1('IDENTITY_CONFLICT', 'an identifier belongs to another person');
    end if;
  end if;
  insert into list_version (person_id, version, entries, created_at, valid_from, content_hash, chain)
    select v.person_id, v.version, v.entries, v.created_at, v.valid_from, v.content_hash,
        next_chain_v1(v.person_id, v.version, v.created_at, v.valid_from, v.content_hash)
      from jsonb_to_recordset(p -> 'lists') v(person_id text, version bigint, entries text[], created_at timestamptz,
        valid_from timestamptz, content_hash text)
    on conflict do nothing;
  get diagnostics done = row_count;
  if done <> jsonb_array_length(p -> 'lists') then
    perform fail_v1('CONCURRENT_CHANGE', 'this list version exists');
  end if;
  insert into change (person_id, lane_key, number, message_id, resources, list_version, at)
    select c.person_id, c.lane, l.effect_seq + c.nth, c.message_id, c.resources, c.list_version, c.at
      from jsonb_to_recordset(p -> 'changes') c(person_id text, lane text, nth bigint, message_id text,
        resources text[], list_version bigint, at timestamptz)
      join lane l on l.lane_key = c.lane;

  return query
    update lane l set effect_seq = l.effect_seq + e.effects, next_change_at = e.next, owner = null, lease_until = null,
        claims = 0, claimed_seq = null,
        due_at = least(e.next, (
          select case when exists (select 1 from message s
              where s.second_lane = l.lane_key and s.state = 'waiting' and s.second_seq < m.seq) then null
            else m.due_at end
          from message m where m.lane_key = l.lane_key and m.state = 'waiting' order by m.seq limit 1))
      from jsonb_to_recordset(p -> 'effects') e(lane text, effects int, next timestamptz)
      where l.lane_key = e.lane
      returning l.lane_key, coalesce(l.due_at <= clock_timestamp(), false);
end
$$;

create or replace function claim_group_v1(p_lanes text[], p_owner text, p_lease_ms float8, p_rows_max int)
returns table (lane text, epoch bigint, effect_seq bigint, id text, seq bigint, envelope jsonb, body bytea,
  received_at timestamptz, attempts int, answer_owed boolean) language plpgsql as $$
#variable_conflict use_column
declare
  bytes_max constant bigint := 8388608;
  instant timestamptz;
  free text[];
begin
  perform set_config('synchronous_commit', 'off', true);
  select array_agg(u.lane_key) into free from (
    select l.lane_key from lane l where l.lane_key = any (p_lanes) for update skip locked) u;
  instant := clock_timestamp();
  return query
    with head as (
      select l.lane_key, h.seq from lane l cross join lateral (
        select m.seq, m.second_lane, m.due_at from message m
          where m.lane_key = l.lane_key and m.state = 'waiting' order by m.seq limit 1) h
      where l.lane_key = any (free) and coalesce(l.lease_until <= instant, true)
        and h.second_lane is null and h.due_at <= instant
        and not lost_v1(l, h.seq, p_owner)
        and coalesce(l.next_change_at > instant, true)
        and not exists (select 1 from message s where s.second_lane = l.lane_key and s.state = 'waiting')
    ), taken as (
      select h.lane_key, h.seq as head_seq, t.id, t.seq from head h cross join lateral (
        select w.id, w.seq from (
          select m.id, m.seq,
              bool_and(m.due_at <= instant and m.second_lane is null) over before as plain,
              sum(octet_length(m.body)) over before as bytes
            from (select id, seq, due_at, second_lane, body from message
              where lane_key = h.lane_key and state = 'waiting' order by seq limit p_rows_max) m
            window before as (order by m.seq)) w
        where w.plain and (w.bytes <= bytes_max or w.seq = h.seq)) t
    ), leased as (
      update lane l set owner = p_owner, epoch = l.epoch + 1,
          lease_until = instant + p_lease_ms * interval '1 millisecond',
          claims = claims_v1(l, t.head_seq, p_owner),
          claimed_seq = t.head_seq, claimed_last = t.last_seq
        from (select lane_key, min(head_seq) as head_seq, max(seq) as last_seq from taken group by lane_key) t
        where l.lane_key = t.lane_key
        returning l.lane_key, l.epoch, l.effect_seq
    )
    select l.lane_key, l.epoch, l.effect_seq, m.id, m.seq, m.envelope, m.body, m.received_at, m.attempts,
        m.answer is null
      from leased l join taken t on t.lane_key = l.lane_key join message m on m.id = t.id
      order by l.lane_key, m.seq;
end
$$;
`

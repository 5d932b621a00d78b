/**
 * What one message does, in one statement: fence, inbox row, resources with history, list version, sources,
 * amendments, identities, merge, assignment, change row, lane (reliability.md 4 and 6.1).
 */
export const effects = `
-- Lanes of an effect, locked in key order. Those of the claim must still be its own, any other must be at rest.
create function fence_v1(p_claim jsonb, p_lane text, p_second text) returns void
language plpgsql as $$
declare
  l lane;
begin
  if p_claim is null or p_second is not null then
    insert into lane (lane_key) select k from unnest(array[p_lane, p_second]) k where k is not null order by k
      on conflict do nothing;
  end if;
  for l in select * from lane where lane_key in (p_lane, p_second) order by lane_key for update loop
    if p_claim is null or l.lane_key not in (p_lane, coalesce(p_claim #>> '{second,lane}', '')) then
      if l.lease_until > clock_timestamp() then
        perform fail_v1('LANE_BUSY', 'another worker holds the lane');
      end if;
      -- a holder whose lease ran out must not commit on top of this effect
      update lane set epoch = epoch + 1, owner = null, lease_until = null where lane_key = l.lane_key;
    elsif l.owner is distinct from p_claim ->> 'owner' or l.epoch <> (
      case when l.lane_key = p_lane then p_claim ->> 'epoch' else p_claim #>> '{second,epoch}' end)::bigint
    then
      perform fail_v1('LEASE_LOST', 'the lease of this lane was taken over');
    end if;
  end loop;
end
$$;

create function insert_with_effect_v1(m jsonb, p_lane text, p_unmapped jsonb) returns void language plpgsql as $$
declare
  next_seq bigint;
begin
  if exists (select 1 from message w where w.state = 'waiting' and w.lane_key = p_lane
    union all select 1 from message w where w.state = 'waiting' and w.second_lane = p_lane)
  then
    perform fail_v1('LANE_BUSY', 'earlier messages of this lane wait');
  end if;
  update lane set last_seq = last_seq + 1 where lane_key = p_lane returning last_seq into next_seq;
  insert into message (id, channel, sender, message_id, part, kind, envelope, body, content_type, content_hash,
      lane_key, seq, state, parent_id, answer, unmapped, received_at, done_at)
    values (m ->> 'id', m ->> 'channel', m ->> 'sender', m ->> 'messageId', (m ->> 'part')::int,
      m ->> 'kind', m -> 'envelope', decode(m ->> 'body', 'base64'), m ->> 'contentType', m ->> 'contentHash',
      p_lane, next_seq, 'done', m ->> 'parentId', nullif(m -> 'answer', 'null'), p_unmapped,
      (m ->> 'receivedAt')::timestamptz, clock_timestamp())
    on conflict do nothing;
  if not found then
    perform fail_v1('MESSAGE_CONFLICT', 'a message of this identity is stored already');
  end if;
end
$$;

create function write_resources_v1(p_person text, p_writes jsonb, p_bodies text[], p_merge boolean) returns void
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
      insert into resource_history (person_id, type, id, version, body, last_updated, deleted, method, message_id)
        select person_id, type, id, version, body, last_updated, deleted, method, message_id from resource
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

create function write_knowledge_v1(p_person text, p jsonb, p_bodies text[]) returns void language plpgsql as $$
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
    insert into list_version (person_id, version, body, created_at)
      values (p_person, (p #>> '{list,version}')::bigint, p_bodies[(p #>> '{list,body}')::int],
        (p #>> '{list,createdAt}')::timestamptz)
      on conflict do nothing;
    if not found then
      perform fail_v1('CONCURRENT_CHANGE', 'this list version exists');
    end if;
  end if;
end
$$;

create function write_device_v1(p_device text, p_ids jsonb) returns bigint language plpgsql as $$
declare
  no bigint;
begin
  insert into device (device_id) values (p_device) on conflict do nothing;
  select device_no into no from device where device_id = p_device for update;
  insert into device_identity (system, value, device_no)
    select distinct i.system, i.value, no from jsonb_to_recordset(p_ids) i(system text, value text)
    where i.value <> '' order by 1, 2 on conflict do nothing;
  if exists (select 1 from jsonb_to_recordset(p_ids) i(system text, value text)
    join device_identity o on o.system = i.system and o.value = i.value where o.device_no <> no)
  then
    perform fail_v1('ASSIGNMENT_CONFLICT', 'an identifier belongs to another device');
  end if;
  return no;
end
$$;

create function write_assignment_v1(p jsonb) returns void language plpgsql as $$
declare
  no bigint := write_device_v1(p ->> 'deviceId', p -> 'deviceIdentities');
begin
  -- events come out of order: what is known of the period stays, and an ended assignment stays ended
  insert into assignment (person_id, device_no, ref, status, from_at, to_at)
    values (p ->> 'personId', no, p ->> 'ref', p ->> 'status', (p ->> 'from')::timestamptz, (p ->> 'to')::timestamptz)
    on conflict (device_no, ref) do update set
      status = case when assignment.status in ('completed', 'stopped') then assignment.status else excluded.status end,
      from_at = coalesce(excluded.from_at, assignment.from_at),
      to_at = coalesce(excluded.to_at, assignment.to_at)
    where assignment.person_id = excluded.person_id;
  if not found then
    perform fail_v1('ASSIGNMENT_CONFLICT', 'the assignment is another person''s');
  end if;
end
$$;

-- bodies: texts of resources and list, apart from the rest so that nobody has to quote them; referred to by number
create function commit_v1(p jsonb, bodies text[]) returns boolean language plpgsql as $$
declare
  who text := p ->> 'personId';
  claim jsonb := nullif(p -> 'claim', 'null');
  merge jsonb := nullif(p -> 'merge', 'null');
  what text := p ->> 'kind';
  home text := coalesce(claim ->> 'lane', 'p-' || who, p ->> 'senderLane');
  other text := coalesce(claim #>> '{second,lane}', 'p-' || (merge ->> 'prior'));
  effects int := jsonb_array_length(p -> 'changes');
  ended int;
begin
  if who is not null and home <> 'p-' || who then
    perform fail_v1('UNEXPECTED', 'an effect on a person comes from that person''s lane');
  end if;
  perform fence_v1(claim, home, other);
  if what = 'claimed' then
    update message m set state = r.state, done_at = clock_timestamp(), unmapped = r.unmapped,
        answer = coalesce(nullif(r.answer, 'null'), m.answer),
        reason_code = null, reason_text = null, reason_at = null
      from jsonb_to_recordset(p -> 'rows') r(id text, state text, unmapped jsonb, answer jsonb)
      where m.id = r.id and m.state = 'waiting' and m.lane_key = home;
    get diagnostics ended = row_count;
    if ended <> jsonb_array_length(p -> 'rows') then
      perform fail_v1('LEASE_LOST', 'a message is not open in this lane');
    end if;
  elsif what = 'new' then
    perform insert_with_effect_v1(p -> 'message', home, p -> 'unmapped');
  end if;
  if exists (select 1 from person where person_id = who and merged_into is not null) then
    perform fail_v1('CONCURRENT_CHANGE', 'the person was merged');
  end if;
  if merge is not null then
    perform merge_v1(merge ->> 'survivor', merge ->> 'prior');
  end if;
  perform write_resources_v1(who, p -> 'writes', bodies, merge is not null);
  if who is not null then
    perform write_knowledge_v1(who, p, bodies);
  end if;
  perform write_device_v1(d.device, d.identities)
    from jsonb_to_recordset(p -> 'devices') d(device text, identities jsonb) order by d.device;
  if jsonb_typeof(p -> 'assignment') = 'object' then
    perform write_assignment_v1(p -> 'assignment');
  end if;
  insert into change (person_id, lane_key, number, message_id, resources, list_version, at)
    select coalesce(who, ''), home, l.effect_seq + c.nth, c.one ->> 'messageId',
      array(select jsonb_array_elements_text(c.one -> 'resources')),
      case when c.nth = effects then (p #>> '{list,version}')::bigint end, (p ->> 'at')::timestamptz
    from lane l, jsonb_array_elements(p -> 'changes') with ordinality c(one, nth) where l.lane_key = home;
  if other is not null and other <> home then
    perform settle_lane_v1(other, 0,
      case when merge is null then (select next_change_at from lane where lane_key = other) end, true);
  end if;
  return settle_lane_v1(home, effects, (p ->> 'nextChangeAt')::timestamptz, other is not null);
end
$$;
`

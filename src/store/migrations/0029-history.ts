/**
 * What the list as of an instant needs (medication-list.md 10): who said each version, what each source had said when,
 * which rows waited when, since when a list version holds, and its place in the chain of hashes.
 */
export const history = `
alter table resource_history add column layer text;
alter table resource_history add column source_key text;
update resource_history h set layer = r.layer, source_key = r.source_key from resource r
  where r.person_id = h.person_id and r.type = h.type and r.id = h.id;
-- of intakes, of which there are thousands, only those heard of lately are read
create index resource_history_intake on resource_history (person_id, last_updated)
  where type = 'MedicationAdministration';

-- Answers about the list as it was known up to told_at were given: no effect may be dated there any more.
alter table lane add column told_at timestamptz;

create function fence_told_v1(p_lanes text[], p_at timestamptz) returns void language plpgsql as $$
begin
  if exists (select 1 from lane where lane_key = any (p_lanes) and told_at >= p_at) then
    perform fail_v1('CONCURRENT_CHANGE', 'what was known at this instant was told already');
  end if;
end
$$;

-- Who has the person's lists now, and when time alone changes them next. Later than p_known (or null): everything that
-- will ever be known up to p_known is stored. Waits for effects that are being committed.
create function tell_v1(p_person text, p_known timestamptz)
returns table (owner text, next_change_at timestamptz) language plpgsql as $$
#variable_conflict use_column
declare
  who text;
  final text;
  keys text[];
  upcoming timestamptz;
begin
  loop
    select coalesce(p.merged_into, p.person_id) into who from person p where p.person_id = p_person;
    if who is null then
      return;
    end if;
    keys := array['p-' || p_person, 'p-' || who];
    insert into lane (lane_key) select distinct k from unnest(keys) k order by k on conflict do nothing;
    perform 1 from lane l where l.lane_key = any (keys) order by l.lane_key for update;
    select coalesce(p.merged_into, p.person_id) into final from person p where p.person_id = p_person;
    exit when final = who;
  end loop;
  select l.next_change_at into upcoming from lane l where l.lane_key = 'p-' || who;
  if coalesce(upcoming > p_known, true) then
    update lane l set told_at = p_known where l.lane_key = any (keys) and coalesce(l.told_at < p_known, true);
  end if;
  return query select who, upcoming;
end
$$;

-- What was known of a source from this instant on.
create table source_history (
  person_id text collate "C" not null,
  key text collate "C" not null,
  at timestamptz not null,
  role text not null,
  name text not null,
  last_heard timestamptz not null,
  failed text,
  primary key (person_id, key, at)
);
insert into source_history select person_id, key, last_heard, role, name, last_heard, failed from source_state;

-- Effects write their own rows; this is for sources whose message failed.
create function note_failed_source_v1() returns trigger language plpgsql as $$
begin
  insert into source_history (person_id, key, at, role, name, last_heard, failed)
    values (new.person_id, new.key,
      greatest(clock_timestamp(), (select told_at from lane where lane_key = 'p-' || new.person_id)
        + interval '1 millisecond'),
      new.role, new.name, new.last_heard, new.failed)
    on conflict do nothing;
  return null;
end
$$;
create trigger source_failed after insert or update on source_state for each row when (new.failed is not null)
  execute function note_failed_source_v1();

-- A row that goes to another lane was open in its former ones until then.
alter table message add column entered_at timestamptz;
create table message_stay (
  lane_key text collate "C" not null,
  message_id text collate "C" not null,
  from_at timestamptz not null,
  to_at timestamptz not null,
  primary key (lane_key, message_id, to_at)
);
create function note_stay_v1() returns trigger language plpgsql as $$
begin
  new.entered_at := greatest(clock_timestamp(), (select max(told_at) from lane
    where lane_key in (old.lane_key, old.second_lane, new.lane_key, new.second_lane)) + interval '1 millisecond');
  insert into message_stay (lane_key, message_id, from_at, to_at)
    select k, old.id, coalesce(old.entered_at, old.received_at), new.entered_at
    from unnest(array[old.lane_key, old.second_lane]) k where k is not null
    on conflict do nothing;
  return new;
end
$$;
create trigger message_moved before update of lane_key, second_lane on message for each row
  when (old.lane_key is distinct from new.lane_key or old.second_lane is distinct from new.second_lane)
  execute function note_stay_v1();

-- Rows that waited longer than the time that working one off usually takes.
create index message_late on message (lane_key)
  where state in ('done', 'superseded') and done_at - received_at > interval '5 seconds';
create index message_late_second on message (second_lane)
  where state in ('done', 'superseded') and done_at - received_at > interval '5 seconds' and second_lane is not null;
create index message_dead_second on message (second_lane) where state = 'dead' and second_lane is not null;

-- valid_from: the instant from which the version holds, where time alone made it; else created_at.
-- chain: hash over the version before and the content; versions of before are not chained.
alter table list_version add column valid_from timestamptz;
alter table list_version add column content_hash text;
alter table list_version add column chain text;
update list_version set valid_from = created_at;
alter table list_version alter column valid_from set not null;

create function list_chain_v1(p_before text, p_person text, p_version bigint, p_created timestamptz,
  p_valid timestamptz, p_content text) returns text language sql immutable as $$
  select encode(sha256(convert_to(coalesce(p_before, '-') || ' ' || p_person || ' ' || p_version || ' '
    || (extract(epoch from p_created) * 1000)::bigint || ' ' || (extract(epoch from p_valid) * 1000)::bigint || ' '
    || p_content, 'UTF8')), 'hex')
$$;
create function next_chain_v1(p_person text, p_version bigint, p_created timestamptz, p_valid timestamptz,
  p_content text) returns text language sql stable as $$
  select list_chain_v1(
    (select chain from list_version where person_id = p_person and version = p_version - 1),
    p_person, p_version, p_created, p_valid, p_content)
$$;
`

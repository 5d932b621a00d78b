/**
 * Dead letters in groups, parked channels, and who did what to a message (reliability.md 4 and 10). Columns are filled by
 * defaults, so that the statements of intake and effect stay as they are: `made_by` is the name of the connection,
 * `stafett/<version of the software, mappings included>/<process>`.
 */
export const parking = `
alter table message add column stored_at timestamptz;
alter table message add column stored_by text;
alter table message add column reason_stack text;
alter table message alter column stored_at set default clock_timestamp();
alter table message alter column stored_by set default current_setting('application_name');
alter table change add column made_by text;
alter table change alter column made_by set default current_setting('application_name');

-- Dead rows of one cause: indexes into lists count for nothing in the place, and only bugs have a stack.
create function fingerprint_v1(p_channel text, p_kind text, p_code text, p_place text, p_stack text) returns text
language sql immutable as $$
  select left(md5(p_channel || '|' || p_kind || '|' || coalesce(p_code, '') || '|'
    || regexp_replace(regexp_replace(coalesce(p_place, ''), '\\[[0-9]+\\]', '[]', 'g'), '/[0-9]+(?=/|$)', '/#', 'g')
    || '|' || case when p_code = 'UNEXPECTED' then coalesce(p_stack, '') else '' end), 16)
$$;
create index message_dead_group
  on message (fingerprint_v1(channel, kind, reason_code, reason_at, reason_stack), received_at, id)
  where state = 'dead';

-- What operators did, written in the transaction that did it.
create table operator_action (
  number bigint generated always as identity primary key,
  at timestamptz not null default clock_timestamp(),
  who text not null,
  action text not null,
  target text not null,
  detail jsonb
);

-- What one process at a time does by the clock: who took the last turn, when, and what is to be remembered.
create table job (
  name text primary key,
  started_at timestamptz not null,
  ended_at timestamptz,
  by_whom text not null,
  failures int not null default 0,
  memory jsonb
);

create table parked_channel (
  channel text primary key,
  since timestamptz not null default clock_timestamp(),
  -- null: parked by the hub itself, which tries one row from time to time
  parked_by text,
  reason_code text,
  reason_text text,
  reason_at text,
  probe_id text,
  probed_at timestamptz,
  -- no longer parked, but rows are still to be made due
  resumed_at timestamptz
);

-- Rows of a parked channel are due then. A finite instant: the database cannot subtract infinite ones.
create function parked_until_v1() returns timestamptz language sql immutable as $$
  select timestamptz '9999-12-31 00:00:00+00'
$$;

-- fail_message_v1 with the stack of a bug and with parking. p: {next: retry|dead|park, delayMs, code, text, at, stack, source}
create function fail_message_v2(p_claim jsonb, p_id text, p jsonb) returns boolean language plpgsql as $$
declare
  home text := p_claim ->> 'lane';
  other text := p_claim #>> '{second,lane}';
  source jsonb := nullif(p -> 'source', 'null');
  what text := p ->> 'next';
  parks text;
begin
  perform fence_v1(p_claim, home, other);
  case what
    when 'dead' then
      perform bury_v1(p_id, p ->> 'code', p ->> 'text', p ->> 'at');
      update message set reason_stack = p ->> 'stack' where id = p_id and p ->> 'stack' is not null;
    when 'retry' then
      update message set attempts = attempts + 1, reason_code = p ->> 'code', reason_text = p ->> 'text',
          reason_at = p ->> 'at', due_at = clock_timestamp() + (p ->> 'delayMs')::float8 * interval '1 millisecond'
        where id = p_id and state = 'waiting';
    when 'park' then
      select channel into parks from message where id = p_id;
      if p ->> 'code' is not null then
        insert into parked_channel (channel, reason_code, reason_text, reason_at)
          values (parks, p ->> 'code', p ->> 'text', p ->> 'at')
          on conflict (channel) do update set since = excluded.since, parked_by = null, probe_id = null, probed_at = null,
            resumed_at = null, reason_code = excluded.reason_code, reason_text = excluded.reason_text,
            reason_at = excluded.reason_at
          where parked_channel.resumed_at is not null;
      end if;
      -- a channel that was resumed meanwhile parks nothing
      perform 1 from parked_channel where channel = parks and resumed_at is null for share;
      update message set due_at = case when found then parked_until_v1() else clock_timestamp() end,
          reason_code = coalesce(p ->> 'code', reason_code), reason_text = coalesce(p ->> 'text', reason_text),
          reason_at = case when p ->> 'code' is null then reason_at else p ->> 'at' end
        where id = p_id and state = 'waiting';
  end case;
  if not exists (select 1 from message where id = p_id and lane_key = home
    and state = case when what = 'dead' then 'dead' else 'waiting' end)
  then
    perform fail_v1('LEASE_LOST', 'the message is not open in this lane');
  end if;
  if source is not null and home like 'p-%' then
    insert into source_state (person_id, key, role, name, last_heard, failed)
      values (substr(home, 3), source ->> 'key', source ->> 'role', source ->> 'name',
        (source ->> 'lastHeard')::timestamptz, source ->> 'failed')
      -- who the source is, and when it was last heard, its own messages say better
      on conflict (person_id, key) do update set failed = excluded.failed;
  end if;
  if other is not null then
    perform settle_lane_v1(other, 0, (select next_change_at from lane where lane_key = other), true);
  end if;
  -- a changed source makes cached states of the person stale
  return settle_lane_v1(home, case when source is null then 0 else 1 end,
    (select next_change_at from lane where lane_key = home), other is not null);
end
$$;

-- Rows that waited for the channel are due again, lane by lane from p_from on. Returns where to go on, null at the end.
create function unpark_v1(p_channel text, p_from text, p_limit int) returns text language plpgsql as $$
declare
  m record;
  last text;
  seen int := 0;
begin
  for m in select id, lane_key, second_lane from message
    where state = 'waiting' and lane_key >= p_from and channel = p_channel and due_at = parked_until_v1()
    order by lane_key, seq limit p_limit
  loop
    seen := seen + 1;
    last := m.lane_key;
    perform make_due_v1(m.id, m.lane_key, m.second_lane);
  end loop;
  return case when seen = p_limit then last end;
end
$$;

create function make_due_v1(p_id text, p_lane text, p_second text) returns void language plpgsql as $$
begin
  perform 1 from lane where lane_key in (p_lane, p_second) order by lane_key for update;
  update message set due_at = clock_timestamp()
    where id = p_id and state = 'waiting' and due_at = parked_until_v1();
  update lane set due_at = lane_due_v1(lane_key, next_change_at) where lane_key in (p_lane, p_second);
end
$$;

-- Makes one row that waits for the channel due, to see whether the channel is mended. Its lane, null when none waits.
create function probe_channel_v1(p_channel text) returns text language plpgsql as $$
declare
  m record;
begin
  select id, lane_key, second_lane into m from message
    where state = 'waiting' and lane_key > '' and channel = p_channel and due_at = parked_until_v1()
    order by lane_key, seq limit 1;
  update parked_channel set probe_id = m.id, probed_at = clock_timestamp() where channel = p_channel;
  if m.id is not null then
    perform make_due_v1(m.id, m.lane_key, m.second_lane);
  end if;
  return m.lane_key;
end
$$;
`

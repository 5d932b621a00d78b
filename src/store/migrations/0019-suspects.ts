/**
 * Who is to blame for a worker that died (reliability.md 4, poison). A claim that ran out counts against the head row only
 * when it was another worker's: one that claims anew what it held did not die of it, its line did. Once a claim was
 * lost, the head is worked alone, since what kills may stand behind it; and its last attempt is made while no other
 * suspect is tried anywhere.
 */
export const suspects = `
-- the lane whose head is on its last attempt
create table suspect (
  only_row boolean primary key default true check (only_row),
  lane_key text collate "C"
);

create function lost_v1(l lane, p_head bigint, p_owner text) returns boolean language sql immutable as $$
  select l.claims > 0 and p_head is not null and l.claimed_seq is not distinct from p_head
    and l.owner is distinct from p_owner
$$;

-- Claims of the head row without an outcome, the new one included.
create function claims_v1(l lane, p_head bigint, p_owner text) returns int language sql immutable as $$
  select case when l.claimed_seq is distinct from p_head then 1
    when l.owner is not distinct from p_owner then greatest(l.claims, 1)
    else l.claims + 1 end
$$;

create or replace function claim_v1(p_lane text, p_owner text, p_lease_ms float8, p_rows_max int, p_idle boolean)
returns table (epoch bigint, second_lane text, second_epoch bigint, effect_seq bigint, more boolean,
  time_due boolean, id text, seq bigint, envelope jsonb, body bytea, received_at timestamptz, attempts int,
  answer_owed boolean) language plpgsql set enable_sort = off set enable_bitmapscan = off as $$
#variable_conflict use_column
declare
  bytes_max constant bigint := 8388608;
  crashes_max constant int := 3;
  l lane;
  s lane;
  head record;
  r record;
  instant timestamptz;
  until timestamptz;
  barrier bigint;
  taken text[];
  last_taken bigint;
  bytes bigint;
  lost boolean;
  rows_max int;
begin
  perform set_config('synchronous_commit', 'off', true);
  if p_idle then
    insert into lane (lane_key) values (p_lane) on conflict do nothing;
  end if;
  loop
    select m.id, m.seq, m.second_lane, m.second_seq, m.due_at into head
      from message m where m.lane_key = p_lane and m.state = 'waiting' order by m.seq limit 1;
    perform 1 from lane where lane_key in (p_lane, head.second_lane) order by lane_key for update;
    select * into l from lane where lane_key = p_lane;
    instant := clock_timestamp();
    if l.lane_key is null or l.lease_until > instant then
      return;
    end if;
    select m.id, m.seq, m.second_lane, m.second_seq, m.due_at into r
      from message m where m.lane_key = p_lane and m.state = 'waiting' order by m.seq limit 1;
    if r.id is distinct from head.id or r.second_lane is distinct from head.second_lane then
      continue;
    end if;
    -- places and times as they are under the locks: a merge may have re-sequenced the row while this waited
    head := r;
    lost := lost_v1(l, head.seq, p_owner);
    exit when head.id is null or not lost or l.claims < crashes_max;
    perform bury_v1(head.id, 'CRASHES_WORKER', 'its worker was lost each time it was tried', null);
    update lane set claims = 0 where lane_key = p_lane;
    update lane set due_at = lane_due_v1(lane_key, next_change_at) where lane_key = head.second_lane;
  end loop;

  -- the last attempt is made while no other suspect is tried, so that the one that kills is found and nobody beside it
  if lost and l.claims = crashes_max - 1 then
    insert into suspect default values on conflict do nothing;
    perform 1 from suspect for update;
    if exists (select 1 from suspect s join lane o on o.lane_key = s.lane_key
      where o.lane_key <> p_lane and o.lease_until > instant and o.claims >= crashes_max)
    then
      return;
    end if;
    update suspect set lane_key = p_lane;
  end if;

  select min(m.second_seq) into barrier from message m where m.second_lane = p_lane and m.state = 'waiting';
  time_due := coalesce(l.next_change_at <= instant, false);
  -- alone: what kills may stand behind the head
  rows_max := case when lost then 1 else p_rows_max end;
  taken := '{}';
  bytes := 0;
  more := false;
  if head.second_lane is not null and head.due_at <= instant and (barrier is null or head.seq < barrier) then
    -- a merge: alone, at the head of both lanes, with both leases
    select * into s from lane where lane_key = head.second_lane;
    if coalesce(s.lease_until <= instant, true) and not exists (
      select 1 from message m where m.state = 'waiting' and m.lane_key = head.second_lane and m.seq < head.second_seq
      union all
      select 1 from message m
        where m.state = 'waiting' and m.second_lane = head.second_lane and m.second_seq < head.second_seq
    ) then
      taken := array[head.id];
      last_taken := head.seq;
      more := exists (select 1 from message m
        where m.lane_key = p_lane and m.state = 'waiting' and m.seq > head.seq);
    end if;
  elsif head.second_lane is null then
    for r in select m.id, m.seq, m.second_lane, m.due_at, octet_length(m.body) n from message m
      where m.lane_key = p_lane and m.state = 'waiting' and (barrier is null or m.seq < barrier)
      order by m.seq limit rows_max + 1
    loop
      bytes := bytes + r.n;
      exit when r.due_at > instant;
      more := cardinality(taken) = rows_max or r.second_lane is not null
        or cardinality(taken) > 0 and bytes > bytes_max;
      exit when more;
      taken := taken || r.id;
      last_taken := r.seq;
    end loop;
  end if;

  -- a FHIR write needs a lane without open rows; time alone may also be worked off beside a row that waits
  if cardinality(taken) = 0 and (case when head.seq is null and barrier is null
    then not (time_due or p_idle) else p_idle or not time_due end)
  then
    instant := lane_due_v1(p_lane, l.next_change_at);
    if instant is distinct from l.due_at then
      update lane set due_at = instant where lane_key = p_lane;
    end if;
    return;
  end if;
  until := instant + p_lease_ms * interval '1 millisecond';
  update lane set owner = p_owner, epoch = epoch + 1, lease_until = until,
      claims = claims_v1(l, head.seq, p_owner),
      claimed_seq = head.seq, claimed_last = last_taken
    where lane_key = p_lane returning epoch, effect_seq into epoch, effect_seq;
  if s.lane_key is not null and cardinality(taken) > 0 then
    update lane set owner = p_owner, epoch = epoch + 1, lease_until = until
      where lane_key = s.lane_key returning lane_key, epoch into second_lane, second_epoch;
  end if;
  if cardinality(taken) = 0 then
    return next;
    return;
  end if;
  return query select epoch, second_lane, second_epoch, effect_seq, more, time_due,
      m.id, m.seq, m.envelope, m.body, m.received_at, m.attempts, m.answer is null
    from message m where m.id = any (taken) order by m.seq;
end
$$;

create or replace function claim_group_v1(p_lanes text[], p_owner text, p_lease_ms float8, p_rows_max int)
returns table (lane text, epoch bigint, effect_seq bigint, id text, seq bigint, envelope jsonb, body bytea,
  received_at timestamptz, attempts int, answer_owed boolean) language plpgsql as $$
#variable_conflict use_column
declare
  bytes_max constant bigint := 8388608;
  instant timestamptz;
begin
  perform set_config('synchronous_commit', 'off', true);
  perform 1 from lane l where l.lane_key = any (p_lanes) order by l.lane_key for update;
  instant := clock_timestamp();
  return query
    with head as (
      select l.lane_key, h.seq from lane l cross join lateral (
        select m.seq, m.second_lane, m.due_at from message m
          where m.lane_key = l.lane_key and m.state = 'waiting' order by m.seq limit 1) h
      where l.lane_key = any (p_lanes) and coalesce(l.lease_until <= instant, true)
        and h.second_lane is null and h.due_at <= instant
        and not lost_v1(l, h.seq, p_owner)
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

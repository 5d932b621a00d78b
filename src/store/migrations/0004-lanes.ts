/**
 * Leases (reliability.md 4): claim, heartbeat, release. By database time; the epoch is the fence. These commit without
 * waiting for the disk: a lease lost in a database crash is only taken again, and every effect waits for all that was
 * written before it.
 */
export const lanes = `
create function own_lane_v1(p_lane text, p_owner text, p_epoch bigint) returns lane language plpgsql as $$
declare
  l lane;
begin
  select * into l from lane where lane_key = p_lane for update;
  if not found or l.epoch <> p_epoch or l.owner is distinct from p_owner then
    perform fail_v1('LEASE_LOST', 'the lease of this lane was taken over');
  end if;
  return l;
end
$$;

-- A row that ended without success; the lanes are locked by the caller.
create function bury_v1(p_id text, p_code text, p_rule text, p_place text) returns void language sql as $$
  update message set state = 'dead', done_at = clock_timestamp(),
      reason_code = p_code, reason_text = p_rule, reason_at = p_place
    where id = p_id and state = 'waiting'
$$;

-- After an outcome, once a lane and transaction: effects counted, next due instant, the lease ended when p_end or
-- when nothing is due (then true). Else the next head row counts as claimed once.
create function settle_lane_v1(p_lane text, p_effects int, p_next timestamptz, p_end boolean) returns boolean
language plpgsql set enable_sort = off set enable_bitmapscan = off as $$
declare
  due timestamptz := lane_due_v1(p_lane, p_next);
  idle boolean := p_end or coalesce(due > clock_timestamp(), true);
begin
  update lane set effect_seq = effect_seq + p_effects, next_change_at = p_next, due_at = due,
      claims = case when idle then 0 else 1 end,
      claimed_seq = case when not idle then
        (select m.seq from message m where m.lane_key = p_lane and m.state = 'waiting' order by m.seq limit 1) end,
      owner = case when not idle then owner end,
      lease_until = case when not idle then lease_until end
    where lane_key = p_lane;
  return idle;
end
$$;

create function claim_v1(p_lane text, p_owner text, p_lease_ms float8, p_rows_max int, p_idle boolean)
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
    exit when head.id is null or l.claims < crashes_max or l.claimed_seq is distinct from head.seq;
    perform bury_v1(head.id, 'CRASHES_WORKER', 'its worker was lost each time it was tried', null);
    update lane set claims = 0 where lane_key = p_lane;
    update lane set due_at = lane_due_v1(lane_key, next_change_at) where lane_key = head.second_lane;
  end loop;

  select min(m.second_seq) into barrier from message m where m.second_lane = p_lane and m.state = 'waiting';
  time_due := coalesce(l.next_change_at <= instant, false);
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
      order by m.seq limit p_rows_max + 1
    loop
      bytes := bytes + r.n;
      exit when r.due_at > instant;
      more := cardinality(taken) = p_rows_max or r.second_lane is not null
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
      claims = case when claimed_seq is not distinct from head.seq then claims + 1 else 1 end,
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

-- Heads of lanes and due lanes are read in the order of their index and left at the limit, however long the lane or the
-- backlog: the settings of these functions leave the planner no other way. statement_timestamp() holds still within a
-- statement; clock_timestamp() could not be looked up in an index.
create function due_lanes_v1(p_limit int) returns setof text language sql stable
set enable_sort = off set enable_bitmapscan = off as $$
  select lane_key from lane
  where due_at <= statement_timestamp() and (lease_until is null or lease_until <= statement_timestamp())
  order by due_at, lane_key limit p_limit
$$;

-- Seconds since the oldest head row fell due, leased lanes included; by time alone counts for nothing here.
create function oldest_due_s_v1() returns float8 language sql stable
set enable_sort = off set enable_bitmapscan = off as $$
  select coalesce(extract(epoch from clock_timestamp() - min(head.due_at)), 0)::float8
  from (select lane_key from lane where due_at <= statement_timestamp() order by due_at, lane_key limit 100) due
  cross join lateral (select m.due_at from message m
    where m.lane_key = due.lane_key and m.state = 'waiting' order by m.seq limit 1) head
$$;

create function heartbeat_v1(p_owner text, p_lanes text[], p_epochs bigint[], p_lease_ms float8)
returns boolean language plpgsql as $$
declare
  kept int;
begin
  perform set_config('synchronous_commit', 'off', true);
  perform 1 from lane where lane_key = any (p_lanes) order by lane_key for update;
  update lane l set lease_until = clock_timestamp() + p_lease_ms * interval '1 millisecond'
    from unnest(p_lanes, p_epochs) u(k, e) where l.lane_key = u.k and l.epoch = u.e and l.owner = p_owner;
  get diagnostics kept = row_count;
  return kept = cardinality(p_lanes);
end
$$;

-- Given back in order: not counted against the head row.
create function release_v1(p_owner text, p_lanes text[], p_epochs bigint[]) returns void language plpgsql as $$
begin
  perform set_config('synchronous_commit', 'off', true);
  perform 1 from lane where lane_key = any (p_lanes) order by lane_key for update;
  update lane l set owner = null, lease_until = null, claims = greatest(claims - 1, 0)
    from unnest(p_lanes, p_epochs) u(k, e) where l.lane_key = u.k and l.epoch = u.e and l.owner = p_owner;
end
$$;
`

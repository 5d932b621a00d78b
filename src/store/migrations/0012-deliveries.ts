/**
 * Deliveries in hand and their ends (reliability.md 6.3, 6.4, 6.6, 6.8), all under the lock of the destination's row and
 * by database time.
 */
export const deliveries = `
-- After the end of a delivery: the first open one of its key is due, unless it is blocked or in hand. The row of the
-- destination is locked by the caller.
create function promote_delivery_v1(p_destination text, p_lane text) returns void language sql as $$
  update delivery set due_at = clock_timestamp()
    where destination = p_destination and state = 'pending' and due_at is null and number = (
      select o.number from delivery o where o.destination = p_destination and o.lane_key = p_lane
        and o.state in ('pending', 'sending', 'blocked') order by o.number limit 1)
$$;

create function end_delivery_v1(p_destination text, p_number bigint, p_state text, p_reason text) returns void
language plpgsql as $$
declare
  lane text;
begin
  update delivery set state = p_state, due_at = null, owner = null, ended_at = clock_timestamp(), reason = p_reason,
      fault = case when p_state <> 'delivered' then fault end
    where destination = p_destination and number = p_number returning lane_key into lane;
  perform promote_delivery_v1(p_destination, lane);
end
$$;

create function block_delivery_v1(p_destination text, p_number bigint, p_fault text, p_status int) returns void
language sql as $$
  update delivery set state = 'blocked', due_at = null, owner = null, fault = p_fault, status = p_status
    where destination = p_destination and number = p_number
$$;

-- Takes due heads: at most p_in_flight_max of one destination are in hand, over all processes; one while its breaker is
-- not closed. What was in hand when its holder was lost comes back here; with p_stop it asks a human.
create function claim_deliveries_v1(p_destination text, p_owner text, p_lease_ms float8, p_max int, p_in_flight_max int,
  p_breaker int, p_stop boolean, p_expires_ms float8)
returns table (number bigint, id text, person_id text, lane_key text, change_number bigint, item text, attempt int,
  failures int, message_id text, body bytea, content_type text, headers jsonb,
  inbox_id text, resources text[], list_version bigint, at timestamptz)
language plpgsql set enable_sort = off set enable_bitmapscan = off as $$
#variable_conflict use_column
declare
  scan_max constant int := 100;
  d destination;
  r record;
  instant timestamptz;
  room int;
  taken bigint[] := '{}';
begin
  select * into d from destination where id = p_destination for update;
  instant := clock_timestamp();
  if not found or d.state <> 'active' or d.hold_until > instant then
    return;
  end if;
  select count(*) into room from delivery o
    where o.destination = p_destination and o.state = 'sending' and o.due_at > instant;
  room := least(p_max, case when d.failures >= p_breaker then 1 else p_in_flight_max end - room);
  for r in select o.number, o.state, o.created_at from delivery o
    where o.destination = p_destination and o.due_at <= instant order by o.due_at, o.number limit scan_max
  loop
    exit when room <= cardinality(taken);
    if r.state = 'sending' and p_stop then
      perform block_delivery_v1(p_destination, r.number, 'outcome-unknown', null);
    elsif r.created_at + p_expires_ms * interval '1 millisecond' <= instant then
      perform end_delivery_v1(p_destination, r.number, 'expired', null);
    else
      taken := taken || r.number;
    end if;
  end loop;
  return query
    with mine as (
      update delivery o set state = 'sending', owner = p_owner, attempt = o.attempt + 1,
          due_at = instant + p_lease_ms * interval '1 millisecond'
        where o.destination = p_destination and o.number = any (taken)
        returning o.*
    )
    select m.number, m.id, m.person_id, m.lane_key, m.change_number, m.item, m.attempt, m.failures, m.message_id, m.body,
        m.content_type, m.headers, c.message_id, c.resources, c.list_version, c.at
      from mine m
      join change c on c.person_id = m.person_id and c.lane_key = m.lane_key and c.number = m.change_number
      order by m.number;
end
$$;

-- A message with an id of its own, before it is sent for the first time. False: the claim was lost.
create function keep_delivery_v1(p_destination text, p_number bigint, p_attempt int, p_message_id text, p_body bytea,
  p_content_type text, p_headers jsonb) returns boolean language plpgsql as $$
begin
  update delivery set message_id = p_message_id, body = p_body, content_type = p_content_type, headers = p_headers
    where destination = p_destination and number = p_number and state = 'sending' and attempt = p_attempt;
  return found;
end
$$;

-- What came of an attempt. p: {kind, fault, status, reason, delayMs, holdMs, counts}; p_rules: {breakerFailures,
-- backoffMsMin, backoffMsMax, blockAfterMs, errorAfterMs}. By database time. False: the claim was lost, nothing changed.
create function settle_delivery_v1(p_destination text, p_number bigint, p_attempt int, p jsonb, p_rules jsonb)
returns boolean language plpgsql as $$
declare
  d destination;
  r delivery;
  instant timestamptz;
  code text := p ->> 'fault';
  failed int;
  since timestamptz;
  hold_ms float8 := (p ->> 'holdMs')::float8;
begin
  select * into d from destination where id = p_destination for update;
  instant := clock_timestamp();
  select * into r from delivery where destination = p_destination and number = p_number for update;
  if not found or r.state <> 'sending' or r.attempt <> p_attempt then
    return false;
  end if;
  case p ->> 'kind'
    when 'delivered' then
      update delivery set status = (p ->> 'status')::int where destination = p_destination and number = p_number;
      perform end_delivery_v1(p_destination, p_number, 'delivered', null);
      update destination set failures = 0, failing_since = null, hold_until = null, last_fault = null,
        last_delivered_at = instant where id = p_destination;
    when 'skipped' then
      perform end_delivery_v1(p_destination, p_number, 'skipped', p ->> 'reason');
    when 'blocked' then
      perform block_delivery_v1(p_destination, p_number, code, (p ->> 'status')::int);
    when 'retry' then
      since := case when (p ->> 'refused')::boolean then coalesce(r.refused_since, instant) end;
      if since + (p_rules ->> 'blockAfterMs')::float8 * interval '1 millisecond' <= instant then
        perform block_delivery_v1(p_destination, p_number, code, (p ->> 'status')::int);
      else
        update delivery set state = 'pending', owner = null, failures = r.failures + 1, refused_since = since,
            fault = code, status = (p ->> 'status')::int,
            due_at = instant + (p ->> 'delayMs')::float8 * interval '1 millisecond'
          where destination = p_destination and number = p_number;
      end if;
    when 'gone' then
      update delivery set state = 'pending', owner = null, fault = code, status = (p ->> 'status')::int, due_at = instant
        where destination = p_destination and number = p_number;
      update destination set state = 'off', last_fault = code where id = p_destination;
  end case;
  if (p ->> 'counts')::boolean then
    failed := d.failures + 1;
    since := coalesce(d.failing_since, instant);
    if failed >= (p_rules ->> 'breakerFailures')::int then
      hold_ms := greatest(hold_ms, (0.5 + random() / 2) * least((p_rules ->> 'backoffMsMax')::float8,
        (p_rules ->> 'backoffMsMin')::float8 * power(2, least(failed - (p_rules ->> 'breakerFailures')::int, 20))));
    end if;
    update destination set failures = failed, failing_since = since, last_fault = code,
        state = case when since + (p_rules ->> 'errorAfterMs')::float8 * interval '1 millisecond' <= instant
          then 'error' else state end,
        hold_until = greatest(hold_until, instant + hold_ms * interval '1 millisecond')
      where id = p_destination;
  end if;
  return true;
end
$$;

-- Destinations with something due that may be tried now.
create function due_destinations_v1(p_ids text[], p_in_flight_max int, p_breaker int) returns setof text
language sql stable as $$
  select d.id from destination d
  where d.id = any (p_ids) and d.state = 'active'
    and (d.hold_until is null or d.hold_until <= statement_timestamp())
    and exists (select 1 from delivery o where o.destination = d.id and o.due_at <= statement_timestamp())
    and (select count(*) from delivery o where o.destination = d.id and o.state = 'sending'
        and o.due_at > statement_timestamp()) < case when d.failures >= p_breaker then 1 else p_in_flight_max end
  order by d.id
$$;

-- By an operator. Null: no such delivery; else whether it could be done.
create function retry_delivery_v1(p_id text) returns boolean language plpgsql as $$
declare
  r delivery;
begin
  select * into r from delivery where id = p_id;
  if not found then
    return null;
  end if;
  perform 1 from destination where id = r.destination for update;
  select * into r from delivery where destination = r.destination and number = r.number for update;
  if r.state = 'pending' and r.due_at is not null or r.state = 'sending' and r.due_at <= clock_timestamp() then
    update delivery set state = 'pending', owner = null, due_at = clock_timestamp()
      where destination = r.destination and number = r.number;
    return true;
  elsif r.state = 'blocked' then
    update delivery set state = 'pending', failures = 0, refused_since = null
      where destination = r.destination and number = r.number;
    perform promote_delivery_v1(r.destination, r.lane_key);
    return true;
  end if;
  return false;
end
$$;

create function skip_delivery_v1(p_id text, p_reason text) returns boolean language plpgsql as $$
declare
  r delivery;
begin
  select * into r from delivery where id = p_id;
  if not found then
    return null;
  end if;
  perform 1 from destination where id = r.destination for update;
  select * into r from delivery where destination = r.destination and number = r.number for update;
  if r.state in ('pending', 'blocked') or r.state = 'sending' and r.due_at <= clock_timestamp() then
    perform end_delivery_v1(r.destination, r.number, 'skipped', p_reason);
    return true;
  end if;
  return false;
end
$$;

create function resume_destination_v1(p_id text) returns boolean language plpgsql as $$
begin
  update destination set state = 'active', failures = 0, failing_since = null, hold_until = null, last_fault = null
    where id = p_id;
  return found;
end
$$;
`

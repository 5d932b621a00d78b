/** Outcomes without effect: retry, dead letter, hand-over to another lane, replay. */
export const outcomes = `
-- p_delay_ms null: dead. Returns whether the lease ended.
create function fail_message_v1(p_claim jsonb, p_id text, p_code text, p_rule text, p_place text,
  p_delay_ms float8, p_source jsonb) returns boolean language plpgsql as $$
declare
  home text := p_claim ->> 'lane';
  other text := p_claim #>> '{second,lane}';
begin
  perform fence_v1(p_claim, home, other);
  if p_delay_ms is null then
    perform bury_v1(p_id, p_code, p_rule, p_place);
  else
    update message set attempts = attempts + 1, reason_code = p_code, reason_text = p_rule, reason_at = p_place,
        due_at = clock_timestamp() + p_delay_ms * interval '1 millisecond'
      where id = p_id and state = 'waiting';
  end if;
  if not exists (select 1 from message where id = p_id and lane_key = home
    and state = case when p_delay_ms is null then 'dead' else 'waiting' end)
  then
    perform fail_v1('LEASE_LOST', 'the message is not open in this lane');
  end if;
  if p_source is not null and home like 'p-%' then
    insert into source_state (person_id, key, role, name, last_heard, failed)
      values (substr(home, 3), p_source ->> 'key', p_source ->> 'role', p_source ->> 'name',
        (p_source ->> 'lastHeard')::timestamptz, p_source ->> 'failed')
      -- who the source is, and when it was last heard, its own messages say better
      on conflict (person_id, key) do update set failed = excluded.failed;
  end if;
  if other is not null then
    perform settle_lane_v1(other, 0, (select next_change_at from lane where lane_key = other), true);
  end if;
  -- a changed source makes cached states of the person stale
  return settle_lane_v1(home, case when p_source is null then 0 else 1 end,
    (select next_change_at from lane where lane_key = home), other is not null);
end
$$;

-- At the end of p_lane, as a new arrival. The row is not open anywhere else then.
create function enqueue_v1(p_id text, p_lane text, p_second text) returns void language plpgsql as $$
declare
  one bigint;
  two bigint;
begin
  insert into lane (lane_key) select k from unnest(array[p_lane, p_second]) k where k is not null order by k
    on conflict do nothing;
  perform 1 from lane where lane_key in (p_lane, p_second) order by lane_key for update;
  update lane set last_seq = last_seq + 1, due_at = least(due_at, clock_timestamp())
    where lane_key = p_lane returning last_seq into one;
  update lane set last_seq = last_seq + 1 where lane_key = p_second returning last_seq into two;
  if exists (select 1 from person where merged_into is not null
    and person_id in (substr(p_lane, 3), substr(p_second, 3)))
  then
    raise exception using errcode = '40001', message = 'person merged at the same time';
  end if;
  update message set state = 'waiting', lane_key = p_lane, seq = one, second_lane = p_second, second_seq = two,
      arrival = nextval('message_arrival'), due_at = clock_timestamp(), attempts = 0, done_at = null,
      reason_code = null, reason_text = null, reason_at = null
    where id = p_id;
end
$$;

create function hand_over_v1(p_claim jsonb, p_id text, p_to text) returns boolean language plpgsql as $$
declare
  home text := p_claim ->> 'lane';
  target text;
begin
  select coalesce('p-' || (select merged_into from person where 'p-' || person_id = p_to), p_to) into target;
  insert into lane (lane_key) values (target) on conflict do nothing;
  perform 1 from lane where lane_key in (home, target) order by lane_key for update;
  perform own_lane_v1(home, p_claim ->> 'owner', (p_claim ->> 'epoch')::bigint);
  if not exists (select 1 from message where id = p_id and state = 'waiting' and lane_key = home
    and second_lane is null)
  then
    perform fail_v1('LEASE_LOST', 'the message is not open in this lane');
  end if;
  perform enqueue_v1(p_id, target, null);
  return settle_lane_v1(home, 0, (select next_change_at from lane where lane_key = home), false);
end
$$;

-- Null when the row is not dead. Rows outside a person's lane are looked up afresh: that may be why they died.
create function replay_v1(p_id text) returns text language plpgsql as $$
declare
  m record;
  place record;
  home text;
  other text;
  attach jsonb;
begin
  select * into m from message where id = p_id and state = 'dead' for update;
  if not found then
    return null;
  end if;
  home := m.lane_key;
  if home not like 'p-%' or m.envelope #>> '{subject,by}' = 'merge' then
    place := resolve_lane_v1(m.envelope -> 'subject', m.channel, m.sender, true);
    if place.conflict then
      perform fail_v1('IDENTITY_CONFLICT', 'identifiers of two persons');
    end if;
    home := place.lane;
    other := place.second;
    attach := place.attach;
  end if;
  perform enqueue_v1(p_id, home, other);
  for i in 0 .. jsonb_array_length(coalesce(attach, '[]')) - 1 loop
    perform attach_identifiers_v1(attach -> i ->> 0, attach -> i -> 1);
  end loop;
  return home;
end
$$;
`

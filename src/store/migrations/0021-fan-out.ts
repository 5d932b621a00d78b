/**
 * The outbox at speed. Fan-out in time that grows with what it makes: wanted deliveries come grouped by destination and
 * name their change by its place, so that nothing is joined. Claims do not wait for the disk.
 */
export const fanOut = `
-- p_changes: [{person, lane, number}], each lane's in order; p_wanted: [{destination, deliveries: [{id, change, item,
-- fault}]}], \`change\` the place in p_changes, from 1, in the order in which they are to be numbered.
create function fan_out_v2(p_set text, p_changes jsonb, p_wanted jsonb) returns setof text language plpgsql as $$
declare
  persons text[] := '{}';
  lanes text[] := '{}';
  numbers bigint[] := '{}';
  taken boolean[] := '{}';
  c record;
  g record;
  top bigint;
begin
  perform expect_destination_set_v1(p_set);
  for c in select x.value ->> 'person' as person, x.value ->> 'lane' as lane, (x.value ->> 'number')::bigint as number
    from jsonb_array_elements(p_changes) with ordinality x(value, place) order by x.place
  loop
    persons := persons || c.person;
    lanes := lanes || c.lane;
    numbers := numbers || c.number;
    taken := taken || false;
  end loop;
  for c in
    select x.place from unnest(persons, lanes, numbers) with ordinality x(person, lane, number, place)
      join change h on h.person_id = x.person and h.lane_key = x.lane and h.number = x.number
      where h.fanned_out_at is null
      order by h.lane_key, h.number for update of h
  loop
    taken[c.place] := true;
  end loop;
  for g in select w.value ->> 'destination' as destination, w.value -> 'deliveries' as deliveries
    from jsonb_array_elements(p_wanted) w(value) order by (w.value ->> 'destination') collate "C"
  loop
    select last_number into strict top from destination where id = g.destination for update;
    with wanted as (
      select x.id, x.change, x.item, x.fault, row_number() over (order by x.ordinality) nth,
          row_number() over (partition by lanes[x.change] order by x.ordinality) nth_of_lane
        from rows from (jsonb_to_recordset(g.deliveries) as (id text, change int, item text, fault text))
          with ordinality x
        where taken[x.change]
    ), made as (
      insert into delivery (destination, number, id, person_id, lane_key, change_number, item, state, fault, due_at)
        select g.destination, top + w.nth, w.id, persons[w.change], lanes[w.change], numbers[w.change], w.item,
          case when w.fault is null then 'pending' else 'blocked' end, w.fault,
          case when w.fault is null and w.nth_of_lane = 1 and not exists (
              select 1 from delivery o where o.destination = g.destination and o.lane_key = lanes[w.change]
                and o.state in ('pending', 'sending', 'blocked'))
            then clock_timestamp() end
        from wanted w
        returning 1
    )
    update destination set last_number = top + (select count(*) from made)
      where id = g.destination and exists (select 1 from made);
    if found then
      return next g.destination;
    end if;
  end loop;
  update change h set fanned_out_at = clock_timestamp()
    from unnest(persons, lanes, numbers, taken) x(person, lane, number, taken)
    where x.taken and h.person_id = x.person and h.lane_key = x.lane and h.number = x.number;
end
$$;

-- claim_deliveries_v1 without waiting for the disk: a claim lost in a database crash is only made again. Where nothing may
-- be sent twice, it must be known afterwards that something was in hand.
create function claim_deliveries_v2(p_destination text, p_owner text, p_lease_ms float8, p_max int, p_in_flight_max int,
  p_breaker int, p_stop boolean, p_expires_ms float8)
returns table (number bigint, id text, person_id text, lane_key text, change_number bigint, item text, attempt int,
  failures int, message_id text, body bytea, content_type text, headers jsonb,
  inbox_id text, resources text[], list_version bigint, at timestamptz)
language plpgsql as $$
begin
  if not p_stop then
    perform set_config('synchronous_commit', 'off', true);
  end if;
  return query select * from claim_deliveries_v1(p_destination, p_owner, p_lease_ms, p_max, p_in_flight_max, p_breaker,
    p_stop, p_expires_ms);
end
$$;
`

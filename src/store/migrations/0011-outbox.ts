/**
 * The outbox (reliability.md 6): destinations, and what is delivered to them. The row of a destination is the lock under
 * which its deliveries are numbered, taken and ended, so that numbers have no gaps and each key has one head.
 * `due_at` stands on heads only: the first open delivery of a (destination, lane). While one is being sent it is the end
 * of its lease. So what is due is found by one index, however many wait behind heads that are blocked.
 */
export const outbox = `
create table destination (
  id text collate "C" primary key,
  kind text not null,
  state text not null default 'active' check (state in ('active', 'off', 'error')),
  last_number bigint not null default 0,
  -- attempts that failed since the last that did not; since when
  failures int not null default 0,
  failing_since timestamptz,
  last_fault text,
  -- no attempt before: an open breaker, or what the receiver asked for
  hold_until timestamptz,
  last_delivered_at timestamptz
);

-- the set of destinations that the newest worker process was started with; others must not fan out
create table destination_set (
  only_row boolean primary key default true check (only_row),
  name text not null
);

create table delivery (
  destination text collate "C" not null,
  number bigint not null,
  id text collate "C" not null,
  person_id text collate "C" not null,
  lane_key text collate "C" not null,
  change_number bigint not null,
  item text collate "C" not null,
  state text not null check (state in ('pending', 'sending', 'delivered', 'blocked', 'skipped', 'expired')),
  due_at timestamptz,
  -- counts claims; the newest one's right to say what came of it
  attempt int not null default 0,
  owner text,
  failures int not null default 0,
  refused_since timestamptz,
  fault text,
  status int,
  reason text,
  -- a message with an id of its own, kept from its first attempt on
  message_id text collate "C",
  body bytea,
  content_type text,
  headers jsonb,
  -- what the receiver said of it later (AppRec)
  receipt jsonb,
  created_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  primary key (destination, number),
  constraint delivery_change unique (destination, lane_key, change_number, item)
) with (fillfactor = 85);
create unique index delivery_id on delivery (id);
create index delivery_due on delivery (destination, due_at, number) where due_at is not null;
create index delivery_sending on delivery (destination, due_at) where state = 'sending';
create index delivery_lane on delivery (destination, lane_key, number) where state in ('pending', 'sending', 'blocked');
create index delivery_open on delivery (destination, number) where state in ('pending', 'sending', 'blocked');
create index delivery_blocked on delivery (destination, number) where state = 'blocked';
create index delivery_ended on delivery (ended_at) where ended_at is not null;
create index delivery_created on delivery (created_at desc, id desc);
create unique index delivery_message on delivery (message_id) where message_id is not null;

-- found lane by lane, in order
drop index change_open;
create index change_open on change (lane_key, number) where fanned_out_at is null;

-- Open changes in the order of their lanes, each lane's from its first on. p_after: lanes behind this one.
create function open_changes_v1(p_after text, p_limit int) returns table (
  lane_key text, number bigint, person_id text, message_id text, resources text[], list_version bigint, at timestamptz)
language sql stable set enable_sort = off set enable_bitmapscan = off as $$
  select c.lane_key, c.number, c.person_id, c.message_id, c.resources, c.list_version, c.at
  from change c where c.fanned_out_at is null and c.lane_key > p_after
  order by c.lane_key, c.number limit p_limit
$$;

create function expect_destination_set_v1(p_set text) returns void language plpgsql as $$
begin
  perform 1 from destination_set where name = p_set for share;
  if not found then
    perform fail_v1('DESTINATIONS_STALE', 'a process with other destinations was started since');
  end if;
end
$$;

-- Nobody wants anything: marks them, without looking at them.
create function pass_changes_v1(p_set text, p_limit int) returns int language plpgsql as $$
declare
  passed int;
begin
  perform expect_destination_set_v1(p_set);
  update change c set fanned_out_at = clock_timestamp()
    from open_changes_v1('', p_limit) o
    where c.person_id = o.person_id and c.lane_key = o.lane_key and c.number = o.number and c.fanned_out_at is null;
  get diagnostics passed = row_count;
  return passed;
end
$$;

-- p_changes: [{person, lane, number}]; p_deliveries: [{destination, lane, change, item, place, id, fault}] in the order of
-- \`place\`, fault set where a destination could not say what it wants. One transaction: who comes second finds the
-- changes marked. Changes before destinations, both in key order: two of these never wait for each other in a ring.
-- Gives the destinations that got something.
create function fan_out_v1(p_set text, p_changes jsonb, p_deliveries jsonb) returns setof text language plpgsql as $$
declare
  lanes text[] := '{}';
  numbers bigint[] := '{}';
  c record;
  d text;
  top bigint;
begin
  perform expect_destination_set_v1(p_set);
  for c in
    select h.person_id, h.lane_key, h.number
      from jsonb_to_recordset(p_changes) x(person text, lane text, number bigint)
      join change h on h.person_id = x.person and h.lane_key = x.lane and h.number = x.number
      where h.fanned_out_at is null
      order by h.lane_key, h.number for update of h
  loop
    lanes := lanes || c.lane_key;
    numbers := numbers || c.number;
  end loop;
  for d in select distinct x.destination collate "C" from jsonb_to_recordset(p_deliveries) x(destination text) order by 1 loop
    select last_number into strict top from destination where id = d for update;
    with wanted as (
      select x.id, x.person, x.lane, x.change, x.item, x.fault, row_number() over (order by x.place) nth,
          row_number() over (partition by x.lane order by x.place) nth_of_lane
        from jsonb_to_recordset(p_deliveries)
          x(destination text, id text, person text, lane text, change bigint, item text, fault text, place int)
        join unnest(lanes, numbers) taken(lane, number) on taken.lane = x.lane and taken.number = x.change
        where x.destination = d
    ), made as (
      insert into delivery (destination, number, id, person_id, lane_key, change_number, item, state, fault, due_at)
        select d, top + w.nth, w.id, w.person, w.lane, w.change, w.item,
          case when w.fault is null then 'pending' else 'blocked' end, w.fault,
          case when w.fault is null and w.nth_of_lane = 1 and not exists (
              select 1 from delivery o where o.destination = d and o.lane_key = w.lane
                and o.state in ('pending', 'sending', 'blocked'))
            then clock_timestamp() end
        from wanted w
        returning 1
    )
    update destination set last_number = top + (select count(*) from made) where id = d and exists (select 1 from made);
    if found then
      return next d;
    end if;
  end loop;
  update change h set fanned_out_at = clock_timestamp()
    from jsonb_to_recordset(p_changes) x(person text, lane text, number bigint)
    where h.person_id = x.person and h.lane_key = x.lane and h.number = x.number and h.fanned_out_at is null;
end
$$;
`

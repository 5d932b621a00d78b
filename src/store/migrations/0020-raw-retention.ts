/** Raw messages by age (reliability.md 8, F-47): the bytes go, the row stays with its identity, hash, times and answer. */
export const rawRetention = `
alter table message add column raw_removed_at timestamptz;

-- Old rows whose bytes are still needed, looked at again once a day.
create table raw_kept (
  message_id text collate "C" primary key,
  checked_at timestamptz not null default clock_timestamp()
);
create index raw_kept_checked on raw_kept (checked_at, message_id);

-- Needed: what is not at its end; what is not delivered; a batch with such an item; and of the e-prescription channel,
-- whose messages are passed on byte for byte, what wrote a fact that still stands as it wrote it.
create function raw_needed_v1(m message) returns boolean language sql stable as $$
  select m.state not in ('done', 'superseded', 'refused')
    or exists (select 1 from change c where c.message_id = m.id and (c.fanned_out_at is null
      or exists (select 1 from destination x
        join delivery d on d.destination = x.id and d.lane_key = c.lane_key and d.change_number = c.number
        where d.state in ('pending', 'sending', 'blocked'))))
    or exists (select 1 from message i where i.parent_id = m.id and i.state in ('waiting', 'dead'))
    or (m.channel = 'eresept' and exists (select 1 from change c
      cross join unnest(c.resources) name
      join resource r on r.id = split_part(name, '/', 2) and r.type = split_part(name, '/', 1)
        and r.version = split_part(name, '/', 4)::bigint
      where c.message_id = m.id and r.layer = 'fact' and not r.deleted))
$$;

-- One row, under its lock. Whether its bytes went.
create function remove_raw_v1(p_id text) returns boolean language plpgsql as $$
declare
  m message;
begin
  select * into m from message where id = p_id for update;
  if not found or m.raw_removed_at is not null then
    return false;
  elsif raw_needed_v1(m) then
    insert into raw_kept (message_id) values (p_id)
      on conflict (message_id) do update set checked_at = clock_timestamp();
    return false;
  end if;
  update message set body = '', raw_removed_at = clock_timestamp() where id = p_id;
  delete from raw_kept where message_id = p_id;
  return true;
end
$$;
`

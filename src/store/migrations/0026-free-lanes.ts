/**
 * A lane that another transaction has locked is left out of a group, so that the others do not wait for it: it is then
 * claimed alone. Nobody waits here, hence no order of locks.
 */
export const freeLanes = `
create or replace function claim_group_v1(p_lanes text[], p_owner text, p_lease_ms float8, p_rows_max int)
returns table (lane text, epoch bigint, effect_seq bigint, id text, seq bigint, envelope jsonb, body bytea,
  received_at timestamptz, attempts int, answer_owed boolean) language plpgsql as $$
#variable_conflict use_column
declare
  bytes_max constant bigint := 8388608;
  instant timestamptz;
  free text[];
begin
  perform set_config('synchronous_commit', 'off', true);
  select array_agg(u.lane_key) into free from (
    select l.lane_key from lane l where l.lane_key = any (p_lanes) for update skip locked) u;
  instant := clock_timestamp();
  return query
    with head as (
      select l.lane_key, h.seq from lane l cross join lateral (
        select m.seq, m.second_lane, m.due_at from message m
          where m.lane_key = l.lane_key and m.state = 'waiting' order by m.seq limit 1) h
      where l.lane_key = any (free) and coalesce(l.lease_until <= instant, true)
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

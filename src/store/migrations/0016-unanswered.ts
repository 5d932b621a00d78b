/** Messages that were delivered and of which their receiver has said nothing: found, and sent again (eresept.md 3). */
export const unanswered = `
create index delivery_unanswered on delivery (destination, number)
  where state = 'delivered' and message_id is not null and receipt is null;

-- Sends unanswered messages again, the same bytes under the same id, as long as nothing newer of their lane has been sent
-- or waits: an older list must not arrive after a newer one. Gives their number.
create function resend_unanswered_v1(p_destination text, p_after_ms float8, p_attempts_max int) returns int
language plpgsql as $$
declare
  resent int;
begin
  perform 1 from destination where id = p_destination and state = 'active' for update;
  if not found then
    return 0;
  end if;
  update delivery d set state = 'pending', due_at = clock_timestamp(), ended_at = null
    where d.destination = p_destination and d.state = 'delivered' and d.message_id is not null and d.receipt is null
      and d.attempt < p_attempts_max
      and d.ended_at + p_after_ms * interval '1 millisecond' <= clock_timestamp()
      and not exists (select 1 from delivery n where n.destination = d.destination and n.lane_key = d.lane_key
        and n.number > d.number);
  get diagnostics resent = row_count;
  return resent;
end
$$;
`

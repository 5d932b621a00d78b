/**
 * The clock of the database was set back (reliability.md 8, F-20). What was due or leased by the clock that was ahead would
 * wait until this one gets there. Called at the start of a process and when it sees time go back.
 */
export const clock = `
-- Longer than any pause of a retry (60 s), and than any lease (10 min).
create function clock_went_back_v1() returns void language plpgsql set enable_seqscan = on as $$
declare
  m record;
begin
  update lane set epoch = epoch + 1, owner = null, lease_until = null
    where lease_until > clock_timestamp() + interval '15 minutes';
  for m in select id, lane_key, second_lane from message
    where state = 'waiting' and due_at > clock_timestamp() + interval '2 minutes' and due_at <> parked_until_v1()
    order by lane_key, seq
  loop
    perform 1 from lane where lane_key in (m.lane_key, m.second_lane) order by lane_key for update;
    update message set due_at = clock_timestamp() where id = m.id and state = 'waiting';
    update lane set due_at = lane_due_v1(lane_key, next_change_at) where lane_key in (m.lane_key, m.second_lane);
  end loop;
end
$$;
`

/** Messages that were delivered and refused by their receiver afterwards, in a receipt of its own (AppRec avvist). */
export const rejected = `
create index delivery_rejected on delivery (destination, number)
  where state = 'delivered' and receipt ->> 'outcome' = 'rejected';

-- They wait for a human, like those that were refused in the answer, unless something newer of their lane was made since.
-- Gives their number.
create function block_rejected_v1(p_destination text) returns int language plpgsql as $$
declare
  r record;
  blocked int := 0;
begin
  perform 1 from destination where id = p_destination for update;
  for r in
    select d.number, d.status from delivery d
      where d.destination = p_destination and d.state = 'delivered' and d.receipt ->> 'outcome' = 'rejected'
        and not exists (select 1 from delivery n where n.destination = d.destination and n.lane_key = d.lane_key
          and n.number > d.number)
      order by d.number
  loop
    perform block_delivery_v1(p_destination, r.number, 'answer-rejected', r.status);
    update delivery set ended_at = null where destination = p_destination and number = r.number;
    blocked := blocked + 1;
  end loop;
  return blocked;
end
$$;
`

/** Deliveries that a newer one makes needless: each says all that its receiver is to know of a person (M25.1). */
export const snapshots = `
-- Ends what waits or is blocked while a newer one of its lane waits as well, so that the newest is not held up by an older
-- one that cannot be made or was refused. Never one that is being sent. Gives their number.
create function supersede_snapshots_v1(p_destination text, p_prefix text) returns int language plpgsql as $$
declare
  r record;
  ended int := 0;
begin
  perform 1 from destination where id = p_destination for update;
  for r in
    select d.number from delivery d
      where d.destination = p_destination and d.state in ('pending', 'blocked') and starts_with(d.item, p_prefix)
        and exists (select 1 from delivery n where n.destination = d.destination and n.lane_key = d.lane_key
          and n.number > d.number and n.state in ('pending', 'sending', 'blocked') and starts_with(n.item, p_prefix))
      order by d.number
  loop
    perform end_delivery_v1(p_destination, r.number, 'skipped', 'a newer one of this person follows');
    ended := ended + 1;
  end loop;
  return ended;
end
$$;
`

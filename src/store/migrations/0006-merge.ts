/** Two persons become one (medication-list.md on merges; reliability.md 3.6). Both lanes are locked by the caller. */
export const merge = `
create function merge_v1(p_survivor text, p_prior text) returns void language plpgsql as $$
begin
  if p_survivor = p_prior
    or exists (select 1 from person where person_id in (p_survivor, p_prior) and merged_into is not null)
  then
    perform fail_v1('MERGE_CYCLE', 'one of the two persons is merged already');
  end if;
  update person set merged_into = p_survivor where person_id = p_prior or merged_into = p_prior;
  if not found then
    perform fail_v1('NOT_FOUND', 'no such person to merge');
  end if;
  update person_identity set person_id = p_survivor, use = 'old' where person_id = p_prior;
  update resource r set person_id = p_survivor, natural_key = case
      when not r.deleted and exists (select 1 from resource s where s.person_id = p_survivor and s.type = r.type
        and s.natural_key = r.natural_key and not s.deleted)
      then r.natural_key || '|merged|' || r.id else r.natural_key end
    where r.person_id = p_prior;
  update resource_history set person_id = p_survivor where person_id = p_prior;
  update amendment a set person_id = p_survivor, name = case
      when exists (select 1 from amendment s where s.person_id = p_survivor and s.type = a.type
        and s.natural_key = a.natural_key and s.name = a.name)
      then a.name || '|merged|' || p_prior else a.name end
    where a.person_id = p_prior;
  insert into source_state (person_id, key, role, name, last_heard, failed)
    select p_survivor, key, role, name, last_heard, failed from source_state where person_id = p_prior
    on conflict (person_id, key) do update set role = excluded.role, name = excluded.name,
      last_heard = excluded.last_heard, failed = excluded.failed
    where source_state.last_heard < excluded.last_heard;
  delete from source_state where person_id = p_prior;
  update assignment set person_id = p_survivor where person_id = p_prior;
  update message set lane_key = 'p-' || p_survivor where lane_key = 'p-' || p_prior and state = 'dead';
  perform resequence_v1('p-' || p_survivor, 'p-' || p_prior);
end
$$;

-- Waiting rows of both lanes get new numbers in the surviving one, in the order in which they arrived. Arrival numbers
-- are drawn under the lanes' locks, so rows that share a third lane keep the order that they have there.
create function resequence_v1(p_into text, p_from text) returns void language plpgsql as $$
declare
  m record;
  home text;
  other text;
  top bigint;
begin
  select last_seq into top from lane where lane_key = p_into;
  for m in
    select id, lane_key, second_lane, seq, second_seq, arrival from message
      where state = 'waiting' and lane_key in (p_into, p_from)
    union
    select id, lane_key, second_lane, seq, second_seq, arrival from message
      where state = 'waiting' and second_lane in (p_into, p_from)
    order by arrival
  loop
    top := top + 1;
    home := case when m.lane_key = p_from then p_into else m.lane_key end;
    other := nullif(case when m.second_lane = p_from then p_into else m.second_lane end, home);
    update message set
        lane_key = home, seq = case when home = p_into then top else m.seq end,
        second_lane = other, second_seq = case when other = p_into then top when other is not null then m.second_seq end
      where id = m.id;
  end loop;
  update lane set last_seq = top where lane_key = p_into;
end
$$;
`

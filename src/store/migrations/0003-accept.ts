/**
 * Intake: all rows of one request in one statement (reliability.md 3). Resolve without locks, lock the lanes in key
 * order while their sequences are raised, check what may have moved meanwhile, insert. Every race ends as SQLSTATE
 * 40001 and the statement is run again from the start.
 */
export const accept = `
create function accept_v1(p jsonb)
returns table (ord int, outcome text, id text, lane text, state text, answer jsonb) language plpgsql as $$
#variable_conflict use_column
declare
  item jsonb;
  old record;
  place record;
  ords int[] := '{}';
  states text[] := '{}';
  lanes text[] := '{}';
  seconds text[] := '{}';
  attaching jsonb := '[]';
  wanted text[];
  counts bigint[];
  seqs bigint[] := '{}';
  persons text[];
  top bigint;
  a int;
  b int;
begin
  for i in 0 .. jsonb_array_length(p) - 1 loop
    item := p -> i;
    select m.id, m.lane_key, m.state, m.answer, m.content_hash into old from message m
      where m.channel = item ->> 'channel' and m.sender = item ->> 'sender'
        and m.message_id = item ->> 'messageId' and m.part = (item ->> 'part')::int;
    if found then
      ord := i;
      outcome := case
        when old.content_hash <> item ->> 'contentHash' then 'conflict'
        when old.id = item ->> 'id' then 'stored'
        else 'duplicate' end;
      id := old.id;
      lane := old.lane_key;
      state := old.state;
      answer := old.answer;
      return next;
    else
      place := resolve_lane_v1(item -> 'subject', item ->> 'channel', item ->> 'sender', item ->> 'state' = 'waiting');
      ords := ords || i;
      states := states || case when place.conflict and item ->> 'state' = 'waiting' then 'dead' else item ->> 'state' end;
      lanes := lanes || place.lane;
      seconds := array_append(seconds, place.second);
      attaching := attaching || coalesce(place.attach, '[]');
    end if;
  end loop;
  if cardinality(ords) = 0 then
    return;
  end if;

  select array_agg(k order by k collate "C"), array_agg(n order by k collate "C") into wanted, counts from (
    select k, count(*) n from (
      select l k from unnest(lanes, states) u(l, s) where s = 'waiting'
      union all select l from unnest(seconds, states) u(l, s) where s = 'waiting' and l is not null
    ) every_lane group by k) each_lane;
  for j in 1 .. coalesce(cardinality(wanted), 0) loop
    insert into lane (lane_key, last_seq, due_at) values (wanted[j], counts[j], clock_timestamp())
      on conflict (lane_key) do update
        set last_seq = lane.last_seq + excluded.last_seq, due_at = least(lane.due_at, excluded.due_at)
      returning last_seq into top;
    seqs := seqs || top - counts[j];
  end loop;
  select array_agg(substr(k, 3)) into persons from unnest(wanted) k where k like 'p-%';
  if exists (select 1 from person where person_id = any (persons) and merged_into is not null) then
    raise exception using errcode = '40001', message = 'person merged at the same time';
  end if;
  for i in 0 .. jsonb_array_length(attaching) - 1 loop
    perform attach_identifiers_v1(attaching -> i ->> 0, attaching -> i -> 1);
  end loop;

  for i in 1 .. cardinality(ords) loop
    item := p -> ords[i];
    a := case when states[i] = 'waiting' then array_position(wanted, lanes[i]) end;
    b := case when states[i] = 'waiting' and seconds[i] is not null then array_position(wanted, seconds[i]) end;
    if a is not null then seqs[a] := seqs[a] + 1; end if;
    if b is not null then seqs[b] := seqs[b] + 1; end if;
    insert into message (id, channel, sender, message_id, part, kind, envelope, body, content_type, content_hash,
        lane_key, seq, second_lane, second_seq, state, reason_code, reason_text, parent_id, answer, received_at, done_at)
      values (item ->> 'id', item ->> 'channel', item ->> 'sender', item ->> 'messageId', (item ->> 'part')::int,
        item ->> 'kind', item -> 'envelope', decode(item ->> 'body', 'base64'), item ->> 'contentType',
        item ->> 'contentHash', lanes[i], seqs[a], case when b is not null then seconds[i] end, seqs[b], states[i],
        case when states[i] = 'dead' then 'IDENTITY_CONFLICT' else item ->> 'reasonCode' end,
        case when states[i] = 'dead' then 'identifiers of two persons' else item ->> 'reasonText' end,
        item ->> 'parentId', nullif(item -> 'answer', 'null'), (item ->> 'receivedAt')::timestamptz,
        case when states[i] <> 'waiting' then clock_timestamp() end)
      on conflict do nothing;
    if not found then
      raise exception using errcode = '40001', message = 'message stored at the same time';
    end if;
    ord := ords[i];
    outcome := 'stored';
    id := item ->> 'id';
    lane := lanes[i];
    state := states[i];
    answer := null;
    return next;
  end loop;
end
$$;
`

/** Dead letters run again: one by hand, or many as a task that any process carries on (reliability.md 8, F-25 and F-48). */
export const replays = `
alter table message add column replay_id text collate "C";
create index message_replay on message (replay_id, state) where replay_id is not null;

create index message_dead_received on message (received_at, id) where state = 'dead';

create table replay_task (
  id text collate "C" primary key,
  state text not null check (state in ('running', 'paused', 'cancelled', 'done')),
  asked_by text not null,
  -- rows that died later are not the task's: what it ran again and died again is left alone
  asked_at timestamptz not null default clock_timestamp(),
  filter jsonb not null,
  expected int not null,
  replayed int not null default 0,
  refused int not null default 0,
  -- the last row looked at, in the order of (received_at, id)
  place_received timestamptz,
  place_id text collate "C",
  changed_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz
);

-- replay_v1 for a task (p_task) or by hand (p_who), which is written down.
create function replay_v2(p_id text, p_task text, p_who text) returns text language plpgsql as $$
declare
  home text := replay_v1(p_id);
begin
  if home is not null then
    update message set replay_id = p_task, reason_stack = null where id = p_id;
    if p_who is not null then
      insert into operator_action (who, action, target) values (p_who, 'replay', p_id);
    end if;
  end if;
  return home;
end
$$;

-- One row of a task; what cannot be run again stays dead and hinders none of the others.
create function replay_row_v1(p_id text, p_task text, out lane text, out refused boolean) language plpgsql as $$
begin
  refused := false;
  lane := replay_v2(p_id, p_task, null);
exception when sqlstate 'HUB01' then
  refused := true;
end
$$;
`

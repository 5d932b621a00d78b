/**
 * The tables. Every clinical row carries its patient first in its key, so that tables can be partitioned or
 * distributed by patient without a change to the code. Text keys compare by bytes ("C"): lanes are locked in that order.
 * Indexes are chosen so that a message costs few index entries: `state` changes once (waiting → its end), because
 * "claimed" is read off the lane's lease.
 */
export const tables = `
create table person (
  person_id text collate "C" primary key,
  -- always the last survivor, never a chain
  merged_into text collate "C",
  created_at timestamptz not null default now()
);
create index person_merged on person (merged_into) where merged_into is not null;

create table person_identity (
  system text collate "C" not null,
  value text collate "C" not null,
  person_id text collate "C" not null,
  use text not null check (use in ('official', 'old')),
  primary key (system, value)
);
create index person_identity_person on person_identity (person_id);

create table lane (
  lane_key text collate "C" primary key,
  -- gap-free and equal to commit order: raised under this row's lock in the intake transaction
  last_seq bigint not null default 0,
  owner text,
  epoch bigint not null default 0,
  lease_until timestamptz,
  -- the rows of the newest claim, and how often it was lost without an outcome
  claimed_seq bigint,
  claimed_last bigint,
  claims int not null default 0,
  effect_seq bigint not null default 0,
  next_change_at timestamptz,
  -- first instant at which a worker has something to do here; null when nothing
  due_at timestamptz
) with (fillfactor = 60);
create index lane_due on lane (due_at, lane_key) where due_at is not null;

create sequence message_arrival;
create table message (
  id text collate "C" primary key,
  channel text not null,
  sender text collate "C" not null,
  message_id text collate "C" not null,
  part int not null,
  kind text not null,
  envelope jsonb not null,
  body bytea not null,
  content_type text not null,
  content_hash text not null,
  lane_key text collate "C" not null,
  -- null for rows that never stood in a lane (refused, dead at intake)
  seq bigint,
  second_lane text collate "C",
  second_seq bigint,
  -- drawn while the lanes are locked: one order that all lanes of a row agree on
  arrival bigint not null default nextval('message_arrival'),
  state text not null check (state in ('waiting', 'done', 'superseded', 'refused', 'dead')),
  due_at timestamptz not null default clock_timestamp(),
  attempts int not null default 0,
  reason_code text,
  reason_text text,
  reason_at text,
  parent_id text collate "C",
  answer jsonb,
  unmapped jsonb,
  received_at timestamptz not null,
  done_at timestamptz,
  constraint message_identity unique (channel, sender, message_id, part)
) with (fillfactor = 85);
create unique index message_open on message (lane_key, seq) where state = 'waiting';
create unique index message_open_second on message (second_lane, second_seq)
  where state = 'waiting' and second_lane is not null;
create index message_dead on message (lane_key) where state = 'dead';
create index message_received on message (received_at desc, id desc);
create index message_parent on message (parent_id) where parent_id is not null;

create table resource (
  person_id text collate "C" not null,
  type text collate "C" not null,
  id text collate "C" not null,
  version bigint not null,
  natural_key text collate "C" not null,
  sort_order text collate "C" not null,
  layer text not null,
  body text not null,
  source_key text not null,
  message_id text,
  last_updated timestamptz not null,
  deleted boolean not null,
  method text not null,
  tokens text[] not null,
  -- {"param": [from, to)} in milliseconds since the epoch
  dates jsonb not null,
  primary key (person_id, type, id)
) with (fillfactor = 85);
create unique index resource_natural_key on resource (person_id, type, natural_key) where not deleted;
create index resource_id on resource (id, type);
create index resource_updated on resource (type, last_updated desc, id desc) where not deleted;
create index resource_tokens on resource using gin (tokens) where not deleted;

-- versions before the one in resource
create table resource_history (
  person_id text collate "C" not null,
  type text collate "C" not null,
  id text collate "C" not null,
  version bigint not null,
  body text not null,
  last_updated timestamptz not null,
  deleted boolean not null,
  method text not null,
  message_id text,
  primary key (person_id, type, id, version)
);

create table amendment (
  person_id text collate "C" not null,
  type text collate "C" not null,
  natural_key text collate "C" not null,
  name text collate "C" not null,
  at text collate "C" not null,
  changes text not null,
  message_id text not null,
  source_key text not null,
  primary key (person_id, type, natural_key, name)
);

create table source_state (
  person_id text collate "C" not null,
  key text collate "C" not null,
  role text not null,
  name text not null,
  last_heard timestamptz not null,
  failed text,
  primary key (person_id, key)
);
create index source_state_key on source_state (key);

create table list_version (
  person_id text collate "C" not null,
  version bigint not null,
  body text not null,
  created_at timestamptz not null,
  primary key (person_id, version)
);

create table device (
  device_id text collate "C" primary key,
  device_no bigint generated always as identity unique
);
create table device_identity (
  system text collate "C" not null,
  value text collate "C" not null,
  device_no bigint not null,
  primary key (system, value)
);
create table assignment (
  person_id text collate "C" not null,
  device_no bigint not null,
  ref text collate "C" not null,
  status text not null check (status in ('intended', 'active', 'on-hold', 'completed', 'stopped')),
  from_at timestamptz,
  to_at timestamptz,
  -- an assignment whose beginning is unknown covers no instant: nothing is guessed from it
  period tstzrange generated always as (
    case when from_at is null or to_at <= from_at then 'empty'::tstzrange else tstzrange(from_at, to_at) end
  ) stored,
  primary key (person_id, device_no, ref),
  constraint assignment_ref unique (device_no, ref),
  -- two assignments of one device never overlap; a range of one number stands in for equality in gist
  constraint assignment_overlap exclude using gist (int8range(device_no, device_no, '[]') with &&, period with &&)
);

-- one row an effect: what changed, numbered per lane (the outbox)
create table change (
  person_id text collate "C" not null,
  lane_key text collate "C" not null,
  number bigint not null,
  message_id text collate "C",
  resources text[] not null,
  list_version bigint,
  at timestamptz not null,
  fanned_out_at timestamptz,
  primary key (person_id, lane_key, number)
);
create unique index change_message on change (message_id) where message_id is not null;
create index change_open on change (at) where fanned_out_at is null;

-- lz4 unpacks several times faster than pglz; servers built without it keep pglz
do $do$
begin
  alter table message alter column body set compression lz4;
  alter table resource alter column body set compression lz4;
  alter table resource_history alter column body set compression lz4;
  alter table list_version alter column body set compression lz4;
exception when feature_not_supported then null;
end
$do$;
`

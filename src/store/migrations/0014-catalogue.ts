/**
 * The drug catalogue (FEST). Versions are loaded beside the one in force and take over in one step; after that the persons
 * whose medicines it concerns are looked up once, and derived again bit by bit.
 */
export const catalogue = `
create table catalogue (
  no bigint generated always as identity primary key,
  -- former: kept until the current one was compared with it
  state text not null check (state in ('loading', 'current', 'former')),
  fetched_at timestamptz,
  content_hash text,
  counts jsonb,
  -- a loading one that nobody touches any more was given up
  touched_at timestamptz not null default clock_timestamp(),
  current_since timestamptz,
  compared_at timestamptz,
  -- nothing stood before it: it concerns whoever uses a product that it knows
  concerns_all boolean not null default false
);
create unique index catalogue_current on catalogue (state) where state = 'current';

create table catalogue_item (
  catalogue_no bigint not null,
  kind text collate "C" not null,
  id text collate "C" not null,
  -- brands of a package or dose; codes of an interaction
  refs text[] not null,
  content text not null,
  primary key (catalogue_no, kind, id)
);
create index catalogue_item_brand on catalogue_item (catalogue_no, (refs[1])) where kind = 'package';

-- what the engine knows of a product, by all codes that name it
create table catalogue_product (
  catalogue_no bigint not null,
  id text collate "C" not null,
  codes text[] not null,
  -- ATC codes and substance ids
  names text[] not null,
  content text not null,
  primary key (catalogue_no, id)
);

-- persons to be derived again
create table catalogue_stale (person_id text collate "C" primary key);
`

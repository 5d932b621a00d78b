/** Alerts, and what they are judged by: partners with their usual gaps, processes with their counts (reliability.md 10). */
export const alerts = `
create table alert (
  id text collate "C" primary key default gen_random_uuid()::text,
  name text not null,
  -- what it is about: a channel, a partner, a destination, a process; never a person
  subject text not null,
  detail jsonb not null,
  began_at timestamptz not null default clock_timestamp(),
  last_seen_at timestamptz not null default clock_timestamp(),
  ended_at timestamptz,
  -- what the webhook was told
  told_begin boolean not null default false,
  told_end boolean not null default false
);
create unique index alert_open on alert (name, subject) where ended_at is null;
create index alert_began on alert (began_at desc, id desc);
create index alert_untold on alert (began_at) where not told_begin or not told_end;

create table partner (
  channel text not null,
  sender text collate "C" not null,
  first_heard timestamptz not null,
  last_heard timestamptz not null,
  last_done timestamptz,
  primary key (channel, sender)
);
-- the longest silence that ended on this day
create table partner_gap (
  channel text not null,
  sender text collate "C" not null,
  day date not null,
  gap_s float8 not null,
  primary key (channel, sender, day)
);

create table process_report (
  name text primary key,
  started_at timestamptz not null,
  reported_at timestamptz not null,
  counts jsonb not null
);

-- Messages received after p_from. Looking at some twice does no harm: times are only ever raised.
create function note_partners_v1(p_from timestamptz, p_to timestamptz, p_max int) returns void language plpgsql as $$
declare
  f record;
  before timestamptz;
begin
  for f in
    select channel, sender, min(received_at) as first, max(received_at) as last,
        max(done_at) filter (where state in ('done', 'superseded')) as done
      from message where received_at > p_from and received_at <= p_to and channel <> 'fhir'
      group by channel, sender order by channel, sender
  loop
    select last_heard into before from partner where channel = f.channel and sender = f.sender;
    if before is null and (select count(*) from partner) >= p_max then
      continue;
    end if;
    insert into partner (channel, sender, first_heard, last_heard, last_done)
      values (f.channel, f.sender, f.first, f.last, f.done)
      on conflict (channel, sender) do update set last_heard = greatest(partner.last_heard, excluded.last_heard),
        last_done = greatest(partner.last_done, excluded.last_done);
    if f.first > before then
      insert into partner_gap (channel, sender, day, gap_s)
        values (f.channel, f.sender, (f.first at time zone 'UTC')::date, extract(epoch from f.first - before))
        on conflict (channel, sender, day) do update set gap_s = greatest(partner_gap.gap_s, excluded.gap_s);
    end if;
  end loop;
end
$$;
`

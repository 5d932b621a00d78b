/** What came of each attempt at a delivery, and which process made it (reliability.md 10, timelines). */
export const deliveryAttempts = `
create table delivery_attempt (
  destination text collate "C" not null,
  number bigint not null,
  attempt int not null,
  at timestamptz not null default clock_timestamp(),
  made_by text not null default current_setting('application_name'),
  outcome text not null,
  fault text,
  status int,
  primary key (destination, number, attempt),
  foreign key (destination, number) references delivery (destination, number) on delete cascade
);

-- settle_delivery_v1, written down.
create function settle_delivery_v2(p_destination text, p_number bigint, p_attempt int, p jsonb, p_rules jsonb)
returns boolean language plpgsql as $$
begin
  if not settle_delivery_v1(p_destination, p_number, p_attempt, p, p_rules) then
    return false;
  end if;
  insert into delivery_attempt (destination, number, attempt, outcome, fault, status)
    values (p_destination, p_number, p_attempt, p ->> 'kind', p ->> 'fault', (p ->> 'status')::int);
  return true;
end
$$;
`

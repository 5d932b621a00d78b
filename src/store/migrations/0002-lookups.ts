/**
 * Whom a message is about, and what is due in a lane. Functions carry a version in their names: an older process that
 * still runs during an upgrade goes on calling its own.
 * Errors of the hub's own leave SQL as SQLSTATE HUB01, the message being a HubErrorCode.
 */
export const lookups = `
create function fail_v1(code text, rule text) returns void language plpgsql as $$
begin
  raise exception using errcode = 'HUB01', message = code, detail = rule;
end
$$;

create function hash_lane_v1(prefix text, text) returns text language sql immutable as $$
  select prefix || encode(sha256(convert_to($2, 'UTF8')), 'hex')
$$;

-- Next instant of work in a lane: its head row, unless a merge that began in another lane stands before it, or time.
create function lane_due_v1(p_lane text, p_time timestamptz) returns timestamptz language sql stable as $$
  select least(p_time, (
    select case
        when exists (select 1 from message s
          where s.second_lane = p_lane and s.state = 'waiting' and s.second_seq < m.seq)
        then null else m.due_at end
    from message m where m.lane_key = p_lane and m.state = 'waiting' order by m.seq limit 1))
$$;

-- The person of these identifiers. p_create: id to give to an unknown one, or null to only look.
create function resolve_person_v1(
  p_ids jsonb, p_create text, out person text, out conflict boolean, out incomplete boolean
) language plpgsql as $$
declare
  known text[];
  hits int;
  stated int;
  inserted int;
begin
  select count(distinct (x.system, x.value)) into stated
    from jsonb_to_recordset(p_ids) x(system text, value text) where x.value <> '';
  select array_agg(distinct i.person_id), count(distinct (i.system, i.value)) into known, hits
    from jsonb_to_recordset(p_ids) x(system text, value text)
    join person_identity i on i.system = x.system and i.value = x.value;
  conflict := coalesce(cardinality(known), 0) > 1;
  incomplete := hits < stated;
  if conflict or stated = 0 then
    return;
  elsif hits > 0 then
    person := known[1];
  elsif p_create is not null then
    insert into person (person_id) values (p_create);
    insert into person_identity (system, value, person_id, use)
      select distinct x.system, x.value, p_create, 'official'
      from jsonb_to_recordset(p_ids) x(system text, value text) where x.value <> '' order by 1, 2
      on conflict do nothing;
    get diagnostics inserted = row_count;
    if inserted < stated then
      raise exception using errcode = '40001', message = 'person made at the same time';
    end if;
    person := p_create;
    incomplete := false;
  end if;
end
$$;

-- New identifiers of a known person. The person's lane is locked by the caller.
create function attach_identifiers_v1(p_person text, p_ids jsonb) returns void language plpgsql as $$
begin
  insert into person_identity (system, value, person_id, use)
    select distinct x.system, x.value, p_person, 'official'
    from jsonb_to_recordset(p_ids) x(system text, value text) where x.value <> '' order by 1, 2
    on conflict do nothing;
  if exists (
    select 1 from jsonb_to_recordset(p_ids) x(system text, value text)
      join person_identity i on i.system = x.system and i.value = x.value where i.person_id <> p_person
  ) then
    raise exception using errcode = '40001', message = 'identifier taken at the same time';
  end if;
end
$$;

-- Finds the person or makes it under p_create; new identifiers are attached under the lane's lock.
create function ensure_person_v1(p_ids jsonb, p_create text) returns text language plpgsql as $$
declare
  one record;
begin
  one := resolve_person_v1(p_ids, p_create);
  if one.conflict then
    perform fail_v1('IDENTITY_CONFLICT', 'identifiers of two persons');
  end if;
  if one.person is null then
    insert into person (person_id) values (p_create) on conflict do nothing;
    return p_create;
  end if;
  if one.incomplete then
    insert into lane (lane_key) values ('p-' || one.person) on conflict do nothing;
    perform 1 from lane where lane_key = 'p-' || one.person for update;
    if exists (select 1 from person where person_id = one.person and merged_into is not null) then
      raise exception using errcode = '40001', message = 'person merged at the same time';
    end if;
    perform attach_identifiers_v1(one.person, p_ids);
  end if;
  return one.person;
end
$$;

-- Device by any identifier, then the assignment in force at p_at; a reference must agree with it.
create function resolve_device_v1(
  p_ids jsonb, p_at timestamptz, p_ref text,
  out device_id text, out device_no bigint, out person text, out ambiguous boolean
) language plpgsql as $$
declare
  devices bigint[];
  found_ref text;
begin
  select array_agg(distinct d.device_no) into devices
    from jsonb_to_recordset(p_ids) x(system text, value text)
    join device_identity d on d.system = x.system and d.value = x.value where x.value <> '';
  ambiguous := coalesce(cardinality(devices), 0) > 1;
  if ambiguous or devices is null then
    return;
  end if;
  device_no := devices[1];
  select d.device_id into device_id from device d where d.device_no = resolve_device_v1.device_no;
  select a.person_id, a.ref into person, found_ref from assignment a
    where a.device_no = resolve_device_v1.device_no and a.status <> 'intended'
      and (case when p_at is null then a.ref = p_ref else a.period @> p_at end);
  if p_ref is not null and found_ref is distinct from p_ref then
    ambiguous := true;
    person := null;
  end if;
end
$$;

-- Lane (and for a merge the second lane) of a subject. p_make: unknown persons are made.
create function resolve_lane_v1(
  p_subject jsonb, p_channel text, p_sender text, p_make boolean,
  out lane text, out second text, out conflict boolean, out attach jsonb
) language plpgsql as $$
declare
  one record;
  two record;
  claimed record;
begin
  conflict := false;
  lane := hash_lane_v1('s-', p_channel || '|' || p_sender);
  if p_subject ->> 'by' = 'person' then
    one := resolve_person_v1(p_subject -> 'identifiers', case when p_make then gen_random_uuid()::text end);
    conflict := one.conflict;
    if one.person is not null then
      lane := 'p-' || one.person;
      if p_make and one.incomplete then
        attach := jsonb_build_array(jsonb_build_array(one.person, p_subject -> 'identifiers'));
      end if;
    end if;
  elsif p_subject ->> 'by' = 'merge' then
    one := resolve_person_v1(p_subject -> 'survivor', case when p_make then gen_random_uuid()::text end);
    two := resolve_person_v1(p_subject -> 'prior', case when p_make then gen_random_uuid()::text end);
    conflict := one.conflict or two.conflict;
    if not conflict and one.person is not null then
      lane := 'p-' || one.person;
      second := 'p-' || nullif(two.person, one.person);
      if p_make and (one.incomplete or two.incomplete) then
        attach := jsonb_build_array(jsonb_build_array(one.person, p_subject -> 'survivor'));
        if two.person is not null then
          attach := attach || jsonb_build_array(jsonb_build_array(two.person, p_subject -> 'prior'));
        end if;
      end if;
    end if;
  elsif p_subject ->> 'by' = 'device' then
    one := resolve_device_v1(
      p_subject -> 'identifiers', (p_subject ->> 'occurredAt')::timestamptz, p_subject ->> 'assignmentRef');
    if jsonb_array_length(coalesce(p_subject -> 'person', '[]')) > 0 then
      two := resolve_person_v1(p_subject -> 'person', null);
      if one.device_no is null and not one.ambiguous and jsonb_array_length(p_subject -> 'identifiers') = 0 then
        select a.person_id into one.person from assignment a
          where a.person_id = two.person and a.status <> 'intended'
            and a.period @> (p_subject ->> 'occurredAt')::timestamptz
            and (p_subject ->> 'assignmentRef' is null or a.ref = p_subject ->> 'assignmentRef') limit 1;
      elsif two.person is distinct from one.person then
        one.person := null;
      end if;
    end if;
    if one.person is not null then
      lane := 'p-' || one.person;
    elsif one.device_id is not null then
      lane := 'd-' || one.device_id;
    elsif jsonb_array_length(p_subject -> 'identifiers') > 0 then
      lane := hash_lane_v1('d-', (p_subject #>> '{identifiers,0,system}') || '|'
        || (p_subject #>> '{identifiers,0,value}'));
    end if;
  end if;
end
$$;
`

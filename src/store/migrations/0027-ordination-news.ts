/**
 * What became of an ordination is told to the person's own lane: `told` is what was told last. Those from before are
 * counted as told, so that only what comes of them from now on is.
 */
export const ordinationNews = `
alter table delivery add column told text;
update delivery set told = coalesce(receipt ->> 'outcome', 'due') where item like 'M25.1/%';
create index delivery_untold on delivery (created_at)
  where item like 'M25.1/%' and state <> 'skipped' and told is distinct from coalesce(receipt ->> 'outcome', 'due');
`

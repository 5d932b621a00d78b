/** What persons did to the list (attestations, merges) is a fact in the form of Provenance: a few among thousands of records. */
export const acts = `
create index resource_acts on resource (person_id) where type = 'Provenance' and layer = 'fact' and not deleted;
`

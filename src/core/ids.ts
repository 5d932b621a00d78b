/** Branded strings: values that must not be mixed up. Each is made in one place and trusted afterwards. */
declare const brand: unique symbol
type Brand<Name extends string> = string & { readonly [brand]: Name }

/** Id of an inbox row; a UUID made by the hub at intake. */
export type MessageId = Brand<'MessageId'>
/** The hub's opaque id of one person; also the id of that person's Patient resource. */
export type PersonId = Brand<'PersonId'>
/** Key of a lane, the unit of order: `p-<person>`, `d-<device>`, `s-<sender hash>` or `r-<shared resource>`. Doorbells of the outbox have keys of their own (queue/job.ts). */
export type LaneKey = Brand<'LaneKey'>

export const messageId = (value: string): MessageId => value as MessageId
export const personId = (value: string): PersonId => value as PersonId
export const laneKey = (value: string): LaneKey => value as LaneKey

export const personLane = (person: PersonId): LaneKey => laneKey(`p-${person}`)

/** The person whose lane this is, or undefined for a device's or sender's lane. */
export function personOfLane(lane: LaneKey): PersonId | undefined {
  return lane.startsWith('p-') ? personId(lane.slice(2)) : undefined
}

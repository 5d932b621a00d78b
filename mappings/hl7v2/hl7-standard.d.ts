/** The little of hl7-standard 1.0.4 that the syntax module uses; the package has no types of its own. */
declare module 'hl7-standard' {
  export type Component = string | string[]
  export type FieldData = string | string[] | Record<string, Component> | Record<string, Component>[]
  export interface ParsedSegment {
    /** First three characters of the line. */
    readonly type: string
    /** Number of the line, from 0. */
    readonly index: number
    /** By `PID.3`; MSH fields are numbered right. */
    readonly data: Readonly<Record<string, FieldData>>
  }
  export default class HL7 {
    constructor(raw: string)
    transform(): void
    getSegments(): readonly ParsedSegment[]
  }
}

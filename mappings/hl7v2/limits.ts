/** Limits of one message, checked before anything is parsed (hl7-standard-notes.md, rule 10). */
export const MESSAGE_BYTES_MAX = 10 * 1024 * 1024
export const SEGMENTS_MAX = 20_000
/** The parser's time grows with segments times names. */
export const SEGMENT_NAMES_MAX = 200
export const FIELDS_PER_SEGMENT_MAX = 1_000
export const REPETITIONS_PER_FIELD_MAX = 10_000
/** Separators of all kinds: what the tree's size grows with. */
export const SEPARATORS_MAX = 1_000_000
/** Pairs of one A40; each is stored as a row of its own with the whole message. */
export const MERGE_PAIRS_MAX = 50
export const BATCH_MESSAGES_MAX = 10_000

/** Limits of the HTTP side (fhir-api.md 12, devices.md 8). Units are in the names. */
export const FHIR_RESOURCE_BYTES_MAX = 1_048_576
/** Form of `_search`. */
export const SEARCH_FORM_BYTES_MAX = 65_536
export const HL7V2_BYTES_MAX = 10_485_760
/** The spec of the family names no size; a message with attachments is far below the limit of HL7 v2. */
export const ERESEPT_BYTES_MAX = 10_485_760
export const SFM_BYTES_MAX = 10_485_760
/** A batch; single events are held to less by their own door check. */
export const DEVICE_BYTES_MAX = 1_048_576
export const BODY_TIMEOUT_MS = 60_000
/** The drug catalogue: some 120 MB as published, and growing. */
export const CATALOGUE_BYTES_MAX = 2_147_483_648
/** For `requestTimeout` of the server: a catalogue comes as fast as it is stored. Other bodies have BODY_TIMEOUT_MS. */
export const UPLOAD_TIMEOUT_MS = 1_800_000
/** How long an idle connection is kept: longer than clients and proxies keep theirs, so that none sends into a close. */
export const KEEP_ALIVE_MS = 65_000
/** For `headersTimeout` of the server. */
export const HEADERS_TIMEOUT_MS = 10_000
/** How often the server looks for requests that are late. */
export const TIMEOUT_CHECK_MS = 1_000
/** Connections at the same time; more are closed at once. */
export const HTTP_CONNECTIONS_MAX = 5_000
export const URL_CHARS_MAX = 8_192
export const JSON_DEPTH_MAX = 64
export const ISSUES_MAX = 100
export const SEARCH_COUNT_DEFAULT = 50
export const SEARCH_COUNT_MAX = 1_000
export const SEARCH_OR_VALUES_MAX = 100
export const SEARCH_PARAMETERS_MAX = 50
export const PAGE_LINK_LIFE_MS = 3_600_000
export const RETRY_AFTER_S = 5

/**
 * Settings of every connection, on both back ends. Limits first. Then the planner: every statement of the hub is a
 * look-up by key, plans are kept for long and are first made while tables are still empty (PGlite never gathers
 * statistics by itself), so plans that read whole tables are taken out of the choice.
 */
export const SESSION_SETTINGS: Readonly<Record<string, string>> = {
  lock_timeout: '5s',
  statement_timeout: '30s',
  idle_in_transaction_session_timeout: '30s',
  timezone: 'UTC',
  jit: 'off',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
}

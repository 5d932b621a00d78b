/** Whether messages that senders have an acknowledgement for are in the inbox (reliability.md 8, F-11). */
import type { Channel } from '../core/message.js'
import type { Database } from './query.js'

/** With its channel the identity of a message. */
export interface SentMessage {
  /** As in the inbox row: MSH-3 and MSH-4 joined by `|`, HER-id, vendor … */
  readonly sender: string
  readonly messageId: string
}

/** Those that are not there, in the order given. */
export const missingMessages =
  (db: Database) =>
  async (channel: Channel, sent: readonly SentMessage[]): Promise<readonly SentMessage[]> => {
    const { rows } = await db.query<{ ord: number }>(
      `/*missing-messages*/ select ord::int - 1 as ord from unnest($2::text[], $3::text[]) with ordinality s(sender, id, ord)
       where not exists (select 1 from message m where m.channel = $1 and m.sender = s.sender and m.message_id = s.id)
       order by ord`,
      [channel, sent.map(({ sender }) => sender), sent.map(({ messageId }) => messageId)],
    )
    return rows.flatMap(({ ord }) => sent[ord] ?? [])
  }

/** `stafett verify-history`: whether the past of the lists is what it was. */
import { CommandError, type HubClient, type HubReply } from './hub-client.js'

interface Chain {
  readonly patient: string
  readonly versions: number
  readonly unchained: number
  readonly head: string | null
  readonly broken: { readonly version: number; readonly fault: string } | null
}

interface Page {
  readonly checked: number
  readonly versions: number
  readonly unchained: number
  readonly broken: readonly Chain[]
  readonly next?: string
}

const FAULTS: Readonly<Record<string, string>> = {
  missing: 'is not there',
  unchained: 'has lost its link',
  content: 'does not show what it showed',
  chain: 'does not follow from the version before',
}

/**
 * @param patient id, or `<system>|<value>`; undefined: all
 * @returns exit code: 1 when a past is not what it was; the first break of each chain is printed
 */
export async function verifyHistory(hub: HubClient, patient: string | undefined): Promise<number> {
  if (patient === undefined) return verifyAll(hub)
  // `stafett list` takes a bare national number; here it would become part of a URL.
  if (/^\d{11}$/.test(patient))
    throw new CommandError('a national number is named as <system>|<number>, so that it stands in no URL')
  const bar = patient.indexOf('|')
  const reply =
    bar < 0
      ? await hub.get(`/ops/list-histories/${encodeURIComponent(patient)}`)
      : await hub.post(
          '/ops/list-histories',
          JSON.stringify({ identifier: { system: patient.slice(0, bar), value: patient.slice(bar + 1) } }),
        )
  const chain = read<Chain>(reply)
  if (chain.broken === null)
    console.log(`${chain.patient}: ${counts(chain)}, newest link ${chain.head ?? 'none'}`)
  else tell(chain)
  return chain.broken === null ? 0 : 1
}

async function verifyAll(hub: HubClient): Promise<number> {
  const total = { checked: 0, versions: 0, unchained: 0, broken: 0 }
  for (let path: string | undefined = '/ops/list-histories'; path !== undefined; ) {
    const page: Page = read<Page>(await hub.get(path))
    total.checked += page.checked
    total.versions += page.versions
    total.unchained += page.unchained
    total.broken += page.broken.length
    for (const chain of page.broken) tell(chain)
    path = page.next
  }
  console.log(`${total.checked} patients, ${counts(total)}; ${total.broken} broken`)
  return total.broken === 0 ? 0 : 1
}

const counts = ({ versions, unchained }: { readonly versions: number; readonly unchained: number }): string =>
  `${versions} versions${unchained === 0 ? '' : `, ${unchained} of them from before there were links`}`

const tell = ({ patient, broken }: Chain): void =>
  console.log(`${patient}: version ${broken?.version} ${FAULTS[broken?.fault ?? ''] ?? broken?.fault}`)

function read<T>({ status, text }: HubReply): T {
  if (status !== 200) throw new CommandError(`the hub answered ${status}: ${text}`)
  return JSON.parse(text) as T // docs/surfaces.md
}

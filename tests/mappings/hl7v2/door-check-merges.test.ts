import assert from 'node:assert/strict'
import { acknowledge } from '../../../mappings/hl7v2/acknowledgement.js'
import { assertRefused, bytesOf, check, msh, PID, refusal } from './messages.js'

describe('door check: merges', () => {
  const A40 = msh({ type: 'ADT^A40' })
  it('give one envelope for each pair, from prior into survivor', () => {
    const raw = bytesOf(
      A40,
      'PID|1||T-1^^^A&1.2.3&ISO',
      'MRG|T-0^^^A&1.2.3&ISO~X-1^^^B&1.2.4&ISO',
      'PID|2||T-3^^^A&1.2.3&ISO',
      'PD1|1',
      'MRG|T-2^^^A&1.2.3&ISO',
    )
    const result = check(raw)
    const items = result.kind === 'accept' ? result.items : []
    assert.deepEqual(
      items.map(({ part, messageId, subject }) => ({ part, messageId, subject })),
      [
        {
          part: 0,
          messageId: 'M-1',
          subject: {
            by: 'merge',
            survivor: [{ system: 'urn:oid:1.2.3', value: 'T-1' }],
            prior: [
              { system: 'urn:oid:1.2.3', value: 'T-0' },
              { system: 'urn:oid:1.2.4', value: 'X-1' },
            ],
          },
        },
        {
          part: 1,
          messageId: 'M-1',
          subject: {
            by: 'merge',
            survivor: [{ system: 'urn:oid:1.2.3', value: 'T-3' }],
            prior: [{ system: 'urn:oid:1.2.3', value: 'T-2' }],
          },
        },
      ],
    )
  })
  it('without MRG are refused', () => {
    assertRefused(check(bytesOf(A40, PID)), 'refuse', 'MESSAGE_INVALID', 'PID[1]', '100')
    assertRefused(check(bytesOf(A40, PID, PID, 'MRG|1^^^X')), 'refuse', 'MESSAGE_INVALID', 'PID[1]', '100')
  })
  it('with an empty MRG are refused', () => {
    assertRefused(check(bytesOf(A40, PID, 'MRG|')), 'refuse', 'MESSAGE_INVALID', 'MRG-1', '101')
  })
  it('of at most fifty pairs are taken; more are refused with AE, since each pair stores the whole message', () => {
    const pairs = (count: number) =>
      bytesOf(
        A40,
        ...Array.from({ length: count }, (_, i) => [`PID|${i}||T-${i}^^^X`, `MRG|P-${i}^^^X`]).flat(),
      )
    const most = check(pairs(50))
    assert.equal(most.kind === 'accept' ? most.items.length : 0, 50)
    const result = check(pairs(51))
    assertRefused(result, 'refuse', 'MESSAGE_INVALID', 'PID[51]', '100')
    const outcome = { kind: 'refused', refusal: refusal(result) } as const
    const context = { newId: '0a1b2c3d-4e5f-4000-8000-112233445566', now: '2026-11-22T10:00:00.123Z' }
    const { body } = acknowledge(pairs(51), outcome, context)
    assert.match(body, /\rMSA\|AE\|M-1\|/)
    assert.match(body, /\rERR\|\|PID\^51/)
  })
})

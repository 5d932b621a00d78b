import assert from 'node:assert/strict'
import { cardDefinition, drawCard } from '../../src/card/medication-card.js'
import { extensionUrl } from '../../src/core/canonical.js'
import { LANGUAGES } from '../../src/core/list-view.js'
import { prescription, row } from '../support/clinical-facts.js'
import { shownList } from '../support/shown-list.js'

const shown = shownList([
  prescription('p'),
  row('s', { brand: 'ID_PARACET', status: 'on-hold', more: { statusReason: [{ text: 'Før operasjon' }] } }),
])
const card = {
  ...shown,
  patient: {
    resourceType: 'Patient' as const,
    name: [{ given: ['Šárá'], family: 'Sáŋgi' }],
    birthDate: '1941-05-17',
  },
  allergies: [
    { resourceType: 'AllergyIntolerance' as const, patient: {}, code: { text: 'Penicillin' } },
    {
      resourceType: 'AllergyIntolerance' as const,
      patient: {},
      code: { text: 'Latex' },
      verificationStatus: { coding: [{ code: 'refuted' }] },
    },
  ],
  version: 7,
  at: '2026-11-24T12:00:00.000Z',
  newestUrl: 'http://hub.test/card/11111111-0000-8000-8000-000000000000/7',
  language: 'nb' as const,
  zone: 'Europe/Oslo',
}

/** Every text of the definition, in order. */
function textsOf(node: unknown): string[] {
  if (typeof node === 'string') return [node]
  if (Array.isArray(node)) return node.flatMap(textsOf)
  if (typeof node !== 'object' || node === null) return []
  const { text, stack, columns, table, qr } = node as Readonly<Record<string, unknown>>
  return [text, stack, columns, (table as { body?: unknown } | undefined)?.body, qr].flatMap(textsOf)
}

describe('medication card', () => {
  it('names person, version, instant, lines and allergies, and where to ask for the newest', () => {
    const texts = textsOf(cardDefinition(card).content)
    for (const text of [
      'Šárá Sáŋgi   * 17.05.1941',
      'Gjelder 24.11.2026 13.00 · Versjon 7',
      'Overfølsomhet: Penicillin',
      'Legemidler i bruk',
      'Midlertidig stanset',
      card.newestUrl,
    ])
      assert.ok(texts.includes(text), `${text} in ${JSON.stringify(texts)}`)
    for (const { dosage } of shown.lines) assert.ok(texts.includes(dosage?.[0]?.text ?? ''))
  })

  it('prints who went through the list, and that it has changed since', () => {
    const badge = (state: string, changed?: number) => ({
      url: extensionUrl('attestation'),
      extension: [
        { url: 'state', valueCode: state },
        { url: 'who', valueReference: { display: 'Solveig Fastlegesen' } },
        { url: 'when', valueInstant: '2026-11-20T10:00:00.000Z' },
        ...(changed === undefined ? [] : [{ url: 'changed', valueUnsignedInt: changed }]),
      ],
    })
    const told = (state: string, changed?: number) =>
      textsOf(
        cardDefinition({
          ...card,
          list: { ...shown.list, extension: [badge(state, changed)] },
        }).content,
      )
    assert.ok(told('attested').includes('Gjennomgått av Solveig Fastlegesen 20.11.2026.'))
    assert.ok(
      told('changed-since', 2).includes(
        'Gjennomgått av Solveig Fastlegesen 20.11.2026, endret siden (2 legemidler).',
      ),
    )
    assert.ok(told('partly').includes('Bare delvis gjennomgått.'))
    assert.ok(textsOf(cardDefinition(card).content).includes('Ikke gjennomgått og bekreftet av noen.'))
  })

  it('says why it is empty', () => {
    const empty = shownList([])
    const texts = textsOf(cardDefinition({ ...card, ...empty }).content)
    assert.ok(texts.some((text) => text.startsWith('Ingen har ført noe på listen ennå')))
  })

  const cardSaying = (text: string) => ({
    ...card,
    lines: shown.lines.map((line) => ({ ...line, note: [{ text }] })),
  })

  it('goes on over pages where a text is long, and leaves none of it out', async () => {
    const pagesOf = async (text: string) =>
      Buffer.from(await drawCard(cardSaying(text)))
        .toString('latin1')
        .match(/\/Type \/Page\b/g)?.length ?? 0
    assert.equal(await pagesOf('en tablett'), 1)
    assert.ok((await pagesOf('en tablett '.repeat(800))) > 2)
  })

  it('breaks a word that no line has room for, and keeps all of it', () => {
    const word = 'æ'.repeat(1_003)
    const drawn = textsOf(cardDefinition(cardSaying(word)).content).filter((text) => text.includes('ææ'))
    assert.deepEqual(new Set(drawn.map((text) => text.replaceAll('\n', ''))), new Set([word]))
    assert.ok(drawn.every((text) => text.split('\n').every((part) => part.length <= 40)))
  })

  it('is refused for more text than a card takes', async () => {
    await assert.rejects(drawCard(cardSaying('en tablett '.repeat(10_000))), { code: 'TOO_COSTLY' })
  })

  it('is drawn as PDF/A in every language', async () => {
    for (const language of LANGUAGES) {
      const pdf = Buffer.from(await drawCard({ ...card, language })).toString('latin1')
      assert.ok(pdf.startsWith('%PDF-1.7'))
      assert.match(pdf, /<pdfaid:part>3<\/pdfaid:part>\s*<pdfaid:conformance>B</)
    }
  })
})

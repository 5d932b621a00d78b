import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import fc from 'fast-check'
import type { CatalogueItem } from '../../../mappings/fest/item.js'
import { M30_LIMITS, type M30Limits, openM30Stream } from '../../../mappings/fest/m30-stream.js'
import { m30, PRODUCTS } from '../../support/fest-fixtures.js'

const SAMPLE = '../shared/samples/eresept/fest/fest-m30-excerpt-2017-04.xml'

function read(pieces: readonly string[], limits?: M30Limits) {
  const stream = openM30Stream(limits)
  const items: CatalogueItem[] = pieces.flatMap((piece) => [...stream.write(piece)])
  stream.end()
  return { items, fetchedAt: stream.fetchedAt(), unread: stream.unread() }
}
const refused = (text: string, code: string, limits?: M30Limits) =>
  assert.throws(() => read([text], limits), { code })

describe('stream of M30', () => {
  it('gives brands, packages, substances, strengths, exchange groups and interactions', () => {
    const { items, fetchedAt, unread } = read([m30()])
    assert.equal(fetchedAt, '2026-10-01T04:00:00.000Z')
    assert.deepEqual(unread, { count: 0, places: [] })
    const count = (kind: string) => items.filter((item) => item.kind === kind).length
    assert.equal(count('brand'), PRODUCTS.length)
    assert.equal(count('package'), PRODUCTS.length)
    assert.equal(count('strength'), PRODUCTS.length)
    const pack = items.find((item) => item.kind === 'package')
    assert.deepEqual(pack, {
      kind: 'package',
      id: 'ID_PAKNING_ID_METO_DEPOT',
      itemNumber: '012345',
      name: 'Metoprolol depottab 50 mg',
      atc: 'C07AB02',
      form: { code: '25', display: 'Depottablett' },
      routes: [],
      withdrawn: false,
      brands: ['ID_METO_DEPOT'],
      exchangeGroups: [{ id: 'ID_BYTTE_METO', from: '2020-01-01' }],
      size: '100',
      unit: { code: 'stk' },
    })
    assert.deepEqual(
      items.find((item) => item.kind === 'interaction'),
      {
        kind: 'interaction',
        id: 'ID_INT_BLEEDING',
        relevance: '1',
        consequence: 'Økt blødningsrisiko.',
        groups: [['B01AA03'], ['P01AB01']],
      },
    )
  })

  it('reads the same however the text is cut into pieces', () => {
    const text = m30()
    const whole = read([text])
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 20 }), (cuts) => {
        const places = [0, ...cuts.sort((a, b) => a - b), text.length]
        const pieces = places.slice(1).map((end, index) => text.slice(places[index], end))
        assert.deepEqual(read(pieces), whole)
      }),
      { numRuns: 30 },
    )
  })

  it('names an entry that breaks the rules, and goes on', () => {
    const broken = '<OppfByttegruppe><Id>x</Id><Byttegruppe><Id>ID_X</Id></Byttegruppe></OppfByttegruppe>'
    const text = m30().replace('<KatByttegruppe>', `<KatByttegruppe>${broken}`)
    const { items, unread } = read([text])
    assert.deepEqual(unread, {
      count: 1,
      places: ['/FEST/KatByttegruppe/OppfByttegruppe[1]: Kode is missing'],
    })
    assert.equal(items.length, read([m30()]).items.length)
  })

  it('keeps that an entry has left the catalogue', () => {
    const text = m30().replace('<Status V="A" DN=""/>', '<Status V="U" DN=""/>')
    const [first] = read([text]).items
    assert.ok(first?.kind === 'brand' && first.withdrawn)
  })

  it('refuses what is no M30, not whole, or not safe', () => {
    refused('<MsgHead xmlns="http://www.kith.no/xmlstds/msghead/2006-05-24"/>', 'MESSAGE_TYPE_UNSUPPORTED')
    refused(m30().replace('</FEST>', ''), 'MESSAGE_UNREADABLE')
    refused(m30().replace(/<HentetDato>.*<\/HentetDato>/, ''), 'MESSAGE_UNREADABLE')
    refused(m30({ fetchedAt: 'i går' }), 'MESSAGE_UNREADABLE')
    refused(m30().replace('UTF-8', 'ISO-8859-1'), 'MESSAGE_UNREADABLE')
    refused(m30().replace('<FEST', '<!DOCTYPE FEST [<!ENTITY a "aaaa">]><FEST'), 'MESSAGE_UNREADABLE')
    refused(m30().replace('Metoprolol depottab', '&a; depottab'), 'MESSAGE_UNREADABLE')
  })

  it('has a limit on depth, entries, elements and text', () => {
    refused(m30({ more: '<a>'.repeat(40) + '</a>'.repeat(40) }), 'MESSAGE_TOO_LARGE')
    refused(m30(), 'MESSAGE_TOO_LARGE', { ...M30_LIMITS, entriesMax: 5 })
    refused(m30(), 'MESSAGE_TOO_LARGE', { ...M30_LIMITS, elementsPerEntryMax: 5 })
    refused(m30(), 'MESSAGE_TOO_LARGE', { ...M30_LIMITS, textCharactersMax: 10 })
  })

  it('reads the published excerpt whole', function () {
    if (!existsSync(SAMPLE)) this.skip()
    const { items, unread } = read([readFileSync(SAMPLE, 'utf8')])
    assert.equal(unread.count, 0)
    const count = (kind: string) => items.filter((item) => item.kind === kind).length
    assert.deepEqual(
      ['brand', 'package', 'substance', 'strength', 'substance-group', 'exchange-group', 'interaction'].map(
        count,
      ),
      [75, 107, 71, 55, 3, 16, 25],
    )
  })
})

/**
 * The medication card on paper: PDF/A-3b, of what the Bundle that is handed out with it says (medication-list.md 11). It
 * names list version and instant, and carries a code that tells whether it is still the newest.
 */
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { AllergyIntolerance } from 'fhir/r4.js'
import type { Content, TableCell, TDocumentDefinitions } from 'pdfmake/interfaces.js'
import { HubError } from '../core/errors.js'
import { localDateTime } from '../core/zone.js'
import { DOSAGE_WORDS } from '../medication-list/dosage/text-words.js'
import type { Language } from '../medication-list/dosage/units.js'
import type { Card } from '../medication-list/views/card.js'
import { notesOf } from '../medication-list/views/list-narrative.js'
import { PATIENT_WORDS, type PatientWords } from '../medication-list/views/patient-words.js'
import { GROUPS, type PlainRow, plainRows } from '../medication-list/views/plain-rows.js'

/** Of the text of a card: some forty pages. Drawing keeps the process from all else. */
const CARD_CHARS_MAX = 100_000

/**
 * @returns the bytes of the PDF
 * @throws HubError TOO_COSTLY when the list has more text than a card takes
 */
export async function drawCard(card: Card): Promise<Uint8Array> {
  const definition = cardDefinition(card)
  if (charsOf(definition.content) > CARD_CHARS_MAX)
    throw new HubError('TOO_COSTLY', 'the list has more text than a card takes: read it as a Bundle')
  // Loaded with the first card: fonts and layout are needed by few processes.
  const { default: pdfmake } = await import('pdfmake')
  pdfmake.setFonts({ Roboto: fontFiles() })
  // A card is made of its own text alone: nothing is fetched or read for it.
  pdfmake.setUrlAccessPolicy(() => false)
  pdfmake.setLocalAccessPolicy((path) => Object.values(fontFiles()).includes(path))
  return pdfmake.createPdf(definition).getBuffer()
}

function charsOf(content: unknown): number {
  if (typeof content === 'string') return content.length
  if (typeof content !== 'object' || content === null) return 0
  return Object.values(content).reduce<number>((sum, part) => sum + charsOf(part), 0)
}

/** Of one word; breaking a longer one where a line ends takes the drawing library time that grows with its square. */
const WORD_CHARS_MAX = 40
const LONG_WORD = new RegExp(`\\S{${WORD_CHARS_MAX}}(?=\\S)`, 'g')
const inLines = (text: string): string => text.replace(LONG_WORD, (part) => `${part}\n`)

/** Of one cell: far less than a page. A longer row goes on over pages, since what is kept together has to fit on one. */
const CELL_CHARS_MAX = 400
const CELL_PARTS_MAX = 20
const fitsOnPage = ({ how, mark, medicine, when, why }: PlainRow): boolean =>
  how.length <= CELL_PARTS_MAX &&
  [`${medicine}${mark}`, how.join(), why, when].every((text) => text.length <= CELL_CHARS_MAX)

function fontFiles(): { normal: string; bold: string; italics: string; bolditalics: string } {
  const folder = join(
    dirname(createRequire(import.meta.url).resolve('pdfmake/package.json')),
    'fonts',
    'Roboto',
  )
  return {
    normal: join(folder, 'Roboto-Regular.ttf'),
    bold: join(folder, 'Roboto-Medium.ttf'),
    italics: join(folder, 'Roboto-Italic.ttf'),
    bolditalics: join(folder, 'Roboto-MediumItalic.ttf'),
  }
}

/** What the card says, as the drawing library takes it. Pure. */
export function cardDefinition(card: Card): TDocumentDefinitions {
  const words = PATIENT_WORDS[card.language]
  const rows = plainRows(card.list, card.lines, card)
  const asOf = `${words.asOf} ${instantText(card)} · ${words.version} ${card.version}`
  return {
    version: '1.7',
    subset: 'PDF/A-3b',
    tagged: true,
    displayTitle: true,
    info: {
      title: words.title,
      creator: 'Stafett',
      creationDate: new Date(card.at),
      modDate: new Date(card.at),
    },
    pageSize: 'A4',
    pageMargins: [40, 40, 40, 50],
    defaultStyle: { font: 'Roboto', fontSize: 10 },
    styles: {
      group: { fontSize: 12, bold: true, margin: [0, 10, 0, 4] },
      head: { bold: true, fillColor: '#eeeeee' },
    },
    footer: (page: number, pages: number): Content => ({
      text: `${asOf} · ${page}/${pages}`,
      alignment: 'center',
      margin: [0, 15, 0, 0],
      fontSize: 8,
    }),
    content: [
      {
        columns: [
          [
            { text: words.title, fontSize: 18, bold: true },
            { text: inLines(personText(card)), fontSize: 12, margin: [0, 4, 0, 4] },
            { text: asOf },
            ...notesOf(card.list, rows.length, card).map((text) => ({ text: inLines(text), italics: true })),
          ],
          {
            width: 110,
            stack: [
              { qr: card.newestUrl, fit: 90, alignment: 'right' },
              { text: words.newest, fontSize: 7, alignment: 'right', margin: [0, 4, 0, 0] },
            ],
          },
        ],
      },
      ...allergyText(card.allergies, words),
      ...GROUPS.flatMap((group) => tableOf(group, rows, words)),
    ],
  }
}

function tableOf(group: PlainRow['group'], rows: readonly PlainRow[], words: PatientWords): Content[] {
  const own = rows.filter((row) => row.group === group)
  if (own.length === 0) return []
  const head = [words.medicine, words.how, words.why, words.when].map((text) => ({ text, style: 'head' }))
  const body = own.map(({ medicine, how, why, when, mark }): TableCell[] => [
    {
      stack: [
        { text: inLines(medicine), bold: true },
        ...(mark === '' ? [] : [{ text: inLines(mark), italics: true, fontSize: 8 }]),
      ],
    },
    { stack: how.map((text) => ({ text: inLines(text) })) },
    { text: inLines(why) },
    { text: inLines(when) },
  ])
  return [
    { text: words.groups[group], style: 'group' },
    {
      table: {
        headerRows: 1,
        dontBreakRows: own.every(fitsOnPage),
        widths: ['30%', '35%', '15%', '20%'],
        body: [head, ...body],
      },
      layout: 'lightHorizontalLines',
    },
  ]
}

function allergyText(allergies: readonly AllergyIntolerance[], words: PatientWords): Content[] {
  const named = allergies
    .filter(isHeld)
    .map(({ code }) => code?.text ?? code?.coding?.[0]?.display ?? code?.coding?.[0]?.code)
  const told = named.filter((name) => name !== undefined)
  return told.length === 0
    ? []
    : [{ text: inLines(`${words.allergies}: ${told.join(', ')}`), bold: true, margin: [0, 8, 0, 0] }]
}

/** Neither refuted nor over. */
const isHeld = ({ clinicalStatus, verificationStatus }: AllergyIntolerance): boolean =>
  !['refuted', 'entered-in-error'].includes(verificationStatus?.coding?.[0]?.code ?? '') &&
  !['inactive', 'resolved'].includes(clinicalStatus?.coding?.[0]?.code ?? '')

function personText({ patient, language }: Card): string {
  const name = patient.name?.[0]
  const called =
    name?.text ?? [...(name?.given ?? []), name?.family].filter((part) => part !== undefined).join(' ')
  const born = patient.birthDate === undefined ? '' : `* ${bornText(patient.birthDate, language)}`
  return [called, born].filter((part) => part !== '').join('   ')
}

/** A birth date may be a year or a month alone. */
const bornText = (date: string, language: Language): string =>
  date.length === 10 ? DOSAGE_WORDS[language].date(date) : date

function instantText({ at, language, zone }: Card): string {
  const { date, time } = localDateTime(Date.parse(at), zone)
  const words = DOSAGE_WORDS[language]
  return `${words.date(date)} ${words.clock(time.slice(0, 5))}`
}

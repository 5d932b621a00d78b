/** Communication (question and its answer) → Sporsmal with Svar of a list entry (eresept.md 7, 11.5). */
import type { Communication } from 'fhir/r4.js'
import { node, type XmlNode } from '../xml-write.js'
import { lacks, type Sheet } from './sheet.js'
import { cv, text } from './values.js'

export interface Question {
  readonly asked: Communication
  readonly answer?: Communication
}

/** Volven 7493: an answer to another question is its remark. */
const OTHER_ANSWER = '7'

export function questionNode(sheet: Sheet, { answer, asked }: Question, at: string): XmlNode {
  return node('Sporsmal', [
    cv('Kode', asked.reasonCode?.[0], 7495) ??
      lacks(sheet, `${at}.Communication.reasonCode`, 'the kind of question is missing'),
    text('Merknad', asked.payload?.[0]?.contentString),
    text('Tidspunkt', asked.sent) ??
      lacks(sheet, `${at}.Communication.sent`, 'the time of the question is missing'),
    text('Stiller', asked.sender?.identifier?.value) ??
      lacks(sheet, `${at}.Communication.sender`, 'the HER-id of who asks is missing'),
    text('Mottaker', asked.recipient?.[0]?.identifier?.value),
    answer && answerNode(sheet, answer, at),
  ])
}

function answerNode(sheet: Sheet, answer: Communication, at: string): XmlNode {
  const [kind] = answer.reasonCode ?? []
  const remark = answer.payload?.[0]?.contentString
  if (kind?.coding?.[0]?.code === OTHER_ANSWER && remark === undefined)
    lacks(sheet, `${at}.Communication.payload`, 'this kind of answer needs its words')
  return node('Svar', [
    cv('Kode', kind, 7493) ?? lacks(sheet, `${at}.Communication.reasonCode`, 'the kind of answer is missing'),
    text('Merknad', remark),
  ])
}

import { m1, m5 } from '../tests/support/kith-fixtures.js'
import { acceptance, attestation, reconciliation } from './demo-acts.js'
import {
  type DemoMessage,
  type DemoSlot,
  type DemoStep,
  eresept,
  hl7v2,
  type Story,
  sachetNotGiven,
  sachetTaken,
  written,
} from './demo-messages.js'

import {
  calendar,
  dispenser,
  FIRST_ROLL,
  hospitalOrder,
  loaded,
  MEDICINES,
  medicine,
  medicinesInUse,
  type Roll,
  rollOf,
  SECOND_ROLL,
} from './demo-parties.js'

export function demoSteps(story: Story): readonly DemoStep[] {
  const { instant, moment } = story
  return [
    {
      title: {
        nb: 'fastlegen forskriver tre legemidler (M1)',
        en: 'the GP prescribes three medicines (M1)',
      },
      messages: MEDICINES.map((name, index) =>
        eresept(
          `M1 ${name}`,
          instant(0, `09:0${index}`),
          m1({
            msgId: story.id(`rx ${name}`),
            genDate: moment(0, `09:0${index}`),
            prescribed: story.date(0),
            expires: story.date(300),
            medicine: medicine(story, name),
          }),
        ),
      ),
    },
    {
      title: {
        nb: 'og sender legemidler i bruk som multidoselege (M25.1)',
        en: 'and sends the medicines in use as multidose doctor (M25.1)',
      },
      messages: [
        eresept('M25.1', instant(0, '10:00'), medicinesInUse(story, 'list 1', 0, '10:00', undefined)),
      ],
    },
    {
      title: {
        nb: 'apoteket pakker to uker, hjemmetjenesten setter rullen i dispenseren',
        en: 'the pharmacy packs two weeks, home care puts the roll into the dispenser',
      },
      messages: [
        written('pakkekalender', instant(1, '08:00'), calendar(story)),
        eresept('M25.3', instant(2, '10:00'), rollOf(story, FIRST_ROLL, 'pack 1', 2, MEDICINES)),
        ...dispenser(story),
        loaded(story, FIRST_ROLL, 3),
      ],
    },
    {
      title: {
        nb: 'sju dager: dispenseren gir posene, én blir ikke tatt',
        en: 'seven days: the dispenser gives the sachets, one is not taken',
      },
      messages: doses(story, FIRST_ROLL, 4, 10, { day: 8, slot: 'evening' }),
    },
    {
      title: {
        nb: 'sykehuset bestiller metoprolol i en annen styrke (RDE^O11)',
        en: 'the hospital orders metoprolol of another strength (RDE^O11)',
      },
      messages: [hl7v2('RDE^O11', instant(11, '13:00'), hospitalOrder(story, 'NW', 11, '13:00'))],
    },
    {
      title: {
        nb: 'sykehuset trekker bestillingen tilbake, og fastlegen tar stilling til hele listen ($reconcile)',
        en: 'the hospital withdraws the order, and the GP decides on the whole list ($reconcile)',
      },
      messages: [
        ...doses(story, FIRST_ROLL, 11, 11, undefined),
        hl7v2('RDE^O11', instant(12, '09:00'), hospitalOrder(story, 'CA', 12, '09:00')),
        reconciliation(story, 12, '09:30'),
      ],
    },
    {
      title: {
        nb: 'fastlegen seponerer levotyroksin midt i rullen (M5 og M25.1)',
        en: 'the GP stops levothyroxine in the middle of the roll (M5 and M25.1)',
      },
      messages: [
        ...doses(story, FIRST_ROLL, 12, 12, undefined),
        eresept(
          'M5',
          instant(13, '14:01'),
          m5({
            msgId: story.id('recall'),
            genDate: moment(13, '14:01'),
            prescriptionId: story.id('rx levotyroksin'),
            reason: '2',
          }),
        ),
        eresept(
          'M25.1',
          instant(13, '14:02'),
          medicinesInUse(story, 'list 2', 13, '14:02', moment(13, '14:00')),
        ),
      ],
    },
    {
      title: {
        nb: 'posene ligger der ennå: tabletten blir tatt neste morgen',
        en: 'the sachets are still there: the tablet is taken the next morning',
      },
      messages: doses(story, FIRST_ROLL, 13, 14, undefined),
    },
    {
      title: {
        nb: 'neste rulle kommer, uten levotyroksin, men med dobbelt metformin',
        en: 'the next roll comes, without levothyroxine, but with twice the metformin',
      },
      messages: [
        eresept(
          'M25.3',
          instant(15, '10:00'),
          rollOf(story, SECOND_ROLL, 'pack 2', 15, ['metoprolol', 'metformin'], '2'),
        ),
      ],
    },
    {
      title: { nb: 'apoteket pakker om (M25.3)', en: 'the pharmacy packs anew (M25.3)' },
      messages: [
        ...doses(story, FIRST_ROLL, 15, 15, undefined),
        ...doses(story, FIRST_ROLL, 16, 16, undefined).slice(0, 1),
        eresept(
          'M25.3',
          instant(16, '11:00'),
          rollOf(story, SECOND_ROLL, 'pack 3', 16, ['metoprolol', 'metformin']),
        ),
        ...doses(story, FIRST_ROLL, 16, 16, undefined).slice(1),
        ...doses(story, FIRST_ROLL, 17, 17, undefined),
        loaded(story, SECOND_ROLL, 17),
      ],
    },
    {
      title: { nb: 'to uker uten avvik', en: 'two weeks without anything amiss' },
      messages: doses(story, SECOND_ROLL, 18, 29, undefined),
    },
    {
      title: {
        nb: 'fastlegen tar stilling til det som står igjen og går god for listen ($decide-issue, $attest)',
        en: 'the GP decides on what is left and attests the list ($decide-issue, $attest)',
      },
      messages: [
        ...doses(story, SECOND_ROLL, 30, 30, undefined).slice(0, 1),
        acceptance(story, 30, '10:00'),
        attestation(story, 30, '10:05'),
        ...doses(story, SECOND_ROLL, 30, 30, undefined).slice(1),
      ],
    },
  ]
}

function doses(
  story: Story,
  roll: Roll,
  from: number,
  to: number,
  missed: { readonly day: number; readonly slot: DemoSlot } | undefined,
): DemoMessage[] {
  const messages: DemoMessage[] = []
  for (let day = from; day <= to; day += 1)
    for (const slot of ['morning', 'evening'] as const) {
      const dose = { day, slot, roll: roll.id }
      const isMissed = missed?.day === day && missed.slot === slot
      messages.push(isMissed ? sachetNotGiven(story, dose) : sachetTaken(story, dose))
    }
  return messages
}

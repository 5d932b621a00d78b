/** Dosage by a chart kept elsewhere (warfarin, insulin): coded, with a pointer (medication-list.md 12.1, 12.2). */
import type { Dosage } from 'fhir/r4.js'
import { extensionUrl } from '../../core/canonical.js'

export interface ChartPointer {
  /** Code of `dose-chart`. */
  readonly code: string
  /** Where the chart is kept, in the source's words. */
  readonly place: string | undefined
  readonly reference: string | undefined
}

export function chartOf(dosages: readonly Dosage[]): ChartPointer | undefined {
  const [stated] = dosages.flatMap(({ extension }) =>
    (extension ?? []).filter(({ url }) => url === extensionUrl('dose-chart')),
  )
  const part = (name: string) => stated?.extension?.find(({ url }) => url === name)
  const code = part('code')?.valueCode
  if (code === undefined) return undefined
  const pointer = part('pointer')?.valueReference
  return { code, place: pointer?.display, reference: pointer?.reference ?? pointer?.identifier?.value }
}

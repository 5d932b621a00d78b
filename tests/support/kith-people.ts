/** Synthetic people and organisations for e-prescription fixtures: birth month + 80, right check digits. */

export interface PersonFixture {
  readonly idType: string
  readonly id: string
  readonly given: string
  readonly middle?: string
  readonly family: string
  /** Volven 3101. */
  readonly sex?: string
  /** xs:date. */
  readonly birthDate?: string
}
export interface OrganisationFixture {
  readonly name: string
  readonly her: string
  readonly enh?: string
  /** Pharmacy licence number. */
  readonly ako?: string
  readonly department?: { readonly name: string; readonly her: string }
}
export interface DoctorFixture {
  readonly hpr: string
  readonly given: string
  readonly family: string
  readonly organisation: OrganisationFixture
}

/**
 * A national number with the month moved by 80 and valid check digits. `serial` chooses among those that exist.
 * @param kind D-numbers have 40 added to the day
 */
export function syntheticNumber(birthDate: string, serial: number, kind: 'FNR' | 'DNR' = 'FNR'): string {
  const day = Number(birthDate.slice(8, 10)) + (kind === 'DNR' ? 40 : 0)
  const month = Number(birthDate.slice(5, 7)) + 80
  const two = (n: number): string => String(n).padStart(2, '0')
  const start = two(day) + two(month) + birthDate.slice(2, 4)
  let found = 0
  for (let individual = 0; individual < 1000; individual += 1) {
    const number = withCheckDigits(start + String(individual).padStart(3, '0'))
    if (number === undefined) continue
    if (found === serial) return number
    found += 1
  }
  throw new RangeError('no such synthetic number')
}

function withCheckDigits(nine: string): string | undefined {
  const first = checkDigit(nine, [3, 7, 6, 1, 8, 9, 4, 5, 2])
  const second = first === undefined ? undefined : checkDigit(nine + first, [5, 4, 3, 2, 7, 6, 5, 4, 3, 2])
  return second === undefined ? undefined : nine + first + second
}

function checkDigit(digits: string, weights: readonly number[]): string | undefined {
  const sum = weights.reduce((total, weight, at) => total + weight * Number(digits[at]), 0)
  const digit = (11 - (sum % 11)) % 11
  return digit === 10 ? undefined : String(digit)
}

export const person = (
  given: string,
  family: string,
  birthDate: string,
  serial = 7,
  sex = '2',
): PersonFixture => ({ idType: 'FNR', id: syntheticNumber(birthDate, serial), given, family, sex })

export const inger = person('Inger', 'Prøve', '1943-05-17')
export const torstein = person('Torstein', 'Fjelltest', '1951-11-02', 3, '1')
/** Has a D-number. */
export const liis: PersonFixture = {
  idType: 'FNR',
  id: syntheticNumber('1988-02-09', 5, 'DNR'),
  given: 'Liis',
  middle: 'Mari',
  family: 'Näidis',
  sex: '2',
  birthDate: '1988-02-09',
}

export const fastlegekontor: OrganisationFixture = {
  name: 'Prøvebakken legekontor',
  her: '8900001',
  enh: '999000101',
}
export const sykehus: OrganisationFixture = {
  name: 'Testfjord sykehus',
  her: '8900002',
  enh: '999000202',
  department: { name: 'Medisinsk avdeling', her: '8900022' },
}
export const apotek: OrganisationFixture = {
  name: 'Prøvetorget apotek',
  her: '8900003',
  enh: '999000303',
  ako: '9901',
}
export const hub: OrganisationFixture = { name: 'Regionens knutepunkt', her: '8900099', enh: '999000999' }

export const fastlege: DoctorFixture = {
  hpr: '009900017',
  given: 'Solveig',
  family: 'Fastlegesen',
  organisation: fastlegekontor,
}
export const sykehuslege: DoctorFixture = {
  hpr: '9900025',
  given: 'Jonas',
  family: 'Vakthavende',
  organisation: sykehus,
}

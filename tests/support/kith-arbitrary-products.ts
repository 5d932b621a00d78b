/** Generated products of every kind of a Forskrivning, with all that the format has room for, as XML. */
import fc from 'fast-check'
import { escapeXml, tag } from './kith-prescribed.js'

const OID = '2.16.578.1.12.4.1.1.'
const cv = (name: string, v: string, dn: string, list: number): string =>
  `<${name} V="${v}" S="${OID}${list}" DN="${escapeXml(dn)}"/>`
const id = fc.uuid({ version: 4 }).map((uuid) => `ID_${uuid.toUpperCase()}`)
const name = fc.constantFrom(
  'Prøvufen Tab 400 mg',
  'Testamin <depot> 5 mg',
  'Æøamid Mikst 2,5 mg/ml',
  '"Sitat" 1 %',
)
/** Either the element or nothing. */
const maybe = (xml: fc.Arbitrary<string>): fc.Arbitrary<string> => fc.oneof(fc.constant(''), xml)
const sequence = (...parts: fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(...parts).map((made) => made.join(''))
const element = (local: string, inner: fc.Arbitrary<string>): fc.Arbitrary<string> =>
  inner.map((xml) => `<${local}>${xml}</${local}>`)
const flag = (local: string): fc.Arbitrary<string> => fc.boolean().map((value) => tag(local, String(value)))
const amount = (local: string): fc.Arbitrary<string> =>
  fc
    .tuple(fc.constantFrom('1', '0.25', '12.5', '400'), fc.constantFrom('mg', 'ml', 'stk'))
    .map(([v, u]) => `<${local} V="${v}" U="${u}"/>`)

const administration = element(
  'AdministreringLegemiddel',
  sequence(
    maybe(flag('Blandingsveske')),
    fc.constant(cv('Administrasjonsvei', '53', 'Oral bruk', 7477)),
    maybe(fc.constantFrom('<KanKnuses V="1" DN="Ja"/>', '<KanKnuses V="2" DN="Nei"/>')),
    maybe(fc.constant(cv('EnhetDosering', '3', 'tablett', 7480))),
    maybe(fc.constant(cv('BruksomradeEtikett', '12', 'MOT PRØVE', 7488))),
  ),
)
const common = sequence(
  maybe(fc.constant(cv('Atc', 'C07AB02', 'Metoprolol', 7180))),
  name.map((text) => tag('NavnFormStyrke', text)),
  fc
    .constantFrom('A', 'B', 'C', 'CF')
    .map((group) => `<Reseptgruppe V="${group}" DN="Reseptgruppe ${group}"/>`),
  maybe(fc.constant(cv('LegemiddelformKort', '53', 'Tablett', 7448))),
  maybe(id.map((value) => tag('RefVilkar', value))),
  maybe(fc.constant('<Preparattype V="10" DN="Magistrell"/>')),
  maybe(flag('Opioidsoknad')),
  maybe(
    id.map(
      (value) =>
        `<Refusjon>${tag('RefRefusjonsgruppe', value)}${tag('GyldigFraDato', '2023-05-06')}</Refusjon>`,
    ),
  ),
  maybe(
    id.map(
      (value) =>
        `<PakningByttegruppe>${tag('RefByttegruppe', value)}${tag('GyldigFraDato', '2023-05-06')}</PakningByttegruppe>`,
    ),
  ),
  maybe(administration),
)
const strengths = fc
  .array(id, { maxLength: 2 })
  .map((ids) =>
    ids
      .map(
        (value, index) =>
          `<SortertVirkestoffMedStyrke>${tag('Sortering', String(index + 1))}${tag('RefVirkestoffMedStyrke', value)}</SortertVirkestoffMedStyrke>`,
      )
      .join(''),
  )
const brand = element(
  'LegemiddelMerkevare',
  sequence(
    common,
    maybe(id.map((value) => tag('Id', value))),
    fc.constant(tag('Varenavn', 'Prøvufen')),
    maybe(fc.constant(tag('LegemiddelformLang', 'Tablett, filmdrasjert'))),
    strengths,
    maybe(fc.constant('<Smak V="4" DN="Jordbær"/>')),
    maybe(id.map((value) => tag('Refvirkestoff', value))),
    maybe(
      fc.constant(
        '<ProduktInfo><Varseltrekant>true</Varseltrekant><Produsent>Prøvefabrikken</Produsent></ProduktInfo>',
      ),
    ),
    maybe(
      fc.constant(
        '<Hjelpestoff><Navn>Laktose</Navn></Hjelpestoff><Hjelpestoff><Navn>Mais</Navn></Hjelpestoff>',
      ),
    ),
  ),
)
const packaged = element(
  'Legemiddelpakning',
  sequence(
    common,
    maybe(id.map((value) => tag('Id', value))),
    fc.constantFrom('004711', '123456').map((number) => tag('Varenr', number)),
    maybe(fc.constant(tag('Ean', '07046260000001'))),
    maybe(flag('IkkeKonservering')),
    maybe(fc.constant('<Oppbevaring V="1" DN="Kjøleskap"/>')),
    maybe(
      fc.constant(
        `<Pakningsinfo>${tag('RefLegemiddelMerkevare', 'ID_BRAND')}${tag('Pakningsstr', '2 x 7')}${cv('EnhetPakning', 'stk', 'stykk', 7452)}` +
          `${cv('Pakningstype', '3', 'Blister', 7449)}${tag('Antall', '14')}${tag('Mengde', '14')}` +
          '<DDD V="150" U="mg"/></Pakningsinfo>',
      ),
    ),
    fc.constant(
      `<PakningsinfoResept>${tag('Varenavn', 'Prøvufen')}${tag('Pakningsstr', '2 x 7')}${cv('EnhetPakning', 'stk', 'stykk', 7452)}</PakningsinfoResept>`,
    ),
  ),
)
const substance = element(
  'LegemiddelVirkestoff',
  sequence(
    common,
    id.map((value) => tag('Id', value)),
    strengths,
  ),
)
const doseUnit = element(
  'Legemiddeldose',
  sequence(
    common,
    id.map((value) => tag('Id', value)),
    maybe(fc.constant(tag('LmrLopenr', '1234567'))),
    amount('Mengde'),
    maybe(fc.constant(cv('Pakningstype', '3', 'Endose', 7449))),
    id.map((value) => tag('RefLegemiddelMerkevare', value)),
    id.map((value) => tag('RefPakning', value)),
    maybe(
      fc.constant(
        `<Pakningskomponent>${cv('Pakningstype', '3', 'Endose', 7449)}<Mengde V="1" U="stk"/>${tag('Antall', '1')}</Pakningskomponent>`,
      ),
    ),
  ),
)
const content = fc.oneof(
  element('MengdeBestanddel', amount('Mengde')),
  fc.constantFrom(
    '<Utblanding><Adqs V="ad" DN="ad"/></Utblanding>',
    '<Utblanding><Adqs V="qs" DN="qs"/></Utblanding>',
  ),
)
const strength = element('Styrke', sequence(amount('Teller'), maybe(amount('Nevner'))))
/** A magistral medicine. */
const mixture = element(
  'Legemiddelblanding',
  sequence(
    fc.constant(tag('Navn', 'Prøvekrem <magistrell>')),
    fc.constantFrom(tag('TilbOppl', 'Røres til det løses'), '<TilbOppl/>'),
    amount('Mengde'),
    fc.constant(cv('Legemiddelform', '27', 'Krem', 7448)),
    fc
      .array(element('BestanddelLegemiddel', sequence(fc.oneof(brand, packaged, substance), content)), {
        maxLength: 2,
      })
      .map((parts) => parts.join('')),
    maybe(
      element(
        'BestanddelAnnet',
        sequence(fc.constant(tag('NavnFormStyrke', 'Vaselin')), fc.oneof(content, strength)),
      ),
    ),
    maybe(
      element(
        'BestanddelVirkestoff',
        sequence(
          id.map((value) => `<Virkestoff>${tag('Id', value)}${tag('Navn', 'Prøvamin')}</Virkestoff>`),
          fc.oneof(strength, element('MengdeBestanddel', amount('Mengde'))),
        ),
      ),
    ),
  ),
)

/** One Legemiddel… element. */
export const productXml: fc.Arbitrary<string> = fc.oneof(brand, packaged, substance, doseUnit, mixture)

const FS = 'http://www.kith.no/xmlstds/eresept/forskrivning/2013-10-08'
const goods = fc.oneof(
  fc.constant(
    `<Brystprotese xmlns="${FS}">${tag('Nr', '900001')}${tag('Navn', 'Prøveprotese')}</Brystprotese>`,
  ),
  fc.constant(
    `<Naringsmiddel xmlns="${FS}">${tag('Nr', '900002')}${tag('Navn', 'Prøvedrikk')}` +
      `<ProduktInfoVare>${tag('ProduktNr', 'P-7')}${tag('Volum', '200 ml')}${cv('EnhetStorrelse', 'ml', 'milliliter', 7452)}` +
      `${tag('AntPerPakning', '24')}${tag('TillattMerMakspris', 'false')}</ProduktInfoVare>` +
      `<Leverandor>${tag('Navn', 'Prøveleverandøren')}${tag('Adresse', 'Prøveveien 3')}${tag('Telefon', '00000001')}</Leverandor>` +
      `<StyrkeFormStoff>${tag('Styrke', '1,5 kcal/ml')}${tag('Form', 'Mikst')}${tag('Stoff', 'Soya')}</StyrkeFormStoff></Naringsmiddel>`,
  ),
  fc.constant(
    `<MedForbMatr xmlns="${FS}">${tag('Nr', '900003')}${tag('Navn', 'Prøvekateter')}` +
      `<BestanddelMatr>${tag('Navn', 'Slange')}${tag('Materiale', 'Silikon')}</BestanddelMatr></MedForbMatr>`,
  ),
)
/** ReseptDokHandelsvare. */
export const merchandiseXml: fc.Arbitrary<string> = fc
  .tuple(
    maybe(fc.constant(tag('Antall', '2'))),
    maybe(fc.constant(tag('Merknad', 'Ring ved spørsmål'))),
    maybe(fc.constant(cv('RefHjemmel', '506', '§ 5-14 § 6', 7427))),
    maybe(fc.constant(tag('Bruksveiledning', 'Skiftes daglig'))),
    maybe(fc.constant(cv('ProdGruppe', '5', 'Inkontinens', 7403))),
    maybe(goods),
  )
  .map(
    (parts) =>
      `<ReseptDokHandelsvare xmlns="http://www.kith.no/xmlstds/eresept/m1/2013-10-08"><Varegruppekode V="A" DN="Annet"/>${parts.join('')}</ReseptDokHandelsvare>`,
  )

/** Structural rules of M1 and of the prescription part that M10 and M25 share with it (eresept.md 4). */
import { NS } from './namespaces.js'
import { choice, many, maybe, one, opt, type Part, shape, some } from './shape.js'

const FS = NS.forskrivning

export const FK1_IDENT = shape(NS.fk1, [one('Id', 'string'), one('TypeId', 'CV')])
export const organisasjonShape = (ns: string) =>
  shape(ns, [
    one('HerId', FK1_IDENT),
    opt('Inst', 'string'),
    opt('Dept', 'string'),
    opt('InstitusjonsID', 'CV'),
  ])
export const helsepersonShape = (ns: string) =>
  shape(ns, [
    one('HprId', FK1_IDENT),
    opt('Fornavn', 'string'),
    opt('Etternavn', 'string'),
    opt('Spesialitet', 'CV'),
  ])

const legemiddel: readonly Part[] = [
  opt('Atc', 'CV'),
  one('NavnFormStyrke', 'text'),
  one('Reseptgruppe', 'CS'),
  opt('LegemiddelformKort', 'CV'),
  many('RefVilkar', 'string'),
  opt('Preparattype', 'CS'),
  opt('TypeSoknadSlv', 'CS'),
  opt('Opioidsoknad', 'boolean'),
  many('Refusjon', 'any'),
  opt('PakningByttegruppe', 'any'),
  opt('AdministreringLegemiddel', 'any'),
]
const VIRKESTOFF_MED_STYRKE = shape(FS, [one('Sortering', 'int'), one('RefVirkestoffMedStyrke', 'text')])
const MERKEVARE = shape(FS, [
  ...legemiddel,
  opt('Id', 'string'),
  one('Varenavn', 'text'),
  opt('LegemiddelformLang', 'string'),
  many('SortertVirkestoffMedStyrke', VIRKESTOFF_MED_STYRKE),
  opt('Smak', 'CS'),
  many('Refvirkestoff', 'string'),
  opt('ProduktInfo', 'any'),
  many('Reseptgyldighet', 'any'),
  many('Hjelpestoff', 'any'),
  many('Preparatomtaleavsnitt', 'any'),
])
const PAKNINGSINFO_RESEPT = shape(FS, [
  one('Varenavn', 'string'),
  one('Pakningsstr', 'string'),
  one('EnhetPakning', 'CV'),
])
const PAKNING = shape(FS, [
  ...legemiddel,
  opt('Id', 'string'),
  one('Varenr', 'text'),
  opt('Ean', 'string'),
  opt('IkkeKonservering', 'boolean'),
  opt('Oppbevaring', 'CS'),
  many('Pakningsinfo', 'any'),
  many('PakningsinfoResept', PAKNINGSINFO_RESEPT),
  many('PrisVare', 'any'),
  opt('Markedsforingsinfo', 'any'),
  many('Preparatomtaleavsnitt', 'any'),
])
const VIRKESTOFF = shape(FS, [
  ...legemiddel,
  one('Id', 'text'),
  many('SortertVirkestoffMedStyrke', VIRKESTOFF_MED_STYRKE),
])
const DOSE = shape(FS, [
  ...legemiddel,
  one('Id', 'text'),
  opt('LmrLopenr', 'string'),
  one('Mengde', 'PQ'),
  opt('Pakningstype', 'CV'),
  one('RefLegemiddelMerkevare', 'text'),
  some('RefPakning', 'text'),
  many('Pakningskomponent', 'any'),
])
const STYRKE = shape(FS, [one('Teller', 'PQ'), opt('Nevner', 'PQ')])
const UTBLANDING = shape(FS, [one('Adqs', 'CS')])
const MENGDE_BESTANDDEL = shape(FS, [one('Mengde', 'PQ')])
const BLANDING = shape(FS, [
  one('Navn', 'text'),
  one('TilbOppl', 'string'),
  one('Mengde', 'PQ'),
  one('Legemiddelform', 'CV'),
  many(
    'BestanddelLegemiddel',
    shape(FS, [
      choice(
        one('LegemiddelMerkevare', MERKEVARE),
        one('Legemiddelpakning', PAKNING),
        one('LegemiddelVirkestoff', VIRKESTOFF),
      ),
      choice(one('Utblanding', UTBLANDING), one('MengdeBestanddel', MENGDE_BESTANDDEL)),
    ]),
  ),
  many(
    'BestanddelAnnet',
    shape(FS, [
      one('NavnFormStyrke', 'text'),
      choice(
        one('Utblanding', UTBLANDING),
        one('MengdeBestanddel', MENGDE_BESTANDDEL),
        one('Styrke', STYRKE),
      ),
    ]),
  ),
  many(
    'BestanddelVirkestoff',
    shape(FS, [
      one('Virkestoff', shape(FS, [one('Id', 'text'), one('Navn', 'text'), many('RefVirkestoff', 'string')])),
      choice(one('Styrke', STYRKE), one('MengdeBestanddel', MENGDE_BESTANDDEL)),
    ]),
  ),
])

const dose: readonly Part[] = [
  one('Mengde', 'PQ'),
  opt('Intervall', 'PQ'),
  opt('Infusjonshastighet', shape(FS, [one('Volum', 'PQ'), one('Tidsenhet', 'CS')])),
]
const FAST_TIDSPUNKT = shape(FS, [
  ...dose,
  opt('Klokkeslett', 'time'),
  opt('Tidsomrade', 'CS'),
  one('GisEksakt', 'boolean'),
  opt('FastDose', shape(FS, [many('FasteUkedager', 'CS'), opt('DagerPa', 'int'), opt('DagerAv', 'int')])),
])
const ETTER_BEHOV = shape(FS, [
  ...dose,
  one('DoseDognMaks', 'PQ'),
  one('DoseTidsromMaks', 'PQ'),
  one('Tidsrom', 'PQ'),
  one('DoseIntervallMin', 'PQ'),
])
const DOSERING = shape(FS, [
  opt('Starttidspunkt', 'TS'),
  opt('Sluttidspunkt', 'TS'),
  opt('Doseringsregel', shape(FS, [one('DoseresEtter', 'CS'), opt('Merknad', 'string')])),
  choice(some('DoseFastTidspunkt', FAST_TIDSPUNKT), some('DoseEtterBehov', ETTER_BEHOV)),
])
const FORSKRIVNING = shape(FS, [
  opt('Bruksomrade', 'string'),
  opt('DosVeiledEnkel', 'string'),
  opt('IngenKombinasjon', 'boolean'),
  opt('Bruk', 'CS'),
  opt('Kortdose', 'CV'),
  opt(
    'AdministreringForskrivning',
    shape(FS, [
      one('AdmVed', 'CS'),
      one('AdmMate', 'CS'),
      opt('AdmEtterSkjema', 'boolean'),
      opt('AdmSkjema', 'string'),
    ]),
  ),
  many('Dosering', DOSERING),
  choice(
    one('LegemiddelMerkevare', MERKEVARE),
    one('Legemiddelpakning', PAKNING),
    one('LegemiddelVirkestoff', VIRKESTOFF),
    one('Legemiddelblanding', BLANDING),
    one('Legemiddeldose', DOSE),
  ),
])

const reseptDok: readonly Part[] = [
  one('Varegruppekode', 'CS'),
  opt('Antall', 'decimal'),
  opt('Merknad', 'string'),
  opt('RefHjemmel', 'CV'),
]
export const RESEPT_DOK_LEGEMIDDEL = shape(NS.m1, [
  ...reseptDok,
  opt('KomLegemdlAdm', 'string'),
  opt('RefKode', 'CV'),
  one('Reiterasjon', 'int'),
  opt('BytteresRekvirent', 'CS'),
  opt('Mengde', 'PQ'),
  opt(
    'LegemiddelUtenMt',
    shape(NS.m1, [
      one('Begrunnelse', 'string'),
      one('Produsent', 'string'),
      one('DirektesoknadSlv', 'boolean'),
    ]),
  ),
  one('Forskrivning', FORSKRIVNING, FS),
])
const VARE = [
  one('Nr', 'string'),
  one('Navn', 'string'),
  opt('ProduktInfoVare', 'any'),
  opt('Leverandor', 'any'),
  many('PrisVare', 'any'),
  opt('Refusjon', 'any'),
] as const
export const RESEPT_DOK_HANDELSVARE = shape(NS.m1, [
  ...reseptDok,
  opt('Bruksveiledning', 'string'),
  opt('ProdGruppe', 'CV'),
  maybe(
    one('Brystprotese', shape(FS, VARE), FS),
    one('Naringsmiddel', shape(FS, [...VARE, opt('StyrkeFormStoff', 'any')]), FS),
    one('MedForbMatr', shape(FS, [...VARE, many('BestanddelMatr', 'any')]), FS),
  ),
])

export const FK1_ADDRESS = shape(NS.fk1, [
  opt('Type', 'CS'),
  opt('StreetAdr', 'string'),
  opt('PostalCode', 'string'),
  opt('City', 'string'),
  opt('Postbox', 'string'),
  opt('County', 'CS'),
  opt('Country', 'CS'),
])
export const EKSP_ANM = shape(NS.m1, [
  one('Vilkar', 'boolean'),
  one('MetodeEkspedering', 'CS'),
  one('Utleverer', 'string'),
  one('Kontaktperson', 'string'),
  opt('Adresse', FK1_ADDRESS),
  opt('Merknad', 'string'),
  one('OrgNrUtleverer', 'string'),
  one('UtlevererNavn', 'string'),
])
export const RESEPT = shape(NS.m1, [
  one('Forskrivningsdato', 'ownDate'),
  one('Utloper', 'date'),
  opt('Vernepliktig', 'boolean'),
  opt('SoktIndividRefusjon', 'boolean'),
  opt('Frikort', 'boolean'),
  opt('Vergeinnsynsreservasjon', 'boolean'),
  opt('TilEgenPraksis', 'boolean'),
  opt('RekvLegensNavn', 'boolean'),
  opt('RefNr', 'string'),
  opt('Spesialitet', 'CV'),
  choice(
    one('ReseptDokLegemiddel', RESEPT_DOK_LEGEMIDDEL),
    one('ReseptDokHandelsvare', RESEPT_DOK_HANDELSVARE),
  ),
  opt(
    'Instituert',
    shape(NS.m1, [
      opt('Organisasjon', organisasjonShape(NS.m1)),
      opt('Helseperson', helsepersonShape(NS.m1)),
    ]),
  ),
  opt('EkspAnm', EKSP_ANM),
  opt(
    'Utlending',
    shape(NS.m1, [
      opt('ArbeidstakerNorge', 'boolean'),
      opt('Konvensjonsland', 'CS'),
      opt(
        'EEA',
        shape(NS.m1, [
          one('EEADok', 'CS'),
          opt('EEACardId', 'string'),
          opt('EEAId', 'string'),
          opt('EEATrygdekontorNavn', 'string'),
          opt('EEATrygdekontorNr', 'string'),
          opt('EEAGyldighetFra', 'date'),
          opt('EEAGyldighet', 'date'),
        ]),
      ),
    ]),
  ),
  one('OppdatertFest', 'dateTime'),
  opt('TidligsteUtlevering', 'date'),
  opt('UtskrevetSykehus', 'boolean'),
  opt('LastResept', 'boolean'),
])

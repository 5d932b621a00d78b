/** The hub's own extensions that KITH messages fill, one URL each (eresept.md 11). */
import { extensionUrl } from '../../src/core/canonical.js'

export const EXT = {
  // Both as sent and as compared (numbers with leading zeros).
  originalText: extensionUrl('original-text'),
  statusDate: extensionUrl('status-date'),

  // Prescription (M1), also on list entries (M25) and dispenses (M10).
  militaryService: extensionUrl('military-service'),
  individualReimbursement: extensionUrl('individual-reimbursement-applied'),
  exemptionCard: extensionUrl('exemption-card'),
  guardianReservation: extensionUrl('guardian-transparency-reservation'),
  ownPractice: extensionUrl('own-practice'),
  inDoctorsName: extensionUrl('in-doctors-name'),
  prescriberSpecialty: extensionUrl('prescriber-specialty'),
  itemGroup: extensionUrl('item-group'),
  reimbursementParagraph: extensionUrl('reimbursement-paragraph'),
  homeCareAdministration: extensionUrl('home-care-administration'),
  lockedPrescription: extensionUrl('locked-prescription'),
  festUpdated: extensionUrl('fest-updated'),
  institutedBy: extensionUrl('instituted-by'),
  dispatchRequest: extensionUrl('dispatch-request'),
  foreignNational: extensionUrl('foreign-national'),
  dischargedFromHospital: extensionUrl('discharged-from-hospital'),
  withoutApproval: extensionUrl('medicine-without-approval'),
  noCombination: extensionUrl('no-combination'),
  administration: extensionUrl('prescribed-administration'),
  use: extensionUrl('kind-of-use'),
  dispenseAmount: extensionUrl('dispense-amount'),
  packageCount: extensionUrl('package-count'),
  repeats: extensionUrl('repeats'),
  substitutionReserved: extensionUrl('substitution-reserved'),
  usageInstruction: extensionUrl('usage-instruction'),
  merchandiseKind: extensionUrl('merchandise-kind'),
  validity: extensionUrl('prescription-validity'),

  // Dosage.
  cycle: extensionUrl('cycle'),
  minInterval: extensionUrl('min-interval'),
  maxDosePerPeriod: extensionUrl('max-dose-per-period'),
  exactTime: extensionUrl('exact-time'),
  partOfDay: extensionUrl('part-of-day'),
  statedInterval: extensionUrl('stated-interval'),
  dosingRule: extensionUrl('dosing-rule'),
  shortDose: extensionUrl('short-dose'),

  // Medication.
  registrationKind: extensionUrl('registration-kind'),
  brandName: extensionUrl('brand-name'),
  packageInfo: extensionUrl('package-info'),
  substitutionGroup: extensionUrl('substitution-group'),
  prescribingCondition: extensionUrl('prescribing-condition'),
  productType: extensionUrl('product-type'),
  applicationType: extensionUrl('application-type'),
  opioidApplication: extensionUrl('opioid-application'),
  substanceWithStrength: extensionUrl('substance-with-strength'),
  noPreservative: extensionUrl('no-preservative'),
  storage: extensionUrl('storage'),
  medicationAmount: extensionUrl('medication-amount'),
  preparation: extensionUrl('preparation'),
  ingredientAmount: extensionUrl('ingredient-amount'),
  ingredientDilution: extensionUrl('ingredient-dilution'),
  packageType: extensionUrl('package-type'),
  productDetail: extensionUrl('product-detail'),
  relatedProduct: extensionUrl('related-product'),

  // Recall (M5).
  recallNote: extensionUrl('recall-note'),
  recalledBy: extensionUrl('recalled-by'),
  recallReason: extensionUrl('recall-reason'),
  recallRegistered: extensionUrl('recall-registered'),
  recallReceipt: extensionUrl('recall-receipt'),

  // What the broker says (M9.2, M9.4, M9.6, M9.12).
  registerEntry: extensionUrl('register-entry'),
  registerDispensed: extensionUrl('register-dispensed'),
  registerSearch: extensionUrl('register-search'),

  // Consent (M24).
  consentGivenBy: extensionUrl('consent-given-by'),
  consentValue: extensionUrl('consent-value'),
  consentAnswer: extensionUrl('consent-answer'),

  // Dispense (M10).
  indication: extensionUrl('indication'),
  totalAmount: extensionUrl('total-amount'),
  customerReservation: extensionUrl('customer-substitution-reservation'),
  intervention: extensionUrl('intervention'),
  prescriptionReference: extensionUrl('prescription-reference-number'),
  gpReservation: extensionUrl('gp-report-reservation'),
  price: extensionUrl('price'),
  coPayment: extensionUrl('co-payment'),
  paperPrescription: extensionUrl('paper-prescription'),
  paperPrescriber: extensionUrl('paper-prescriber'),
  cancels: extensionUrl('cancels'),
  prescriptionFinished: extensionUrl('prescription-finished'),
  authorizingPrescription: extensionUrl('authorizing-prescription'),
  batch: extensionUrl('batch'),
  note: extensionUrl('note'),
  performer: extensionUrl('performer'),
  statusReason: extensionUrl('status-reason'),

  // List (M25).
  listRole: extensionUrl('list-role'),
  locum: extensionUrl('locum'),
  basedOnMessage: extensionUrl('based-on-message'),
  conversation: extensionUrl('conversation'),
  prescriptionType: extensionUrl('prescription-type'),
  prescriptionExpiry: extensionUrl('prescription-expiry'),
  medicalChange: extensionUrl('medical-change'),
  statedStart: extensionUrl('stated-start'),
  informationSource: extensionUrl('information-source'),
  excipientReaction: extensionUrl('excipient-reaction'),
  multidose: extensionUrl('multidose'),
  rollPeriod: extensionUrl('roll-period'),
  packingPeriod: extensionUrl('packing-period'),
  repackingReason: extensionUrl('repacking-reason'),
  productImage: extensionUrl('product-image'),
  m10Reference: extensionUrl('m10-reference'),

  // Multidose responsibility (M27, M28, M9.12).
  statedAt: extensionUrl('stated-at'),
  firstStatedAt: extensionUrl('first-stated-at'),
  registrationStatus: extensionUrl('registration-status'),
  registrationAccepted: extensionUrl('registration-accepted'),
} as const

/** Extensions of the Norwegian base profiles that the hub writes (norwegian-fhir.md 1.3). */
const NO_BASIS = 'http://hl7.no/fhir/StructureDefinition'
export const NO_BASIS_MIDDLENAME = `${NO_BASIS}/no-basis-middlename`
export const NO_BASIS_MUNICIPALITY = `${NO_BASIS}/no-basis-municipalitycode`
export const NO_BASIS_PRESCRIPTION_GROUP = `${NO_BASIS}/no-basis-prescriptiongroup`
export const PATIENT_CITIZENSHIP = 'http://hl7.org/fhir/StructureDefinition/patient-citizenship'
export const DATA_ABSENT_REASON = 'http://hl7.org/fhir/StructureDefinition/data-absent-reason'

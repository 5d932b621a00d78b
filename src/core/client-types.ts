/** Types that clients write and that belong to no person. */
export const SHARED_WRITE_TYPES: ReadonlySet<string> = new Set([
  'Device',
  'Practitioner',
  'PractitionerRole',
  'Organization',
  'Medication',
  'Location',
])
